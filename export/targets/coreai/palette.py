"""The best palette of a weight: k-means in one dimension, solved exactly."""

import numpy as np
from numpy.typing import NDArray

_FIRST, _COUNT = -128, 256


def palette_of(levels: NDArray[np.int8], size: int) -> tuple[NDArray[np.int8], NDArray[np.uint8]]:
    """Return `size` levels with the least squared error, and the index of each value's.

    Sorted values are cut into runs, each around its mean (rounded to a level): with 256 possible
    values the best cuts can be tried out, so the result has no seed.

    Args:
        levels: int8 of any shape.
        size: Values of the palette, at most 256.

    Returns:
        (size,) int8 in rising order, the last repeated where fewer are needed; uint8 as `levels`.

    >>> values, indices = palette_of(np.array([[1, 1, 9], [10, -50, 1]], np.int8), 3)
    >>> values.tolist(), values[indices].tolist()
    ([-50, 1, 10], [[1, 1, 10], [10, -50, 1]])
    """
    counts = np.bincount(levels.ravel().astype(np.int64) - _FIRST, minlength=_COUNT)
    present = np.flatnonzero(counts)
    starts = _cuts(present + _FIRST, counts[present], min(size, len(present)))
    runs = np.split(np.arange(len(present)), starts[1:])
    means = [np.average(present[run] + _FIRST, weights=counts[present[run]]) for run in runs]
    values = np.rint(means).astype(np.int8)
    lookup = np.zeros(_COUNT, np.uint8)
    for index, run in enumerate(runs):
        lookup[present[run]] = index
    padded = np.concatenate([values, np.full(size - len(values), values[-1], np.int8)])
    return padded, lookup[levels.astype(np.int64) - _FIRST]


def groups_of(channels: int, most: int) -> int:
    """Return into how many equal groups channels can be cut, `most` at most.

    >>> groups_of(48, 10), groups_of(7, 3), groups_of(6, 0)
    (8, 1, 1)
    """
    return max(n for n in range(1, max(most, 1) + 1) if channels % n == 0)


def _cuts(values: NDArray[np.int64], counts: NDArray[np.int64], runs: int) -> list[int]:
    """Return where each of the best runs of sorted values begins, by dynamic programming."""
    cost = _costs(values, counts)
    best, begins = cost[0], list[NDArray[np.int64]]()
    for _ in range(runs - 1):
        before = np.concatenate([[np.inf], best[:-1]])  # before[i]: the best up to value i - 1
        total = before[:, None] + cost  # [begin of the last run, its end]
        begins.append(total.argmin(0))
        best = total.min(0)
    found, end = list[int](), len(values) - 1
    for begin in reversed(begins):
        found.append(int(begin[end]))
        end = found[-1] - 1
    return [0, *reversed(found)]


def _costs(values: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the squared error of a run from value i to value j, infinite where j < i."""
    weight, first, second = (
        np.concatenate([[0.0], np.cumsum(counts * values.astype(np.float64) ** power)])
        for power in range(3)
    )
    number, total, square = (sums[None, 1:] - sums[:-1, None] for sums in (weight, first, second))
    legal = np.triu(np.ones_like(number, bool))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(legal, square - total**2 / number, np.inf)
