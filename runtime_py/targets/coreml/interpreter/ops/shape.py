"""Operations that move elements or change the shape, and compute nothing.

Source: MIL `tensor_transformation`, `tensor_operation`. Arrays of any element type.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError

Array = NDArray[Any]


def batch_to_space(x: Array, block_shape: Array, crops: Array) -> Array:
    """(n · a · b, C, H, W) -> (n, C, H · a, W · b), then cropped."""
    a, b = (int(n) for n in block_shape)
    (top, bottom), (left, right) = ((int(low), int(high)) for low, high in crops)
    count, channels, height, width = x.shape
    tiles = x.reshape(a, b, count // (a * b), channels, height, width)
    whole = tiles.transpose(2, 3, 4, 0, 5, 1).reshape(-1, channels, height * a, width * b)
    return whole[:, :, top : height * a - bottom, left : width * b - right]


def space_to_batch(x: Array, block_shape: Array, paddings: Array) -> Array:
    """(n, C, H, W), padded, -> (n · a · b, C, H / a, W / b)."""
    a, b = (int(n) for n in block_shape)
    padded = np.pad(x, [(0, 0), (0, 0), *((int(low), int(high)) for low, high in paddings)])
    count, channels, height, width = padded.shape
    tiles = padded.reshape(count, channels, height // a, a, width // b, b)
    return tiles.transpose(3, 5, 0, 1, 2, 4).reshape(-1, channels, height // a, width // b)


def depth_to_space(x: Array, block_size: SupportsInt) -> Array:
    """(n, b · b · C, H, W) -> (n, C, H · b, W · b), the block index outermost in depth."""
    b = int(block_size)
    count, depth, height, width = x.shape
    tiles = x.reshape(count, b, b, depth // (b * b), height, width)
    return tiles.transpose(0, 3, 4, 1, 5, 2).reshape(count, -1, height * b, width * b)


def space_to_depth(x: Array, block_size: SupportsInt) -> Array:
    """(n, C, H · b, W · b) -> (n, b · b · C, H, W), the block index outermost in depth."""
    b = int(block_size)
    count, channels, height, width = x.shape
    tiles = x.reshape(count, channels, height // b, b, width // b, b)
    return tiles.transpose(0, 3, 5, 1, 2, 4).reshape(count, -1, height // b, width // b)


def pixel_shuffle(x: Array, upscale_factor: SupportsInt) -> Array:
    """(n, C · f · f, H, W) -> (n, C, H · f, W · f), the block index innermost in depth."""
    f = int(upscale_factor)
    count, depth, height, width = x.shape
    tiles = x.reshape(count, depth // (f * f), f, f, height, width)
    return tiles.transpose(0, 1, 4, 2, 5, 3).reshape(count, -1, height * f, width * f)


def pixel_unshuffle(x: Array, downscale_factor: SupportsInt) -> Array:
    """(n, C, H · f, W · f) -> (n, C · f · f, H, W): undoes `pixel_shuffle`."""
    f = int(downscale_factor)
    count, channels, height, width = x.shape
    tiles = x.reshape(count, channels, height // f, f, width // f, f)
    return tiles.transpose(0, 1, 3, 5, 2, 4).reshape(count, -1, height // f, width // f)


def concat(values: Sequence[Array], axis: SupportsInt, interleave: bool | Array = False) -> Array:
    """Join along `axis`, one after the other, or element by element where interleaved."""
    parts = [np.atleast_1d(part) for part in values]
    along = int(axis) % parts[0].ndim
    if not bool(interleave):
        return np.concatenate(parts, axis=along)
    shape = list(parts[0].shape)
    shape[along] *= len(parts)
    return np.stack(parts, axis=along + 1).reshape(shape)


def stack(values: Sequence[Array], axis: SupportsInt) -> Array:
    """Join along a new `axis`."""
    return np.stack(values, axis=int(axis))


def split(
    x: Array,
    axis: SupportsInt,
    num_splits: SupportsInt | None = None,
    split_sizes: Array | None = None,
) -> tuple[Array, ...]:
    """Cut along `axis` into equal parts, or into parts of `split_sizes`."""
    if split_sizes is None:
        if num_splits is None:
            raise InputError("A split has neither num_splits nor split_sizes.")
        return tuple(np.split(x, int(num_splits), axis=int(axis)))
    ends = [int(end) for end in np.cumsum(split_sizes)]
    if ends[-1] != x.shape[int(axis)]:
        raise InputError(f"Split sizes add up to {ends[-1]} on an axis of {x.shape[int(axis)]}.")
    return tuple(np.split(x, ends[:-1], axis=int(axis)))


def expand_dims(x: Array, axes: Array) -> Array:
    """Insert axes of length 1."""
    return np.expand_dims(x, tuple(int(axis) for axis in axes))


def squeeze(x: Array, axes: Array | None = None) -> Array:
    """Remove axes of length 1; a named axis of another length stays."""
    named = range(x.ndim) if axes is None else (int(axis) % x.ndim for axis in axes)
    return np.squeeze(x, tuple(axis for axis in set(named) if x.shape[axis] == 1))


def flatten2d(x: Array, axis: SupportsInt = 1) -> Array:
    """(*a, *b) -> (Π a, Π b), split before `axis`."""
    return x.reshape(int(np.prod(x.shape[: int(axis)])), -1)


def reshape(x: Array, shape: Array) -> Array:
    """Return `x` as `shape`; 0 keeps the length counted from the right, -1 is what remains."""
    wanted = [int(n) for n in shape]
    shift = x.ndim - len(wanted)
    kept = [
        n if n != 0 or x.size == 0 else (x.shape[at + shift] if at + shift >= 0 else 1)
        for at, n in enumerate(wanted)
    ]
    return x.reshape(kept)


def reshape_like(
    x: Array,
    ref_tensors: Sequence[Array],
    begins: Sequence[Array],
    ends: Sequence[Array],
    end_masks: Sequence[Array],
) -> Array:
    """Return `x` in the shape joined from pieces of the references' shapes."""
    shape: list[int] = []
    for ref, begin, end, to_end in zip(ref_tensors, begins, ends, end_masks, strict=True):
        shape += ref.shape[int(begin) : None if bool(to_end) else int(end)]
    return x.reshape(shape)


def reverse(x: Array, axes: Array | None = None) -> Array:
    """Flip the named axes, or all."""
    return np.flip(x, None if axes is None else tuple(int(axis) for axis in axes))


def reverse_sequence(
    x: Array, lengths: Array, seq_axis: SupportsInt = 0, batch_axis: SupportsInt = 0
) -> Array:
    """Flip the first lengths[i] elements along `seq_axis`, for each i along `batch_axis`."""
    along, over = int(seq_axis) % x.ndim, int(batch_axis) % x.ndim
    result = x.copy()
    moved, source = (np.moveaxis(array, (over, along), (0, 1)) for array in (result, x))
    for at, length in enumerate(int(n) for n in lengths):
        moved[at, :length] = source[at, :length][::-1]
    return result


def shape_of(x: Array) -> Array:
    """Return the shape, (rank,) int32."""
    return np.array(x.shape, np.int32)


def sliding_windows(
    x: Array, axis: SupportsInt, size: SupportsInt, stride: SupportsInt = 1
) -> Array:
    """(*a, n, *b) -> (*a, windows, size, *b)."""
    along = int(axis) % x.ndim
    windows = np.lib.stride_tricks.sliding_window_view(x, int(size), axis=along)
    return np.moveaxis(
        np.take(windows, range(0, windows.shape[along], int(stride)), along), -1, along + 1
    )


def tile(x: Array, reps: Array) -> Array:
    """Repeat the whole array reps[i] times along axis i."""
    return np.tile(x, tuple(int(n) for n in reps))


def transpose(x: Array, perm: Array) -> Array:
    """Reorder the axes."""
    return np.transpose(x, tuple(int(axis) for axis in perm))


SHAPE: Mapping[str, Callable[..., Any]] = {
    "batch_to_space": batch_to_space,
    "concat": concat,
    "depth_to_space": depth_to_space,
    "expand_dims": expand_dims,
    "flatten2d": flatten2d,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "reshape": reshape,
    "reshape_like": reshape_like,
    "reverse": reverse,
    "reverse_sequence": reverse_sequence,
    "shape": shape_of,
    "sliding_windows": sliding_windows,
    "space_to_batch": space_to_batch,
    "space_to_depth": space_to_depth,
    "split": split,
    "squeeze": squeeze,
    "stack": stack,
    "tile": tile,
    "transpose": transpose,
}
