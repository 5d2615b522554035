"""The element types of MIL: their numbers in a model, in a weight file, and what NumPy holds.

Sub-byte integers are packed least significant bit first and held one per int8 or uint8.
Source: MIL.proto `DataType`; MILBlob `BlobDataType.hpp` of apple/coremltools.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError

Array = NDArray[Any]

MISFITS = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
"""What Python and NumPy raise where types, shapes or sizes do not fit an operation."""


@dataclass(frozen=True)
class DType:
    """One element type."""

    name: str
    storage: np.dtype[Any]
    """What an array of decoded elements holds."""
    bits: int
    """Size of an element in a file."""

    @property
    def is_float(self) -> bool:
        """Whether arithmetic on it rounds."""
        return self.storage.kind == "f"


def _dtype(name: str, storage: str = "", bits: int = 0) -> DType:
    held = np.dtype(storage or name)
    return DType(name, held, bits or held.itemsize * 8)


BOOL, STRING = _dtype("bool"), _dtype("string", "O")
FLOAT16, FLOAT32 = _dtype("float16"), _dtype("float32")
INT32 = _dtype("int32")

BY_NUMBER: Mapping[int, DType] = {
    1: BOOL,
    2: STRING,
    10: FLOAT16,
    11: FLOAT32,
    12: _dtype("float64"),
    21: _dtype("int8"),
    22: _dtype("int16"),
    23: INT32,
    24: _dtype("int64"),
    25: _dtype("int4", "int8", 4),
    31: _dtype("uint8"),
    32: _dtype("uint16"),
    33: _dtype("uint32"),
    34: _dtype("uint64"),
    35: _dtype("uint4", "uint8", 4),
    36: _dtype("uint2", "uint8", 2),
    37: _dtype("uint1", "uint8", 1),
    38: _dtype("uint6", "uint8", 6),
    39: _dtype("uint3", "uint8", 3),
}
"""MIL.proto's numbers. bfloat16 and the 8-bit floats have no NumPy type and are refused."""

IN_BLOB: Mapping[int, str] = {
    1: "float16",
    2: "float32",
    3: "uint8",
    4: "int8",
    6: "int16",
    7: "uint16",
    8: "int4",
    9: "uint1",
    10: "uint2",
    11: "uint4",
    12: "uint3",
    13: "uint6",
    14: "int32",
    15: "uint32",
}
"""The weight file's own numbers -> names."""


def numbered(number: int) -> DType:
    """Return the type with MIL.proto's `number`.

    Raises:
        InputError: there is none, or NumPy cannot hold it.
    """
    if number not in BY_NUMBER:
        raise InputError(
            f"The model holds the element type number {number}. Known are"
            f" {', '.join(d.name for d in BY_NUMBER.values())}."
        )
    return BY_NUMBER[number]


def unpack(data: bytes | memoryview, dtype: DType, count: int) -> Array:
    """Return `count` elements out of their file bytes, (count,) of `dtype.storage`.

    >>> unpack(bytes([0b00_10_11_01]), BY_NUMBER[36], 4)
    array([1, 3, 2, 0], dtype=uint8)
    """
    if dtype.bits >= 8:
        return np.frombuffer(data, dtype.storage.newbyteorder("<"), count).astype(dtype.storage)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    elements = bits[: count * dtype.bits].reshape(count, dtype.bits)
    weights = 1 << np.arange(dtype.bits, dtype=np.int16)
    if dtype.storage.kind == "i":  # two's complement: the highest bit counts negative
        weights[-1] = -weights[-1]
    return (elements * weights).sum(axis=1).astype(dtype.storage)


def packed_size(dtype: DType, count: int) -> int:
    """Return how many bytes `count` elements take."""
    return (count * dtype.bits + 7) // 8
