"""Convolution and its transpose over one, two or three spatial axes, float32, by onnxruntime.

Source: MIL `conv`. `slot` is set where all weights are constants of the program.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.kernels import Slot, run
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.padding import Pads, window_padding

Array = NDArray[Any]


def integers(parameter: Sequence[int] | Array | None, default: Sequence[int]) -> tuple[int, ...]:
    """Return a list parameter, or its default."""
    return tuple(int(item) for item in (default if parameter is None else parameter))


def conv(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    strides: Array | None = None,
    pad_type: str = "valid",
    pad: Array | None = None,
    dilations: Array | None = None,
    groups: SupportsInt = 1,
    slot: Slot | None = None,
) -> Array:
    """(n, C_in, *D) with weight (C_out, C_in / groups, *K) -> (n, C_out, *D_out)."""
    spatial = x.ndim - 2
    stride, dilation = integers(strides, [1] * spatial), integers(dilations, [1] * spatial)
    pads = window_padding(
        pad_type,
        None if pad is None else integers(pad, ()),
        lengths=x.shape[2:],
        windows=_dilated(weight.shape[2:], dilation),
        strides=stride,
    )
    attributes = {
        "strides": stride,
        "dilations": dilation,
        "group": int(groups),
        "pads": tuple(before for before, _ in pads) + tuple(after for _, after in pads),
    }
    weights = [weight] if bias is None else [weight, bias]
    return run("Conv", x, weights, attributes, slot)


def conv_transpose(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    pad: Array | None = None,
    output_shape: Array | None = None,
    pad_type: str = "valid",
    strides: Array | None = None,
    dilations: Array | None = None,
    groups: SupportsInt = 1,
    slot: Slot | None = None,
) -> Array:
    """(n, C_in, *D) with weight (C_in, C_out / groups, *K) -> (n, C_out, *D_out).

    The full result has (D - 1) · stride + K lengths; `pad` is then taken off it. Where a wanted
    length is longer than the full one, the rest is the bias.
    """
    spatial = x.ndim - 2
    stride, dilation = integers(strides, [1] * spatial), integers(dilations, [1] * spatial)
    attributes = {"strides": stride, "dilations": dilation, "group": int(groups)}
    full = run("ConvTranspose", x, [weight], attributes, slot)
    wanted = None if output_shape is None else integers(output_shape, ())[2:]
    if wanted is None and pad_type == "same":
        wanted = tuple(n * s for n, s in zip(x.shape[2:], stride, strict=True))
    cut = _cuts(pad_type, None if pad is None else integers(pad, ()), full.shape[2:], wanted)
    result = np.ascontiguousarray(_cropped(full, cut))
    return result if bias is None else result + bias.reshape(-1, *(1,) * spatial)


def _cuts(
    pad_type: str, pad: Sequence[int] | None, full: Sequence[int], wanted: Sequence[int] | None
) -> Pads:
    """Return what to take off before and after each axis of the full result; negative adds."""
    if pad_type not in ("valid", "same", "custom"):
        raise InputError(f"The padding is '{pad_type}'. Known are valid, same and custom.")
    if pad_type == "custom":
        if pad is None or len(pad) != 2 * len(full):
            raise InputError(f"The custom padding is {pad}. It needs {2 * len(full)} numbers.")
        before = list(pad[::2])
        ends = list(pad[1::2])
    else:
        before, ends = [0] * len(full), [0] * len(full)
    if wanted is None:
        return list(zip(before, ends, strict=True))
    totals = [have - want for have, want in zip(full, wanted, strict=True)]
    if pad_type == "same":
        before = [max(total, 0) // 2 for total in totals]
    return [(first, total - first) for first, total in zip(before, totals, strict=True)]


def _cropped(full: Array, cuts: Pads) -> Array:
    grow = [(max(-before, 0), max(-after, 0)) for before, after in cuts]
    padded = np.pad(full, [(0, 0), (0, 0), *grow])
    window = [
        slice(max(before, 0), padded.shape[axis + 2] - max(after, 0))
        for axis, (before, after) in enumerate(cuts)
    ]
    return padded[(slice(None), slice(None), *window)]


def _dilated(kernel: Sequence[int], dilation: Sequence[int]) -> list[int]:
    return [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]


CONV: Mapping[str, Callable[..., Any]] = {"conv": conv, "conv_transpose": conv_transpose}
