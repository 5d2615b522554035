"""The one resize of the whole project: antialiased bilinear in whole numbers, the same everywhere.

Triangle filter of support max(1, scale), half-pixel centres, taps beyond the edge dropped. A
target sample's weights are whole numbers of 65,536ths that sum to 65,536, so every sum is exact:

    8-bit levels     first pass   255 · 2^16 < 2^24, exact in float32
                     second pass  255 · 2^32 < 2^40, exact in float64
    probabilities    rounded to multiples of 2^-20, then 2^36 and 2^52, exact in float64

A sum of such numbers has the same bits in any order: rows or columns first, in blocks, by BLAS or
SIMD, fused or not, on any number of threads, in Python, TypeScript, Kotlin and Swift. It is rounded
once, to float32. No tensor of an image is farther than 0.02 levels from the unrounded filter's,
which is Pillow's BILINEAR without its rounding to 8 bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Image = NDArray[np.uint8] | NDArray[np.bool_] | NDArray[np.float32] | NDArray[np.float64]

ONE = 1 << 16
STEPS = 1 << 20
"""Steps of a probability between 0 and 1."""
BAND = 1 << 19
"""Numbers of a band of target rows: what is in between stays in the processor's cache."""

FEW = 4
"""Taps of an axis that grows, and of one that shrinks little."""


@dataclass(frozen=True)
class Taps:
    """Which source samples make each target sample: the first of them, and (target, taps) weights.

    Weights are in 65,536ths, int64; each row sums to 65,536.
    """

    first: NDArray[np.int64]
    weight: NDArray[np.int64]


@lru_cache(maxsize=64)
def taps(source: int, target: int) -> Taps:
    """Return the filter that takes an axis of `source` samples to `target` samples.

    >>> taps(2, 4).weight.tolist()
    [[65536, 0], [49152, 16384], [16384, 49152], [65536, 0]]
    """
    support = 2 * max(source, target)  # in units of 1 / (2 · target) source samples, as all here
    centre = (2 * np.arange(target) + 1) * source
    first = np.maximum((centre - support + target) // (2 * target), 0)
    index = first[:, None] + np.arange(min(support // target + 1, source))
    heights = np.maximum(support - np.abs((2 * index + 1) * target - centre[:, None]), 0)
    heights[index >= source] = 0
    until = np.cumsum(heights, axis=1)  # rounding sums, not weights: the last one is 65,536
    whole, rest = np.divmod(until * ONE, until[:, -1:])
    twice = 2 * rest - until[:, -1:]
    whole += (twice > 0) | ((twice == 0) & (whole % 2 == 1))  # half to even: mirrors stay mirrors
    weight = np.diff(whole, axis=1, prepend=0)
    used = weight.any(axis=0)
    return Taps(first, weight[:, : np.flatnonzero(used)[-1] + 1])


def resize(image: Image, height: int, width: int) -> Array:
    """Resize (H, W) or (H, W, C) to float32 (height, width[, C]).

    8-bit levels and booleans are exact. Floats are clipped to [0, 1], what is no number becomes 0,
    and the nearest multiple of 2^-20 is taken.

    >>> resize(np.array([[0, 4]], np.uint8), 1, 4)
    array([[0., 1., 3., 4.]], dtype=float32)
    """
    out = np.empty((height, width, *image.shape[2:]), np.float32)
    for rows, sums in _bands(image, height, width):
        np.multiply(sums, 1 / _one(image), out=out[rows], casting="same_kind")
    return out


def reaches(image: Image, height: int, width: int, level: np.float32) -> NDArray[np.bool_]:
    """Return `resize(…) >= level`, (height, width) bool, without its floats."""
    out = np.empty((height, width, *image.shape[2:]), np.bool_)
    least = _least(level, _one(image))
    for rows, sums in _bands(image, height, width):
        np.greater_equal(sums, least, out=out[rows])
    return out


def _one(image: Image) -> float:
    """Return the sum that stands for 1: of a level, or of a probability."""
    return float(ONE * ONE * (1 if image.itemsize == 1 else STEPS))


def _least(level: np.float32, one: float) -> float:
    """Return the least sum that is rounded to `level` or above: half to even, as all floats are."""
    below = np.nextafter(level, np.float32(-np.inf))
    middle = (float(level) + float(below)) / 2 * one
    is_odd = level.view(np.uint32) % 2 == 1
    return np.floor(middle) + 1 if is_odd else np.ceil(middle)


def _bands(image: Image, height: int, width: int) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield bands of target rows as exact sums."""
    source, channels = image.shape[1], int(np.prod(image.shape[2:]))
    rows = _whole(image.reshape(image.shape[0], -1))
    columns = _columns(source, width, channels)
    step = max(1, BAND // (max(source, width) * channels))
    for top in range(0, height, step):
        band = slice(top, min(top + step, height))
        first = _along_columns(rows, band, height).astype(np.float64)
        sums = np.empty((len(first), width * channels))
        for made, read, matrix in columns:
            np.matmul(first[:, read], matrix, out=sums[:, made])
        yield band, sums.reshape(-1, width, *image.shape[2:])


def _along_columns(rows: NDArray[Any], band: slice, target: int) -> NDArray[Any]:
    """Filter axis 0 for a band of target rows, a few at a time: their source stays in the cache."""
    axis = taps(len(rows), target)
    exact = np.float32 if rows.itemsize == 1 else np.float64
    weight = axis.weight.astype(exact)
    if weight.shape[1] <= FEW:
        return _few_taps(rows, axis.first[band], weight[band])
    out = np.empty((band.stop - band.start, rows.shape[1]), exact)
    step = _block(len(rows), target)
    for top in range(band.start, band.stop, step):
        some = range(top, min(top + step, band.stop))
        low = axis.first[top]
        part = rows[low : axis.first[some[-1]] + weight.shape[1]].astype(exact)
        for place in some:
            used = part[axis.first[place] - low :][: weight.shape[1]]
            np.dot(weight[place, : len(used)], used, out=out[place - band.start])
    return out


def _few_taps(rows: NDArray[Any], first: NDArray[np.int64], weight: NDArray[Any]) -> NDArray[Any]:
    """Filter axis 0 tap by tap, all target rows at once; a tap beyond the last row weighs 0."""
    out = rows[first] * weight[:, :1]
    for tap in range(1, weight.shape[1]):
        out += rows[np.minimum(first + tap, len(rows) - 1)] * weight[:, tap : tap + 1]
    return out


def _whole(rows: NDArray[Any]) -> NDArray[Any]:
    """Return levels as they are, and a probability in steps."""
    if rows.itemsize == 1:
        return rows
    found = np.fmin(np.fmax(rows.astype(np.float64), 0), 1)  # of 0 and no number, `fmax` takes 0
    return np.floor(found * STEPS + 0.5)


def _block(source: int, target: int) -> int:
    """Return how many target samples are made together: about four source samples' worth."""
    return 4 * -(-target // source)


@lru_cache(maxsize=64)
def _columns(source: int, target: int, channels: int) -> list[tuple[slice, slice, NDArray[Any]]]:
    """Return blocks of the filter along rows: what each makes, what it reads, and its matrix."""
    axis = taps(source, target)
    step, found = _block(source, target), []
    for left in range(0, target, step):
        first = axis.first[left : left + step]
        low, high = first[0], min(first[-1] + axis.weight.shape[1], source)
        matrix = np.zeros((first[-1] - low + axis.weight.shape[1], len(first)))
        for place, start in enumerate(first - low):
            matrix[start : start + axis.weight.shape[1], place] = axis.weight[left + place]
        made = slice(left * channels, (left + len(first)) * channels)
        block = np.kron(matrix[: high - low], np.eye(channels))
        found.append((made, slice(low * channels, high * channels), block))
    return found
