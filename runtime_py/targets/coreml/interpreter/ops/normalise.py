"""Normalisations, float32.

Source: MIL `normalization`. Means and variances are formed in float64 where an axis is summed, so
that the order of the sum does not show.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def batch_norm(
    x: Array,
    mean: Array,
    variance: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    epsilon: SupportsFloat = 1e-5,
) -> Array:
    """(n, C, *D): gamma · (x - mean) / √(variance + epsilon) + beta, each parameter (C,)."""
    shape = (1, -1, *(1,) * (x.ndim - 2))
    scale = 1 / np.sqrt(variance + np.float32(epsilon))
    scale = scale if gamma is None else scale * gamma
    result = (x - mean.reshape(shape)) * scale.reshape(shape)
    return result if beta is None else result + beta.reshape(shape)


def instance_norm(
    x: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    epsilon: SupportsFloat = 1e-5,
) -> Array:
    """(n, C, *D), normalised over D; gamma and beta (C,)."""
    shape = (1, -1, *(1,) * (x.ndim - 2))
    result = _standardised(x, tuple(range(2, x.ndim)), epsilon)
    result = result if gamma is None else result * gamma.reshape(shape)
    return result if beta is None else result + beta.reshape(shape)


def layer_norm(
    x: Array,
    axes: Array | None = None,
    gamma: Array | None = None,
    beta: Array | None = None,
    epsilon: SupportsFloat = 1e-5,
) -> Array:
    """Normalised over `axes` (all by default); gamma and beta have the lengths of those axes."""
    over = sorted(int(axis) % x.ndim for axis in (range(x.ndim) if axes is None else axes))
    shape = [x.shape[axis] if axis in over else 1 for axis in range(x.ndim)]
    result = _standardised(x, tuple(over), epsilon)
    result = result if gamma is None else result * gamma.reshape(shape)
    return result if beta is None else result + beta.reshape(shape)


def _standardised(x: Array, axes: tuple[int, ...], epsilon: SupportsFloat) -> Array:
    centred = x - x.mean(axis=axes, keepdims=True, dtype=np.float64).astype(np.float32)
    variance = np.mean(np.square(centred), axis=axes, keepdims=True, dtype=np.float64)
    return centred / np.sqrt(variance + float(epsilon)).astype(np.float32)


def l2_norm(x: Array, epsilon: SupportsFloat = 1e-6) -> Array:
    """(*, a, b, c) divided by the root of the sum of squares of each (a, b, c), plus epsilon."""
    total = np.square(x).sum(axis=(-3, -2, -1), keepdims=True)
    return x / np.sqrt(total + np.float32(epsilon))


NORMALISE: Mapping[str, Callable[..., Any]] = {
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "l2_norm": l2_norm,
    "layer_norm": layer_norm,
}
