"""Reductions over axes, running sums and orders.

Source: MIL `reduction`, `tensor_operation`. Without `axes`, all axes are reduced.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops.elementwise import CASTS

Array = NDArray[Any]


def _l1(x: Array, **over: Any) -> Array:
    return np.sum(np.abs(x), **over)


def _l2(x: Array, **over: Any) -> Array:
    return np.sqrt(np.sum(np.square(x), **over))


def _log_sum(x: Array, **over: Any) -> Array:
    return np.log(np.sum(x, **over))


def _log_sum_exp(x: Array, **over: Any) -> Array:
    top = x.max(axis=over["axis"], keepdims=True)
    found = np.log(np.sum(np.exp(x - top), axis=over["axis"], keepdims=True)) + top
    return found if over["keepdims"] else np.squeeze(found, axis=over["axis"])


def _sum_square(x: Array, **over: Any) -> Array:
    return np.sum(np.square(x), **over)


def _reduction(function: Callable[..., Any]) -> Callable[..., Array]:
    def reduce(x: Array, axes: Array | None = None, keep_dims: bool | Array = False) -> Array:
        over = tuple(int(a) for a in axes) if axes is not None else tuple(range(x.ndim))
        return np.asarray(function(x, axis=over, keepdims=bool(keep_dims))).astype(x.dtype)

    return reduce


def _argument(function: Callable[..., Any]) -> Callable[..., Array]:
    def reduce(
        x: Array,
        axis: SupportsInt = -1,
        keep_dims: bool | Array = False,
        output_dtype: str = "int32",
    ) -> Array:
        found = function(x, axis=int(axis), keepdims=bool(keep_dims))
        return np.asarray(found).astype(CASTS[output_dtype.lower()])

    return reduce


def argsort(x: Array, axis: SupportsInt = -1, ascending: bool | Array = False) -> Array:
    """Return the indices that sort `x` along `axis`, int32; equal elements keep their order."""
    return _order(x, int(axis), bool(ascending)).astype(np.int32)


def topk(
    x: Array,
    k: SupportsInt = 1,
    axis: SupportsInt = -1,
    ascending: bool | Array = False,
    sort: bool | Array = True,  # sorted is one of the orders that False permits
    return_indices: bool | Array = True,
    output_indices_dtype: str = "int32",
) -> tuple[Array, Array] | Array:
    """Return the k largest (smallest where ascending) elements along `axis`, and their indices."""
    del sort
    order = np.take(_order(x, int(axis), bool(ascending)), range(int(k)), axis=int(axis))
    values = np.take_along_axis(x, order, axis=int(axis))
    if not bool(return_indices):
        return values
    return values, order.astype(CASTS[output_indices_dtype])


def _order(x: Array, axis: int, ascending: bool) -> Array:
    if ascending:
        return np.argsort(x, axis=axis, kind="stable")
    flipped = np.argsort(np.flip(x, axis), axis=axis, kind="stable")  # unsigned: no negation
    return np.flip(x.shape[axis] - 1 - flipped, axis)


def cumsum(
    x: Array,
    axis: SupportsInt = 0,
    exclusive: bool | Array = False,
    reverse: bool | Array = False,
) -> Array:
    """Return the running sum along `axis`; exclusive leaves each element out of its own sum."""
    along = int(axis)
    source = np.flip(x, along) if bool(reverse) else x
    total = np.cumsum(source, axis=along, dtype=x.dtype)
    total = total - source if bool(exclusive) else total
    return np.flip(total, along) if bool(reverse) else total


REDUCE: Mapping[str, Callable[..., Any]] = {
    "argsort": argsort,
    "cumsum": cumsum,
    "reduce_argmax": _argument(np.argmax),
    "reduce_argmin": _argument(np.argmin),
    "reduce_l1_norm": _reduction(_l1),
    "reduce_l2_norm": _reduction(_l2),
    "reduce_log_sum": _reduction(_log_sum),
    "reduce_log_sum_exp": _reduction(_log_sum_exp),
    "reduce_max": _reduction(np.max),
    "reduce_mean": _reduction(np.mean),
    "reduce_min": _reduction(np.min),
    "reduce_prod": _reduction(np.prod),
    "reduce_sum": _reduction(np.sum),
    "reduce_sum_square": _reduction(_sum_square),
    "topk": topk,
}
