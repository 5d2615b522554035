"""The one resize of the whole project: antialiased bilinear, the same numbers in every language.

Triangle filter of support max(1, scale), half-pixel centres, taps clipped at the edge and
normalised, float64 sums in tap order, horizontal then vertical without rounding in between,
float32 out. It is Pillow's BILINEAR filter without Pillow's rounding to 8 bits.
Every port (TypeScript, Kotlin, Swift) repeats this loop and is tested against it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Image = NDArray[np.uint8] | NDArray[np.bool_] | NDArray[np.float32] | NDArray[np.float64]

_BAND = 256


@dataclass(frozen=True)
class Taps:
    """Which source samples make each target sample: (target, taps) indices and weights."""

    index: NDArray[np.int64]
    weight: NDArray[np.float64]


@lru_cache(maxsize=64)
def taps(source: int, target: int) -> Taps:
    """Return the filter taps that take an axis of `source` samples to `target` samples."""
    scale = source / target
    support = max(1.0, scale)
    centre = (np.arange(target) + 0.5) * scale
    first = np.floor(centre - support).astype(np.int64)
    index = first[:, None] + np.arange(int(np.ceil(2 * support)) + 1)[None, :]
    weight = np.maximum(0.0, 1.0 - np.abs((index + 0.5 - centre[:, None]) / support))
    weight[(index < 0) | (index >= source)] = 0.0
    weight /= _sum_in_order(weight)[:, None]
    used = weight.any(axis=0)  # columns that are zero for every target sample cost time only
    return Taps(np.clip(index, 0, source - 1)[:, used], weight[:, used])


def _sum_in_order(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum (target, taps) over the taps one after another: `sum` adds in pairs, no port does."""
    return np.cumsum(weight, axis=1)[:, -1]


def resize(image: Image, height: int, width: int) -> Array:
    """Resize (H, W) or (H, W, C) to float32 (height, width[, C]).

    >>> resize(np.array([[0, 4]], np.uint8), 1, 4)
    array([[0., 1., 3., 4.]], dtype=float32)
    """
    rows = _along_rows(image, taps(image.shape[1], width))
    return _along_columns(rows, taps(image.shape[0], height))


def _along_rows(image: Image, axis: Taps) -> NDArray[np.float64]:
    """Filter axis 1, a band of rows at a time: a 108-megapixel frame never becomes float64."""
    target = len(axis.index)
    out = np.zeros((image.shape[0], target, *image.shape[2:]), np.float64)
    shape = (1, target) + (1,) * (image.ndim - 2)
    for top in range(0, image.shape[0], _BAND):
        band = image[top : top + _BAND]
        for tap in range(axis.index.shape[1]):
            out[top : top + _BAND] += band[:, axis.index[:, tap]] * axis.weight[:, tap].reshape(
                shape
            )
    return out


def _along_columns(image: NDArray[np.float64], axis: Taps) -> Array:
    """Filter axis 0 and round once, a band of the result at a time."""
    out = np.empty((len(axis.index), *image.shape[1:]), np.float32)
    shape = (-1,) + (1,) * (image.ndim - 1)
    for top in range(0, len(out), _BAND):
        index, weight = axis.index[top : top + _BAND], axis.weight[top : top + _BAND]
        band = np.zeros((len(index), *image.shape[1:]), np.float64)
        for tap in range(index.shape[1]):
            band += image[index[:, tap]] * weight[:, tap].reshape(shape)
        out[top : top + _BAND] = band
    return out
