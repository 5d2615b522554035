"""Operations that make new elements: fills, ranges, padding, bands, and 8-bit quantization.

Source: MIL `tensor_operation`, `quantization_ops`.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError

Array = NDArray[Any]
_ZERO, _ONE = np.zeros((), np.float32), np.ones((), np.float32)


def band_part(x: Array, lower: SupportsInt = -1, upper: SupportsInt = -1) -> Array:
    """Return `x` with zeros outside the band of the last two axes; negative keeps a whole side."""
    rows, columns = np.indices(x.shape[-2:], sparse=True)
    low, high = int(lower), int(upper)
    inside = ((low < 0) | (rows - columns <= low)) & ((high < 0) | (columns - rows <= high))
    return np.where(inside, x, np.zeros((), x.dtype))


def fill(shape: Array, value: Array = _ZERO) -> Array:
    """Return an array of `shape` that holds `value` everywhere."""
    return np.full(tuple(int(n) for n in shape), value, value.dtype)


def fill_like(ref_tensor: Array, value: Array = _ZERO) -> Array:
    """Return an array shaped like `ref_tensor` that holds `value` everywhere."""
    return np.full(ref_tensor.shape, value, value.dtype)


def one_hot(
    indices: Array,
    one_hot_vector_size: SupportsInt,
    axis: SupportsInt = -1,
    on_value: Array | None = None,
    off_value: Array | None = None,
) -> Array:
    """Return `on_value` where the new `axis` equals the index, `off_value` elsewhere."""
    on = np.ones((), np.int32) if on_value is None else on_value
    off = np.zeros((), on.dtype) if off_value is None else off_value
    hit = indices[..., None] == np.arange(int(one_hot_vector_size))
    return np.moveaxis(np.where(hit, on, off), -1, int(axis))


def pad(x: Array, pad: Array, mode: str = "constant", constant_val: Array = _ZERO) -> Array:
    """Pad the last axes; `pad` is before, after of each, in order of the axes."""
    widths = [(int(before), int(after)) for before, after in pad.reshape(-1, 2)]
    widths = [(0, 0)] * (x.ndim - len(widths)) + widths
    if mode == "constant":
        return np.pad(x, widths, constant_values=constant_val)
    if mode not in ("reflect", "replicate"):
        raise InputError(f"The padding is '{mode}'. Known are constant, reflect and replicate.")
    return np.pad(x, widths, "edge" if mode == "replicate" else "reflect")


def range_1d(end: Array, start: Array, step: Array) -> Array:
    """Return start, start + step, … up to and without `end`."""
    return np.arange(start.item(), end.item(), step.item()).astype(start.dtype)


def quantize(
    input: Array,
    scale: Array,
    output_dtype: str,
    zero_point: Array | None = None,
    axis: SupportsInt | None = None,
) -> Array:
    """Return clip(round(input / scale) + zero_point) as int8 or uint8."""
    if output_dtype not in ("int8", "uint8"):
        raise InputError(f"A quantize gives '{output_dtype}'. Known are int8 and uint8.")
    steps = np.round(input / _along(scale, input, axis))
    shifted = steps if zero_point is None else steps + _along(zero_point, input, axis)
    dtype = np.dtype(output_dtype)
    limits = np.iinfo(dtype)
    return shifted.clip(limits.min, limits.max).astype(dtype)


def dequantize(
    input: Array,
    scale: Array,
    zero_point: Array | None = None,
    axis: SupportsInt | None = None,
) -> Array:
    """Return scale · (input - zero_point) as float32."""
    centred = input.astype(np.float32)
    if zero_point is not None:
        centred -= _along(zero_point, input, axis)
    return centred * _along(scale, input, axis)


def _along(parameter: Array, x: Array, axis: SupportsInt | None) -> Array:
    """Return a scalar, or a vector laid along `axis`, as float32."""
    if parameter.ndim == 0 or axis is None:
        return parameter.astype(np.float32)
    shape = [1] * x.ndim
    shape[int(axis)] = -1
    return parameter.reshape(shape).astype(np.float32)


GENERATE: Mapping[str, Callable[..., Any]] = {
    "band_part": band_part,
    "dequantize": dequantize,
    "fill": fill,
    "fill_like": fill_like,
    "one_hot": one_hot,
    "pad": pad,
    "quantize": quantize,
    "range_1d": range_1d,
}
