"""Unary, binary, compare and logical operations, one result element per (broadcast) input element.

Source: MIL `elementwise_unary`, `elementwise_binary`. Arrays are float32, or integer, or bool.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.kernels import run

Array = NDArray[Any]

CASTS: Mapping[str, type[np.generic]] = {
    "bool": np.bool_,
    "fp16": np.float32,  # the executor rounds to the declared type
    "fp32": np.float32,
    "int8": np.int8,
    "uint8": np.uint8,
    "int16": np.int16,
    "uint16": np.uint16,
    "int32": np.int32,
}


def add(x: Array, y: Array, out: Array | None = None) -> Array:
    """Return x + y, written to `out` where it is given."""
    return np.asarray(np.add(x, y, out=out))


def cast(x: Array, dtype: str) -> Array:
    """Return `x` as `dtype`; floats are cut towards zero."""
    if dtype not in CASTS:
        raise InputError(f"A cast gives '{dtype}'. Known are {', '.join(CASTS)}.")
    return x.astype(CASTS[dtype])


def clip(x: Array, alpha: Array, beta: Array) -> Array:
    """Return min(max(x, alpha), beta)."""
    raised = np.maximum(x, alpha)
    return np.minimum(raised, beta, out=raised)


def inverse(x: Array, epsilon: SupportsFloat = 1e-4) -> Array:
    """Return 1 / (x + epsilon)."""
    return 1 / (x + np.float32(epsilon))


def log(x: Array, epsilon: SupportsFloat = 1e-45) -> Array:
    """Return ln(x + epsilon)."""
    return np.log(x + np.float32(epsilon))


def rsqrt(x: Array, epsilon: SupportsFloat = 1e-12) -> Array:
    """Return 1 / √(x + epsilon)."""
    return 1 / np.sqrt(x + np.float32(epsilon))


def erf(x: Array) -> Array:
    """Return the Gauss error function of `x` float32."""
    return run("Erf", x)


def threshold(x: Array, alpha: Array) -> Array:
    """Return max(x, alpha)."""
    return np.maximum(x, alpha)


def real_div(x: Array, y: Array) -> Array:
    """Return x / y; integers are divided as reals and cut towards zero."""
    if x.dtype.kind == "f":
        return x / y
    return np.trunc(x / y).astype(x.dtype)


def power(x: Array, y: Array) -> Array:
    """Return x ** y in the type of `x`."""
    return np.power(x, y).astype(x.dtype)


def _unary(function: Callable[..., Any]) -> Callable[..., Array]:
    def apply(x: Array) -> Array:
        return np.asarray(function(x))

    return apply


def _binary(function: Callable[..., Any]) -> Callable[..., Array]:
    def apply(x: Array, y: Array) -> Array:
        return np.asarray(function(x, y))

    return apply


_UNARY: Mapping[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "asin": np.arcsin,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "exp2": np.exp2,
    "floor": np.floor,
    "identity": np.asarray,
    "logical_not": np.logical_not,
    "round": np.round,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
    "tan": np.tan,
    "tanh": np.tanh,
}
_BINARY: Mapping[str, Callable[..., Any]] = {
    "equal": np.equal,
    "floor_div": np.floor_divide,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mod": np.mod,
    "mul": np.multiply,
    "not_equal": np.not_equal,
    "pow": power,
    "real_div": real_div,
    "sub": np.subtract,
}
ELEMENTWISE: Mapping[str, Callable[..., Any]] = {
    **{name: _unary(function) for name, function in _UNARY.items()},
    **{name: _binary(function) for name, function in _BINARY.items()},
    "add": add,
    "cast": cast,
    "clip": clip,
    "erf": erf,
    "inverse": inverse,
    "log": log,
    "rsqrt": rsqrt,
    "threshold": threshold,
}
