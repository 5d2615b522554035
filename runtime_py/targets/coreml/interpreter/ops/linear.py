"""Matrix products: linear, matmul, einsum, attention.

Source: MIL `linear`, `transformers`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.activation import softmax

Array = NDArray[Any]


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """(*, D_in) with weight (D_out, D_in) -> (*, D_out)."""
    product = np.matmul(x, weight.T)
    return product if bias is None else product + bias


def matmul(
    x: Array,
    y: Array,
    transpose_x: bool | Array = False,
    transpose_y: bool | Array = False,
    result: np.dtype[Any] | None = None,
) -> Array:
    """Return x · y over the last two axes, the others broadcast; vectors as in NumPy.

    Of two element types the declared one, `result`, is that of the operand which is no constant.
    """
    left = np.swapaxes(x, -1, -2) if bool(transpose_x) and x.ndim > 1 else x
    right = np.swapaxes(y, -1, -2) if bool(transpose_y) and y.ndim > 1 else y
    product = np.asarray(np.matmul(left, right))
    return product if result is None or result.kind == "f" else product.astype(result)


def einsum(values: tuple[Array, Array], equation: str) -> Array:
    """Return the sum that `equation` describes; lengths of 1 broadcast."""
    terms, _, result = equation.replace(" ", "").partition("->")
    names = terms.split(",")
    if len(names) != len(values) or "." in equation:
        raise InputError(
            f"The equation '{equation}' does not name every axis of its {len(values)} inputs."
        )
    lengths: dict[str, int] = {}
    for axes, held in zip(names, values, strict=True):
        for axis, length in zip(axes, held.shape, strict=True):
            lengths[axis] = max(length, lengths.get(axis, 1))
    wide = [
        np.broadcast_to(held, [lengths[axis] for axis in axes])
        for axes, held in zip(names, values, strict=True)
    ]
    return np.einsum(f"{terms}->{result}", *wide, optimize=True)


def scaled_dot_product_attention(
    query: Array, key: Array, value: Array, attn_mask: Array | None = None
) -> Array:
    """Return softmax(query · keyᵀ / √E + mask) · value; a False in a bool mask shuts a key out."""
    scores = np.matmul(query, np.swapaxes(key, -1, -2)) / np.float32(np.sqrt(query.shape[-1]))
    if attn_mask is not None and attn_mask.dtype == np.bool_:
        scores = np.where(attn_mask, scores, np.float32(-np.inf))
    elif attn_mask is not None:
        scores = scores + attn_mask
    return np.matmul(softmax(scores), value)


LINEAR: Mapping[str, Callable[..., Any]] = {
    "einsum": einsum,
    "linear": linear,
    "matmul": matmul,
    "scaled_dot_product_attention": scaled_dot_product_attention,
}
