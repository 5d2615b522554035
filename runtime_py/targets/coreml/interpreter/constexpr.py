"""Decompresses weights: what a `constexpr_*` operation stands for, bit-equal to coremltools.

iOS16  parameters are attributes, sub-byte integers packed in uint8 vectors
iOS18  parameters are inputs of real sub-byte types; scales and tables repeat over blocks

Source: the MIL op docs (`iOS16/constexpr_ops.py`, `iOS18/compression.py`) and, for the order of the
float operations, `decompress_weights` of coremltools 9.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import BY_NUMBER, unpack

Array = NDArray[Any]
_INDEX = {
    d.bits: d for d in BY_NUMBER.values() if d.name in {"uint1", "uint2", "uint4", "uint6", "uint8"}
}


def affine_dequantize(
    quantized_data: Array, zero_point: Array, scale: Array, axis: SupportsInt
) -> Array:
    """Return scale · (quantized_data - zero_point); vectors run along `axis`. iOS16.

    The product is formed in float32 and rounded once, to the type of `scale`.
    """
    shape = [1] * quantized_data.ndim
    shape[int(axis)] = -1
    centred = quantized_data.astype(np.float32)
    centred -= _along(zero_point, shape).astype(np.float32)
    centred *= _along(scale, shape)
    return centred.astype(scale.dtype)


def _along(parameter: Array, shape: list[int]) -> Array:
    return parameter.reshape(shape) if parameter.ndim else parameter


def cast(source_val: Array, output_dtype: str) -> Array:
    """Return float16 as float32."""
    if output_dtype != "fp32":
        raise InputError(f"A constexpr_cast gives {output_dtype}. Only fp32 is supported here.")
    return source_val.astype(np.float32)


def lut_to_dense(
    indices: Array,
    lut: Array,
    shape: Array | None = None,
    vector_axis: SupportsInt | None = None,
) -> Array:
    """Return the table's entry for every index.

    iOS16: `indices` (bytes,) uint8, log2(len(lut)) bits each; `lut` (palette,); `shape` (rank,).
    iOS18: `lut` (*blocks, palette, vector); the vectors lie along `vector_axis` of the result.
    """
    if shape is not None:
        count = int(np.prod(shape))
        bits = int(lut.size).bit_length() - 1
        if lut.ndim != 1 or bits not in _INDEX or lut.size != 1 << bits:
            raise InputError(
                f"A palette has {lut.size} entries instead of 2, 4, 16, 64 or 256. Export the model"
                " again."
            )
        _require(indices.size == (count * bits + 7) // 8, "one index per weight")
        flat = unpack(indices.astype(np.uint8).tobytes(), _INDEX[bits], count)
        return lut[flat].reshape(tuple(int(n) for n in shape))
    _require(lut.ndim == indices.ndim + 2, "a table per block of indices")
    return _vectors(indices, lut, 0 if vector_axis is None else int(vector_axis))


def _vectors(indices: Array, lut: Array, vector_axis: int) -> Array:
    """(*shape) indices and (*blocks, palette, vector) -> (*shape with vector_axis · vector)."""
    _require(bool((indices < lut.shape[-2]).all()), "indices inside the palette")
    blocks = np.indices(indices.shape, sparse=True)
    at = tuple(
        where // _block(size, count)
        for where, size, count in zip(blocks, indices.shape, lut.shape[:-2], strict=True)
    )
    found = lut[(*at, indices)]  # (*shape, vector)
    axis = vector_axis % indices.ndim
    shape = list(indices.shape)
    shape[axis] *= lut.shape[-1]
    return np.moveaxis(found, -1, axis + 1).reshape(shape)


def _block(size: int, count: int) -> int:
    _require(count > 0 and size % count == 0, "blocks that divide every axis")
    return size // count


def sparse_to_dense(nonzero_data: Array, mask: Array, shape: Array | None = None) -> Array:
    """Return zeros with `nonzero_data` where the mask is set; iOS16 packs eight to a byte."""
    if shape is not None:
        lengths = tuple(int(n) for n in shape)
        bits = np.unpackbits(mask.astype(np.uint8), bitorder="little")
        _require(mask.size == (int(np.prod(lengths)) + 7) // 8, "one mask bit per weight")
        mask = bits[: int(np.prod(lengths))].reshape(lengths)
    _require(int(np.count_nonzero(mask)) == nonzero_data.size, "as many values as set mask bits")
    dense = np.zeros(mask.shape, nonzero_data.dtype)
    dense[mask != 0] = nonzero_data
    return dense


def blockwise_shift_scale(data: Array, scale: Array, offset: Array | None = None) -> Array:
    """Return scale · (data - offset), scale and offset repeated over their blocks. iOS18."""
    _require(data.ndim == scale.ndim, "one scale axis per weight axis")
    _require(offset is None or offset.shape == scale.shape, "one offset per scale")
    centred = data.astype(scale.dtype)
    if offset is not None:
        centred = centred - _repeat(offset, data.shape)
    return (_repeat(scale, data.shape) * centred).astype(scale.dtype)


def _repeat(parameter: Array, shape: tuple[int, ...]) -> Array:
    for axis, size in enumerate(shape):
        parameter = np.repeat(parameter, _block(size, parameter.shape[axis]), axis)
    return parameter


def lut_to_sparse(
    indices_mask: Array,
    indices_nonzero_data: Array,
    lut: Array,
    vector_axis: SupportsInt | None = None,
) -> tuple[Array, Array]:
    """Return (mask, values): `lut_to_dense` of the set entries only. iOS18."""
    indices = sparse_to_dense(indices_nonzero_data, indices_mask)
    dense = lut_to_dense(indices, lut, vector_axis=vector_axis)
    axis = 0 if vector_axis is None else int(vector_axis)
    mask = np.repeat(indices_mask, lut.shape[-1], axis)
    return mask, dense[mask != 0]


def sparse_blockwise_shift_scale(
    data_mask: Array, nonzero_data: Array, scale: Array, offset: Array | None = None
) -> tuple[Array, Array]:
    """Return (mask, values): `blockwise_shift_scale` of the set entries only. iOS18."""
    dense = blockwise_shift_scale(sparse_to_dense(nonzero_data, data_mask), scale, offset)
    return data_mask, dense[data_mask != 0]


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise InputError(f"A compressed weight does not have {rule}. Export the model again.")


CONSTEXPR: Mapping[str, Callable[..., Array | tuple[Array, Array]]] = {
    "constexpr_affine_dequantize": affine_dequantize,
    "constexpr_blockwise_shift_scale": blockwise_shift_scale,
    "constexpr_cast": cast,
    "constexpr_lut_to_dense": lut_to_dense,
    "constexpr_lut_to_sparse": lut_to_sparse,
    "constexpr_sparse_blockwise_shift_scale": sparse_blockwise_shift_scale,
    "constexpr_sparse_to_dense": sparse_to_dense,
}
