"""Rounds float32 to the nearest float16, and keeps it in float32.

Adding 1.5 · 2^(e + 13) to a number of exponent e pushes the bits that float16 lacks out of
float32's end, rounded to nearest, ties to even; subtracting it again leaves the float16 value.
Below 2^-14 the exponent stays there, which is float16's subnormal step. Several times faster than
NumPy's cast and equal to it bit for bit (`tests/runtime_py/mil/test_half.py`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 65504.0
"""The largest finite float16."""
SMALLEST_NORMAL = 2.0**-14

_CHUNK = 1 << 15  # stays in the second-level cache
_EXPONENT, _SIGN = 0x7F80_0000, 0x8000_0000
_LOWEST, _HIGHEST = 113 << 23, 143 << 23  # float32 exponents of 2^-14 and 2^16
_MAGIC = (13 << 23) + (1 << 22)


def to_half(x: NDArray[Any]) -> NDArray[np.float32]:
    """Return `x`, any shape, rounded to float16's values, as float32.

    >>> to_half(np.array([1.0001, 65519, 65520, 1e-8]))
    array([1.0000e+00, 6.5504e+04,        inf, 0.0000e+00], dtype=float32)
    """
    flat = np.ascontiguousarray(x, np.float32).reshape(-1)
    rounded = np.empty_like(flat)
    scratch = np.empty(min(_CHUNK, flat.size), np.uint32)
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        _round(part, rounded[start : start + _CHUNK], scratch[: part.size])
    if flat.size and not (rounded.max() <= LARGEST and rounded.min() >= -LARGEST):
        rounded[rounded > LARGEST] = np.inf
        rounded[rounded < -LARGEST] = -np.inf
    return rounded.reshape(x.shape)


def _round(part: NDArray[Any], rounded: NDArray[Any], bits: NDArray[np.uint32]) -> None:
    """Fill `rounded`; `bits` is scratch."""
    source = part.view(np.uint32)
    np.bitwise_and(source, _EXPONENT, out=bits)
    np.clip(bits, _LOWEST, _HIGHEST, out=bits)
    np.add(bits, _MAGIC, out=bits)
    magic = bits.view(np.float32)
    np.add(part, magic, out=rounded)
    np.subtract(rounded, magic, out=rounded)
    np.bitwise_and(source, _SIGN, out=bits)  # a zero keeps its sign
    np.bitwise_or(rounded.view(np.uint32), bits, out=rounded.view(np.uint32))
