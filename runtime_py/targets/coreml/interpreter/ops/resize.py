"""Resizing of the last two axes, and the sampling grids that every form of it shares.

A grid says, for each target index, which (fractional) source position it takes:

mode                   position of target i, clipped to [0, source - 1]
STRICT_ALIGN_CORNERS   i · (source - 1) / (target - 1)
ALIGN_CORNERS          the same; the middle where target is 1
DEFAULT                i · source / target
OFFSET_CORNERS         (i + ½) · max(1, source - 1) / target
UNALIGN_CORNERS        (i + ½) · source / target - ½           (half-pixel centres)

Source: MIL `image_resizing`, note on `sampling_mode`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsFloat, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError

Array = NDArray[Any]
Grid = NDArray[np.float64]


def grid(mode: str, source: int, target: int) -> Grid:
    """Return the source positions (target,) float64 of `mode`.

    >>> grid("UNALIGN_CORNERS", 2, 4)
    array([0.  , 0.25, 0.75, 1.  ])

    Raises:
        InputError: an unknown mode.
    """
    at = np.arange(target, dtype=np.float64)
    if mode in ("STRICT_ALIGN_CORNERS", "ALIGN_CORNERS"):
        middle = mode == "ALIGN_CORNERS" and target == 1
        found = at + (source - 1) / 2 if middle else at * (source - 1) / max(target - 1, 1)
    elif mode == "DEFAULT":
        found = at * source / target
    elif mode == "OFFSET_CORNERS":
        found = (at + 0.5) * max(1, source - 1) / target
    elif mode == "UNALIGN_CORNERS":
        found = (at + 0.5) * source / target - 0.5
    else:
        raise InputError(f"The sampling mode is '{mode}', which MIL does not have.")
    return found.clip(0, source - 1)


def linear(x: Array, rows: Grid, columns: Grid) -> Array:
    """(*, H, W) sampled at `rows` and `columns` -> (*, len(rows), len(columns)) float32.

    Map by map through two scratch maps: these stay in the cache, where whole arrays between the
    steps, 800 MB each in a full-size net, took four times as long. Wide integers give float64.
    """
    height, width = x.shape[-2:]
    kind = np.result_type(x.dtype, np.float32)
    found = np.empty((*x.shape[:-2], len(rows), len(columns)), kind)
    widened = np.empty((height, len(columns)), kind)
    scratch = np.empty_like(widened), np.empty(found.shape[-2:], kind)
    across, down = _Neighbours.of(columns, width, -1), _Neighbours.of(rows, height, -2)
    for index in np.ndindex(x.shape[:-2]):
        across.blend(x[index].astype(kind, copy=False), widened, scratch[0])
        down.blend(widened, found[index], scratch[1])
    return found


@dataclass(frozen=True)
class _Neighbours:
    """The two neighbours of each position on an axis of a map, and the shares they have in it."""

    axis: int
    low: Array
    high: Array
    low_share: Array
    high_share: Array

    @classmethod
    def of(cls, positions: Grid, length: int, axis: int) -> "_Neighbours":
        low = np.floor(positions).astype(np.intp)
        share = (positions - low).astype(np.float32).reshape(-1, *(1,) * (-1 - axis))
        return cls(axis, low, np.minimum(low + 1, length - 1), 1 - share, share)

    def blend(self, x: Array, found: Array, scratch: Array) -> None:
        """Fill `found` from the map `x`; all indices are inside, so that nothing is clipped."""
        np.take(x, self.low, self.axis, out=found, mode="clip")
        np.take(x, self.high, self.axis, out=scratch, mode="clip")
        np.multiply(found, self.low_share, out=found)
        np.multiply(scratch, self.high_share, out=scratch)
        np.add(found, scratch, out=found)


def nearest(x: Array, rows: Grid, columns: Grid) -> Array:
    """(*, H, W) taken at the positions cut to integers."""
    return x[..., rows.astype(np.int64), :][..., columns.astype(np.int64)]


def resize_bilinear(
    x: Array,
    target_size_height: SupportsInt = 1,
    target_size_width: SupportsInt = 1,
    sampling_mode: str = "DEFAULT",
) -> Array:
    """(*, H, W) -> (*, target height, target width)."""
    return linear(
        x,
        grid(sampling_mode, x.shape[-2], int(target_size_height)),
        grid(sampling_mode, x.shape[-1], int(target_size_width)),
    )


def resize_nearest_neighbor(
    x: Array, target_size_height: SupportsInt, target_size_width: SupportsInt
) -> Array:
    """(*, H, W) -> (*, target height, target width); target i takes floor(i · source / target)."""
    rows = grid("DEFAULT", x.shape[-2], int(target_size_height))
    return nearest(x, rows, grid("DEFAULT", x.shape[-1], int(target_size_width)))


def upsample_bilinear(
    x: Array,
    scale_factor_height: SupportsFloat = 1,
    scale_factor_width: SupportsFloat = 1,
    align_corners: bool | Array = True,
    half_pixel_centers: bool | Array | None = None,
) -> Array:
    """(*, H, W) -> (*, floor(H · height factor), floor(W · width factor)).

    Positions follow from the two sizes, not from the factors.
    """
    aligned = bool(align_corners)
    centred = not aligned if half_pixel_centers is None else bool(half_pixel_centers)
    if aligned and centred:
        raise InputError("An upsample_bilinear both aligns corners and centres pixels.")
    mode = "STRICT_ALIGN_CORNERS" if aligned else "UNALIGN_CORNERS" if centred else "DEFAULT"
    height = _scaled(x.shape[-2], scale_factor_height)
    return resize_bilinear(x, height, _scaled(x.shape[-1], scale_factor_width), mode)


def upsample_nearest_neighbor(
    x: Array, scale_factor_height: SupportsFloat = 1, scale_factor_width: SupportsFloat = 1
) -> Array:
    """(*, H, W) -> (*, floor(H · height factor), floor(W · width factor))."""
    height = _scaled(x.shape[-2], scale_factor_height)
    return resize_nearest_neighbor(x, height, _scaled(x.shape[-1], scale_factor_width))


def resize(
    x: Array,
    shape: Array,
    resized_dims: SupportsInt,
    interpolation_mode: str = "LINEAR",
    sampling_mode: str = "DEFAULT",
) -> Array:
    """Resize the last `resized_dims` (1 or 2) axes to the end of `shape`; 0 keeps a length. iOS17.

    NEAREST_NEIGHBOR takes the nearest position, where the older operation cuts it to an integer.
    """
    count = int(resized_dims)
    if count not in (1, 2):
        raise InputError(f"A resize changes {count} axes. One or two are supported here.")
    wanted = [int(n) for n in shape[len(shape) - count :]]
    sizes = [n or x.shape[x.ndim - count + at] for at, n in enumerate(wanted)]
    source = x if count == 2 else x[..., None, :]
    rows = grid(sampling_mode, source.shape[-2], sizes[0] if count == 2 else 1)
    columns = grid(sampling_mode, source.shape[-1], sizes[-1])
    if interpolation_mode == "LINEAR":
        result = linear(source, rows, columns).astype(x.dtype)
    elif interpolation_mode == "NEAREST_NEIGHBOR":
        result = nearest(source, np.floor(rows + 0.5), np.floor(columns + 0.5))
    else:
        raise InputError(
            f"A resize is {interpolation_mode}. Known are LINEAR and NEAREST_NEIGHBOR."
        )
    return result if count == 2 else result[..., 0, :]


def crop(x: Array, crop_height: Array, crop_width: Array) -> Array:
    """(*, H, W) without `crop_height` (top, bottom) and `crop_width` (left, right)."""
    top, bottom = (int(n) for n in crop_height.ravel())
    left, right = (int(n) for n in crop_width.ravel())
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]


def _scaled(length: int, factor: SupportsFloat) -> int:
    return int(np.floor(np.float32(factor) * np.float32(length)))


RESIZE: Mapping[str, Callable[..., Any]] = {
    "crop": crop,
    "resize": resize,
    "resize_bilinear": resize_bilinear,
    "resize_nearest_neighbor": resize_nearest_neighbor,
    "upsample_bilinear": upsample_bilinear,
    "upsample_nearest_neighbor": upsample_nearest_neighbor,
}
