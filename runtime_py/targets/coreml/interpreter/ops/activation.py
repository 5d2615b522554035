"""Activations on float32 arrays of any shape.

Source: MIL `activation`. `alpha` and `beta` are scalars, or (C,) along axis 1 where said so.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.elementwise import erf

Array = NDArray[Any]


def clamped_relu(x: Array, alpha: Array, beta: Array) -> Array:
    """Return min(beta, x) where x ≥ 0, min(beta, alpha · x) elsewhere."""
    return np.minimum(np.where(x >= 0, x, alpha * x), beta)


def elu(x: Array, alpha: Array) -> Array:
    """Return x where x > 0, alpha · (eˣ - 1) elsewhere."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def gelu(x: Array, mode: str = "EXACT") -> Array:
    """Return x · Φ(x), exact or by one of two approximations."""
    if mode == "EXACT":
        return np.float32(0.5) * x * (1 + erf(x / np.float32(np.sqrt(2))))
    if mode == "TANH_APPROXIMATION":
        inner = np.float32(np.sqrt(2 / np.pi)) * (x + np.float32(0.044715) * x**3)
        return np.float32(0.5) * x * (1 + np.tanh(inner))
    if mode == "SIGMOID_APPROXIMATION":
        return x * sigmoid(np.float32(1.702) * x)
    raise InputError(
        f"gelu has the mode '{mode}'. Known are EXACT, TANH_APPROXIMATION and"
        " SIGMOID_APPROXIMATION."
    )


def leaky_relu(x: Array, alpha: Array) -> Array:
    """Return x where x ≥ 0, alpha · x elsewhere."""
    return np.where(x >= 0, x, alpha * x)


def linear_activation(x: Array, alpha: Array, beta: Array) -> Array:
    """Return alpha · x + beta."""
    return alpha * x + beta


def prelu(x: Array, alpha: Array) -> Array:
    """Return x where x > 0, alpha · x elsewhere; alpha (C,) along axis 1."""
    return np.where(x > 0, x, _along_channels(alpha, x) * x)


def relu(x: Array, out: Array | None = None) -> Array:
    """Return max(x, 0), written to `out` where it is given."""
    return np.maximum(x, 0, out=out)


def relu6(x: Array) -> Array:
    """Return min(max(x, 0), 6)."""
    return np.minimum(np.maximum(x, 0), 6)


def scaled_tanh(x: Array, alpha: Array, beta: Array) -> Array:
    """Return alpha · tanh(beta · x)."""
    return alpha * np.tanh(beta * x)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e⁻ˣ), finite for every x."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_hard(x: Array, alpha: Array, beta: Array) -> Array:
    """Return min(max(alpha · x + beta, 0), 1)."""
    return np.minimum(np.maximum(alpha * x + beta, 0), 1)


def silu(x: Array) -> Array:
    """Return x · sigmoid(x)."""
    return x * sigmoid(x)


def softmax(x: Array, axis: SupportsInt = -1) -> Array:
    """Return eˣ / Σ eˣ along `axis`."""
    shifted = np.exp(x - x.max(axis=int(axis), keepdims=True))
    return shifted / shifted.sum(axis=int(axis), keepdims=True)


def softplus(x: Array) -> Array:
    """Return ln(1 + eˣ), finite for every finite x."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def softplus_parametric(x: Array, alpha: Array, beta: Array) -> Array:
    """Return alpha · ln(1 + e^(beta · x)); alpha and beta (C,) along axis 1."""
    return _along_channels(alpha, x) * softplus(_along_channels(beta, x) * x)


def softsign(x: Array) -> Array:
    """Return x / (1 + |x|)."""
    return x / (1 + np.abs(x))


def thresholded_relu(x: Array, alpha: Array) -> Array:
    """Return x where x ≥ alpha, 0 elsewhere."""
    return np.where(x >= alpha, x, np.float32(0))


def _along_channels(parameter: Array, x: Array) -> Array:
    return parameter.reshape(1, -1, *(1,) * (x.ndim - 2))


ACTIVATION: Mapping[str, Callable[..., Any]] = {
    "clamped_relu": clamped_relu,
    "elu": elu,
    "gelu": gelu,
    "leaky_relu": leaky_relu,
    "linear_activation": linear_activation,
    "prelu": prelu,
    "relu": relu,
    "relu6": relu6,
    "scaled_tanh": scaled_tanh,
    "sigmoid": sigmoid,
    "sigmoid_hard": sigmoid_hard,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "softplus_parametric": softplus_parametric,
    "softsign": softsign,
    "thresholded_relu": thresholded_relu,
}
