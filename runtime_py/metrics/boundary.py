"""Boundary F1: the share of two masks' outlines that lie within a tolerance of each other.

    precision = outline of a within t of b's / outline of a,   recall likewise,   F1 = 2PR / (P + R)

(Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?".) Jaccard of a
large lesion hardly moves when its outline does; F1 of the outline drops.
"""

import math

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.images.image_file import Mask
from skinseg_mobile.runtime_py.images.overlay import box_of

TOLERANCE_OF_DIAGONAL = 0.003
"""One pixel of a 256×256 mask, 15 of a 12-megapixel image."""


def boundary_f1(mask: Mask, expected: Mask, tolerance: float | None = None) -> float:
    """Return the F1 of two (H, W) outlines; `tolerance` in pixels, by default of the diagonal.

    Both without outline: 1. One without: 0.
    """
    near = tolerance_of(mask.shape) if tolerance is None else tolerance
    part = box_of(mask | expected, 1)
    a, b = outline(mask[part]), outline(expected[part])
    if not (a.any() and b.any()):
        return float(a.any() == b.any())
    precision, recall = _share_near(a, b, near), _share_near(b, a, near)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def tolerance_of(shape: tuple[int, ...]) -> float:
    """Return the tolerance of a mask's size in pixels, at least 1."""
    return max(1.0, TOLERANCE_OF_DIAGONAL * math.hypot(*shape))


def outline(mask: Mask) -> Mask:
    """Return the pixels of a mask that touch its outside by an edge; the frame is no outside."""
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    return mask & ~inner


def _share_near(points: Mask, others: Mask, tolerance: float) -> float:
    """Return the share of `points` within `tolerance` of one of `others`.

    Each of the others paints a disc: outlines are thin, so this beats filtering the whole frame.
    """
    reach = math.floor(tolerance)
    steps = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1).T
    disc = steps[np.square(steps).sum(axis=1) <= tolerance**2]
    painted = np.zeros((others.shape[0] + 2 * reach, others.shape[1] + 2 * reach), bool)
    rows, columns = np.nonzero(others)
    for row, column in disc:
        painted[rows + row + reach, columns + column + reach] = True
    near: NDArray[np.bool_] = painted[reach:-reach, reach:-reach] if reach else painted
    return float(np.count_nonzero(points & near) / np.count_nonzero(points))
