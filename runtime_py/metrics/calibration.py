"""Are the probabilities still probabilities? Expected calibration error against the truth.

Pixels are sorted into 15 equal bins of probability; in each, the mean probability is compared
with the share of pixels that are True: ECE = Σ share of pixels · |difference| (Guo et al. 2017).
Every image weighs the same: at most 256×256 pixels of each are taken, on a regular grid.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.images.image_file import Mask
from skinseg_mobile.runtime_py.images.pipeline import Probability

BINS = 15
GRID = 256


@dataclass(frozen=True)
class Reliability:
    """Per bin, as shares of all pixels: summed probabilities and True pixels, each (15,).

    ValueError for other shapes.
    """

    probability: NDArray[np.float64]
    true: NDArray[np.float64]

    def __post_init__(self) -> None:
        shapes = self.probability.shape, self.true.shape
        if shapes != ((BINS,), (BINS,)):
            raise ValueError(f"probability and true must be of {BINS} numbers, got {shapes}")


def reliability(probability: Probability, truth: Mask) -> Reliability:
    """Return the reliability of one (H, W) map; values that are not numbers count as 0."""
    step = tuple(slice(None, None, math.ceil(n / GRID)) for n in truth.shape)
    p = np.nan_to_num(probability[step].ravel().astype(np.float64), posinf=0, neginf=0).clip(0, 1)
    bins = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    sums = (np.bincount(bins, weights, BINS) / len(p) for weights in (p, truth[step].ravel()))
    return Reliability(*sums)


def mean_error(images: Sequence[Reliability]) -> float:
    """Return the expected calibration error, 0 to 1, over images of equal weight."""
    gaps = [image.probability - image.true for image in images]
    return float(np.abs(np.mean(gaps, axis=0)).sum())
