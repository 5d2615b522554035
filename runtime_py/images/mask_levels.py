"""Finds the two levels of a mask file and tells which of them is the lesion.

    grey of any depth     the higher level is the lesion: 0/1, 0/255, 0/65535, 5/135, 0.0/1.0
    colours               grey ones as grey; else two colours, and what is not black is the lesion
    transparency          what can be seen is the lesion, if all of it has one colour but black
    one level             0 is empty, and 1, 255 or 65535 is lesion everywhere

What breaks these rules is ambiguous and refused. A mask from a lossy format, or with smoothed
edges, has more levels; they are stretched to 0..255, and a few may lie between the ends.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.errors import InputError

NEAR = 32
"""Levels within this of an end of 0..255 are that end, changed by a lossy format."""
BETWEEN = 0.1
"""Largest share of a mask's pixels that may lie between the ends: smoothed edges."""
ONE = 0.02
"""The same of one single level, and what is near it: more is a third class."""
FEW = 6
"""So many levels, or fewer but over two, are classes where no lossy format made them."""
_BAND = 256  # rows at a time: a large mask never becomes float64
_LOSSY = frozenset({"JPEG", "MPO", "WEBP"})
_FULL = (1, 255, 65535)
_DRAW = "Save the lesion white on black as PNG."


@dataclass(frozen=True)
class MaskLevels:
    """(H, W) uint8: 0 is ground, 255 lesion; what may make the levels between them."""

    levels: NDArray[np.uint8]
    lossy: bool
    """A lossy format, which changes levels a little."""
    wide: bool
    """The levels spread over a quarter of what the file can hold, so that edges may be smooth."""

    def require_two(self, path: Path) -> None:
        """Raise InputError for a third class: more than a lossy format's noise and smooth edges."""
        counts = np.zeros(256)
        for top in range(0, len(self.levels), _BAND):
            counts += np.bincount(self.levels[top : top + _BAND].ravel(), minlength=256)
        found, shares = np.count_nonzero(counts), counts / counts.sum()
        between = shares[NEAR : 256 - NEAR]
        classes = not self.wide or np.convolve(between, np.ones(9)).max() > ONE
        if not self.lossy:
            classes |= found <= FEW or shares[1:255].max() > ONE
        edges = min(BETWEEN, shares[256 - NEAR :].sum())
        if found > 2 and (classes or between.sum() > edges):
            raise InputError(
                f"The mask {path} has {found} levels instead of 2. Threshold it and save it as PNG."
            )


def mask_levels(image: Image.Image, rgba: Image.Image | None, path: Path) -> MaskLevels:
    """Return the stretched levels of a decoded mask; `rgba` is the same where it has transparency.

    Raises:
        InputError: it is not known which level is the lesion.
    """
    lossy = image.format in _LOSSY
    if rgba is not None:
        values = _of_transparency(np.asarray(rgba), lossy, path)
    elif image.mode == "1":
        values = np.asarray(image).astype(np.uint8)
    elif image.mode == "L" or image.mode.startswith(("I", "F")):
        values = np.asarray(image)
    else:
        values = _of_colours(np.asarray(image.convert("RGB")), lossy, path)
    low, high = values.min(), values.max()
    if not 0 <= low <= high < np.inf:
        raise InputError(f"The mask {path} has values from {low} to {high}. {_DRAW}")
    most = np.iinfo(values.dtype).max if values.dtype.kind == "u" else np.inf
    wide = bool(float(high) - float(low) >= most / 4)
    if low == high:
        return MaskLevels(_all_one(values, high, path), lossy, wide)
    if lossy and not wide:
        raise InputError(
            f"The mask {path} has the levels {low} to {high}, and {image.format} changes levels."
            f" {_DRAW}"
        )
    return MaskLevels(_stretched(values, low, high), lossy, wide)


def _of_transparency(rgba: NDArray[np.uint8], lossy: bool, path: Path) -> NDArray[Any]:
    colours, alpha = rgba[..., :3], rgba[..., 3]
    if alpha.min() == alpha.max() > 0:
        return _of_colours(colours, lossy, path)
    visible, hidden = colours[alpha > alpha.max() // 2], colours[alpha == 0]
    drawn = alpha.max() == 0 or (_is_one_colour(visible) and visible.max() > NEAR)
    if not drawn or alpha.min() > 0 or not _is_one_colour(hidden):
        raise InputError(
            f"The colours of the mask {path} and its transparency do not show one shape. {_DRAW}"
        )
    return alpha


def _is_one_colour(colours: NDArray[np.uint8]) -> bool:
    return bool(np.ptp(colours, axis=0).max() <= NEAR)


def _of_colours(colours: NDArray[np.uint8], lossy: bool, path: Path) -> NDArray[Any]:
    brightest = colours.max(axis=2)
    if (brightest - colours.min(axis=2)).max() <= (NEAR // 2 if lossy else 0):
        return brightest
    codes = np.zeros(brightest.shape, np.uint32)
    for channel in range(3):
        codes = codes << 8 | colours[..., channel]
    found = np.unique(codes)
    if len(found) == 2 and found[0] == 0:
        return (codes > 0) * np.uint8(255)
    named = ", ".join(f"#{code:06x}" for code in found[:3]) + ", …" * (len(found) > 3)
    raise InputError(
        f"The mask {path} has the colours {named}, and must have black and one more. {_DRAW}"
    )


def _all_one(values: NDArray[Any], level: Any, path: Path) -> NDArray[np.uint8]:
    if level != 0 and level not in _FULL:
        raise InputError(
            f"The mask {path} has one level, {level}, which may be lesion or ground. {_DRAW}"
        )
    return np.full(values.shape, 255 if level else 0, np.uint8)


def _stretched(values: NDArray[Any], low: Any, high: Any) -> NDArray[np.uint8]:
    scale = 255 / (float(high) - float(low))
    out = np.empty(values.shape, np.uint8)
    for top in range(0, len(out), _BAND):
        band = values[top : top + _BAND].astype(np.float64)
        out[top : top + _BAND] = np.rint((band - float(low)) * scale)
    return out
