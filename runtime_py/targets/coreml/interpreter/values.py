"""Turns the protobuf's types and values into NumPy arrays.

A value lies in the model itself (`immediateValue`) or in a weight file (`blobFileValue`).
Which field of `immediateValue` an element type uses: `backend/mil/helper.py` of coremltools.
"""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import (
    STRING,
    DType,
    numbered,
    packed_size,
    unpack,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.package import Package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Constant, TensorType
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Decoded

_BYTES = "float16 int4 int8 uint1 uint2 uint3 uint4 uint6 uint8 uint32 int16 uint16"
_FIELDS: Mapping[str, frozenset[str]] = {
    "floats": frozenset({"float32"}),
    "ints": frozenset({"int32", "int16", "uint16"}),
    "bools": frozenset({"bool"}),
    "strings": frozenset({"string"}),
    "longInts": frozenset({"int64", "uint64"}),
    "doubles": frozenset({"float64"}),
    "bytes": frozenset(_BYTES.split()),
}


def tensor_type(message: Decoded, name: str) -> TensorType:
    """Return the declared type of `name` out of a ValueType message.

    Raises:
        InputError: not a tensor (a list, a state, …).
    """
    found = message.get("tensorType")
    if found is None or len(message) != 1 or found["attributes"]:
        kinds = ", ".join(message) or "nothing"
        raise InputError(f"'{name}' is a {kinds}. Only tensors are supported here.")
    dimensions = found["dimensions"]
    if any(d.get("unknown", {}).get("variadic") for d in dimensions):
        return TensorType(numbered(found.get("dataType", 0)), None)
    if found.get("rank", 0) != len(dimensions):
        raise InputError(
            f"The type of '{name}' has {len(dimensions)} lengths for {found.get('rank', 0)} axes."
            " Export the model again."
        )
    shape = tuple(d["constant"].get("size", 0) if "constant" in d else None for d in dimensions)
    return TensorType(numbered(found.get("dataType", 0)), shape)


def value(message: Decoded, name: str, package: Package) -> tuple[TensorType, Constant]:
    """Return the type and the elements of a Value message; text comes as str.

    Raises:
        InputError: an open shape, a wrong count, or a blob that is not there.
    """
    kind = tensor_type(message.get("type", {}), name)
    shape = kind.shape
    if shape is None or None in shape:
        raise InputError(f"The constant '{name}' is {kind}, of open shape. Export the model again.")
    lengths = tuple(n for n in shape if n is not None)
    if "blobFileValue" in message and "immediateValue" not in message:
        blob = message["blobFileValue"]
        file = package.blob(blob.get("fileName", ""))
        return kind, file.read(blob.get("offset", 0), kind.dtype, prod(lengths)).reshape(lengths)
    tensor = message.get("immediateValue", {}).get("tensor")
    if tensor is None or "blobFileValue" in message:
        raise InputError(f"The constant '{name}' is no tensor. Others are not supported here.")
    return kind, _immediate(tensor, kind.dtype, lengths, name)


def _immediate(tensor: Decoded, dtype: DType, shape: tuple[int, ...], name: str) -> Constant:
    fields: list[tuple[str, Any]] = [(key, held.get("values", b"")) for key, held in tensor.items()]
    if len(fields) != 1 or dtype.name not in _FIELDS[fields[0][0]]:
        raise InputError(f"'{name}' does not hold {dtype.name} elements. Export the model again.")
    elements = fields[0][1]
    count = prod(shape)
    expected = packed_size(dtype, count) if isinstance(elements, bytes) else count
    if len(elements) != expected:
        raise InputError(
            f"'{name}' does not hold the {count} elements that it declares. Export the model again."
        )
    if isinstance(elements, bytes):
        return unpack(elements, dtype, count).reshape(shape)
    if dtype is STRING:
        if shape:
            raise InputError(
                f"'{name}' is a tensor of texts. Only single texts are supported here."
            )
        return str(elements[0])
    return _numbers(elements, dtype, name).reshape(shape)


def _numbers(elements: list[Any], dtype: DType, name: str) -> np.ndarray[Any, Any]:
    try:
        return np.array(elements, dtype.storage)
    except OverflowError as error:
        raise InputError(
            f"'{name}' holds an element that is no {dtype.name}. Export the model again."
        ) from error
