"""Pooling over one, two or three spatial axes, float32.

Every window offset is one strided slice of the padded input, folded into the result: as many passes
as a window has elements, and no copy of the windows.
Source: MIL `pool`.
"""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.conv import integers
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.padding import Pads, window_padding

Array = NDArray[Any]


def max_pool(
    x: Array,
    kernel_sizes: Array,
    pad_type: str,
    strides: Array | None = None,
    pad: Array | None = None,
    ceil_mode: bool | Array = False,
) -> Array:
    """(n, C, *D) -> (n, C, *D_out): the largest element of each window; padding never wins."""
    kernel = integers(kernel_sizes, ())
    stride = integers(strides, [1] * len(kernel))
    pads, grown = _window(x, kernel, stride, pad_type, pad, bool(ceil_mode))
    return _fold(_padded(x, pads, grown, -np.inf), kernel, stride, np.maximum)


def avg_pool(
    x: Array,
    kernel_sizes: Array,
    pad_type: str,
    strides: Array | None = None,
    pad: Array | None = None,
    ceil_mode: bool | Array = False,
    exclude_padding_from_average: bool | Array = False,
) -> Array:
    """(n, C, *D) -> (n, C, *D_out): the mean of each window, padding counted unless excluded.

    The elements that `ceil_mode` adds behind the padding are never counted.
    """
    kernel = integers(kernel_sizes, ())
    stride = integers(strides, [1] * len(kernel))
    pads, grown = _window(x, kernel, stride, pad_type, pad, bool(ceil_mode))
    total = _fold(_padded(x, pads, grown, 0), kernel, stride, np.add)
    ones = np.ones((1, 1, *x.shape[2:]), np.float32)
    counted = 0 if bool(exclude_padding_from_average) else 1
    inside = np.pad(ones, [(0, 0), (0, 0), *pads], constant_values=counted)
    count = _fold(_padded(inside, [(0, 0)] * len(kernel), grown, 0), kernel, stride, np.add)
    return total / count


def l2_pool(
    x: Array,
    kernel_sizes: Array,
    pad_type: str,
    strides: Array | None = None,
    pad: Array | None = None,
    ceil_mode: bool | Array = False,
) -> Array:
    """(n, C, *D) -> (n, C, *D_out): the root of the sum of squares of each window."""
    kernel = integers(kernel_sizes, ())
    stride = integers(strides, [1] * len(kernel))
    pads, grown = _window(x, kernel, stride, pad_type, pad, bool(ceil_mode))
    return np.sqrt(_fold(_padded(np.square(x), pads, grown, 0), kernel, stride, np.add))


def _window(
    x: Array,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    pad_type: str,
    pad: Array | None,
    ceil_mode: bool,
) -> tuple[Pads, list[int]]:
    """Return the padding, and how many elements more `ceil_mode` needs behind it."""
    pads = window_padding(
        pad_type,
        None if pad is None else integers(pad, ()),
        lengths=x.shape[2:],
        windows=kernel,
        strides=stride,
    )
    if not ceil_mode:
        return pads, [0] * len(kernel)
    grown: list[int] = []
    for length, window, step, (before, after) in zip(
        x.shape[2:], kernel, stride, pads, strict=True
    ):
        padded = length + before + after
        count = -(-(padded - window) // step) + 1
        if before + after > 0 and (count - 1) * step >= length + before:
            count -= 1  # a window must start inside the input or the padding before it
        grown.append(max(0, (count - 1) * step + window - padded))
    return pads, grown


def _padded(x: Array, pads: Pads, grown: list[int], fill: float) -> Array:
    widths = [(before, after + more) for (before, after), more in zip(pads, grown, strict=True)]
    if not any(before or after for before, after in widths):
        return x
    return np.pad(x, [(0, 0), (0, 0), *widths], constant_values=fill)


def _fold(
    x: Array, kernel: tuple[int, ...], stride: tuple[int, ...], combine: Callable[..., Array]
) -> Array:
    lengths = [(n - k) // s for n, k, s in zip(x.shape[2:], kernel, stride, strict=True)]
    result: Array | None = None
    for offset in product(*(range(k) for k in kernel)):
        window = tuple(
            slice(first, first + count * step + 1, step)
            for first, count, step in zip(offset, lengths, stride, strict=True)
        )
        part = x[(slice(None), slice(None), *window)]
        result = part.copy() if result is None else combine(result, part, out=result)
    return x if result is None else result


POOL: Mapping[str, Callable[..., Any]] = {
    "avg_pool": avg_pool,
    "l2_pool": l2_pool,
    "max_pool": max_pool,
}
