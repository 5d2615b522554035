"""Bootstrap confidence interval of a mean over images: how far a set of this size can be trusted.

Images are drawn with replacement, the mean of each draw taken, and its quantiles corrected for
bias and skew (BCa: Efron 1987, "Better bootstrap confidence intervals", eq. 2.3, 6.6). Paired
differences are skewed: most images lose nothing and a few lose much.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
_NORMAL = NormalDist()


def bootstrap_interval(
    values: Values, *, confidence: float, resamples: int, seed: int
) -> tuple[float, float]:
    """Return the two-sided interval of the mean of (n,) values, n at least 2.

    The order of the values plays no part; the same values and seed give the same interval.
    """
    ordered = np.sort(values)
    means = resampled_means(ordered, resamples, seed)
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    shares = corrected(ordered, means, tails)
    low, high = np.quantile(means, shares)
    return float(low), float(high)


def resampled_means(values: Values, resamples: int, seed: int) -> Values:
    """Return the means of `resamples` draws of n out of n; memory is n numbers a block row."""
    generator = np.random.default_rng(seed)
    block = max(1, 200_000 // len(values))
    means = [
        values[
            generator.integers(len(values), size=(min(block, resamples - start), len(values)))
        ].mean(axis=1)
        for start in range(0, resamples, block)
    ]
    return np.concatenate(means)


def corrected(values: Values, means: Values, shares: tuple[float, float]) -> list[float]:
    """Return which quantiles of `means` bound the interval, bias and acceleration corrected."""
    below = (np.count_nonzero(means < values.mean()) + 0.5) / (len(means) + 1)
    bias = _NORMAL.inv_cdf(below)
    around = values - values.mean()  # the jackknife's own deviations, up to a factor that cancels
    around = around / (np.abs(around).max() or 1.0)  # their cubes must not vanish
    spread = float((around**2).sum())
    skew = float((around**3).sum()) / (6 * spread**1.5) if spread else 0.0
    found: list[float] = []
    for share in shares:
        shifted = bias + _NORMAL.inv_cdf(share)
        found.append(_NORMAL.cdf(bias + shifted / (1 - skew * shifted)))
    return found
