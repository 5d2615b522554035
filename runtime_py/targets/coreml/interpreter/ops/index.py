"""Slicing, gathering and scattering.

Source: MIL `tensor_transformation`, `scatter_gather`. An index outside its axis is refused, because
Core ML leaves the result undefined. From iOS17 on (the operation has `validate_indices`) negative
ones are outside; before, they count from the end.
"""

from collections.abc import Callable, Mapping
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError

Array = NDArray[Any]


def slice_by_index(
    x: Array,
    begin: Array,
    end: Array,
    stride: Array | None = None,
    begin_mask: Array | None = None,
    end_mask: Array | None = None,
    squeeze_mask: Array | None = None,
) -> Array:
    """Return x[begin : end : stride] per axis; masks open an end, or take `begin` alone."""
    return np.asarray(x[_slices(x.ndim, begin, end, (stride, begin_mask, end_mask, squeeze_mask))])


def slice_update(
    x: Array,
    update: Array,
    begin: Array,
    end: Array,
    stride: Array | None = None,
    begin_mask: Array | None = None,
    end_mask: Array | None = None,
    squeeze_mask: Array | None = None,
) -> Array:
    """Return `x` with the slice replaced by `update`."""
    result = x.copy()
    result[_slices(x.ndim, begin, end, (stride, begin_mask, end_mask, squeeze_mask))] = update
    return result


def _slices(
    rank: int, begin: Array, end: Array, masks: tuple[Array | None, ...]
) -> tuple[slice | int, ...]:
    stride, begin_mask, end_mask, squeeze_mask = masks
    found: list[slice | int] = []
    for axis in range(rank):
        if squeeze_mask is not None and squeeze_mask[axis]:
            found.append(int(begin[axis]))
            continue
        first = None if begin_mask is not None and begin_mask[axis] else int(begin[axis])
        last = None if end_mask is not None and end_mask[axis] else int(end[axis])
        found.append(slice(first, last, 1 if stride is None else int(stride[axis])))
    return tuple(found)


def slice_by_size(x: Array, begin: Array, size: Array) -> Array:
    """Return `size` elements from `begin` on per axis; -1 takes all that remain."""
    found: list[slice] = []
    for length, first, count in zip(x.shape, begin, size, strict=True):
        start = int(first) % length if int(first) < 0 else int(first)
        found.append(slice(start, None if int(count) < 0 else start + int(count)))
    return x[tuple(found)]


def gather(
    x: Array,
    indices: Array,
    axis: SupportsInt = 0,
    batch_dims: SupportsInt = 0,
    validate_indices: bool | Array | None = None,
) -> Array:
    """Return the slices along `axis` at `indices`; the first `batch_dims` axes go together."""
    along, batch = int(axis) % x.ndim, int(batch_dims)
    index = _inside(indices, x.shape[along], validate_indices is not None)
    if batch == 0:
        return np.asarray(np.take(x, index, axis=along))
    flat = x.reshape(-1, *x.shape[batch:])
    taken = [
        np.take(part, at, axis=along - batch)
        for part, at in zip(flat, index.reshape(-1, *index.shape[batch:]), strict=True)
    ]
    return np.stack(taken).reshape(*x.shape[:batch], *taken[0].shape)


def gather_along_axis(
    x: Array, indices: Array, axis: SupportsInt = 0, validate_indices: bool | Array | None = None
) -> Array:
    """Return x[…, indices[…], …]: one element of `axis` per index, in the shape of `indices`."""
    index = _inside(indices, x.shape[int(axis)], validate_indices is not None)
    return np.take_along_axis(x, index, int(axis))


def gather_nd(
    x: Array,
    indices: Array,
    batch_dims: SupportsInt = 0,
    validate_indices: bool | Array | None = None,
) -> Array:
    """Return x[indices[…, :]]: the last axis of `indices` is one index per leading axis of `x`."""
    batch = int(batch_dims)
    at = [
        _inside(indices[..., axis], x.shape[batch + axis], validate_indices is not None)
        for axis in range(indices.shape[-1])
    ]
    rows = np.indices(indices.shape[:-1], sparse=True)[:batch]
    return np.asarray(x[(*rows, *at)])


_MODES: Mapping[str, np.ufunc] = {
    "add": np.add,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
    "sub": np.subtract,
}


def scatter(
    data: Array,
    indices: Array,
    updates: Array,
    axis: SupportsInt = 0,
    mode: str = "add",
    validate_indices: bool | Array | None = None,
) -> Array:
    """Return `data` with `updates` combined into the slices of `axis` at `indices`."""
    along = int(axis) % data.ndim
    index = _inside(indices, data.shape[along], validate_indices is not None)
    at = (*(slice(None),) * along, index)
    return _combined(data, at, updates, mode)


def scatter_along_axis(
    data: Array,
    indices: Array,
    updates: Array,
    axis: SupportsInt = 0,
    mode: str = "add",
    validate_indices: bool | Array | None = None,
) -> Array:
    """Return `data` with each update combined into one element of `axis`."""
    along = int(axis) % data.ndim
    at = list(np.indices(indices.shape, sparse=True))
    at[along] = _inside(indices, data.shape[along], validate_indices is not None)
    return _combined(data, tuple(at), updates, mode)


def scatter_nd(
    data: Array,
    indices: Array,
    updates: Array,
    mode: str = "add",
    validate_indices: bool | Array | None = None,
) -> Array:
    """Return `data` with `updates` combined into the slices named by the last axis of `indices`."""
    at = tuple(
        _inside(indices[..., axis], data.shape[axis], validate_indices is not None)
        for axis in range(indices.shape[-1])
    )
    return _combined(data, at, updates, mode)


def _combined(data: Array, at: tuple[Any, ...], updates: Array, mode: str) -> Array:
    result = data.copy()
    if mode == "update":
        result[at] = updates
    elif mode in _MODES:
        if mode == "div" and data.dtype.kind != "f":
            raise InputError("A scatter divides integers. Only floats are supported here.")
        _MODES[mode].at(result, at, updates)
    else:
        raise InputError(f"A scatter has the mode '{mode}'. Known are update, {', '.join(_MODES)}.")
    return result


def _inside(indices: Array, length: int, strict: bool) -> Array:
    """Return the indices as int64, negative ones counted from the end unless `strict`."""
    index = indices.astype(np.int64)
    low = 0 if strict else -length
    if index.size and (index.min() < low or index.max() >= length):
        raise InputError(
            f"Indices of {index.min()} to {index.max()} were given. They lie in {low} to"
            f" {length - 1}."
        )
    return index


def select(cond: Array, a: Array, b: Array) -> Array:
    """Return `a` where `cond` holds, `b` elsewhere."""
    return np.where(cond, a, b)


def non_zero(x: Array) -> Array:
    """Return the indices of the elements that are not 0, (count, rank) int32."""
    return np.argwhere(x).astype(np.int32)


INDEX: Mapping[str, Callable[..., Any]] = {
    "gather": gather,
    "gather_along_axis": gather_along_axis,
    "gather_nd": gather_nd,
    "non_zero": non_zero,
    "scatter": scatter,
    "scatter_along_axis": scatter_along_axis,
    "scatter_nd": scatter_nd,
    "select": select,
    "slice_by_index": slice_by_index,
    "slice_by_size": slice_by_size,
    "slice_update": slice_update,
}
