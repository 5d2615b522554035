"""Operations in other words: exactly the same numbers, and every converter agrees on them.

A converter that takes an operation wrongly, or takes it apart into pieces that no range was
measured of, gets these in its place. What is not exact is not here: `export.operations` refuses it
by name for the target that would be wrong.

    hard swish, hard sigmoid, SiLU      products and ReLU6, one operation each everywhere
    hard tanh that is no ReLU6          clamp
    pooling to a size                   a mean, or pooling with a kernel where the size divides
    nearest                             enlarged by a whole factor, then every n-th pixel
    bilinear by a factor                to the size, where the product is whole
    transposed convolution              padding 0, then a crop
    channels in another order, splits   slices
    circular padding                    slices side by side
    a number minus maps                 times -1, plus the number
    instance and group norm             means, differences and a quotient
"""

import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from skinseg_mobile.train.nets.adopted.resizing import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    bilinear,
    conv_transpose2d,
    max_pool2d,
    nearest,
)

Rule = Callable[..., Any]
SIXTH = 1 / 6


def rewritten(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run an operation, or what stands for it."""
    rule = RULES.get(kind_of(target))
    found = NotImplemented if rule is None else rule(*args, **kwargs)
    return target(*args, **kwargs) if found is NotImplemented else found


def kind_of(target: Any) -> str:
    """Return the name of an operation without its overload: `conv2d`."""
    parts = str(target).split(".")
    return parts[1].rstrip("_") if len(parts) > 1 else str(target)


def _itself(x: Tensor, *_: Any, **__: Any) -> Tensor:
    return x


def _hardsigmoid(x: Tensor) -> Tensor:
    return F.relu6(x + 3) * SIXTH


def _hardswish(x: Tensor) -> Tensor:
    return x * _hardsigmoid(x)


def _silu(x: Tensor) -> Tensor:
    return x * x.sigmoid()


def _hardtanh(x: Tensor, low: float = -1.0, high: float = 1.0) -> Tensor:
    return F.relu6(x) if (low, high) == (0, 6) else x.clamp(low, high)


def _batch_first(x: Tensor, shape: Sequence[Any]) -> Any:
    """Let the batch be what is left over, so that no operation counts it."""
    if isinstance(shape[0], int) or not all(isinstance(side, int) for side in shape[1:]):
        return NotImplemented
    if any(side == -1 for side in shape[1:]):
        return NotImplemented
    return x.view(-1, *shape[1:]) if x.is_contiguous() else x.reshape(-1, *shape[1:])


def _view(x: Tensor, shape: Sequence[Any]) -> Any:
    """Reshape: the copy before it, which made a view possible, is dropped."""
    found = _batch_first(x, shape)
    return x.reshape(*shape) if found is NotImplemented else found


def _slice(
    x: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """Drop a slice of everything."""
    whole = end is None or end == 2**63 - 1
    if not start and step == 1 and (whole or (dim != 0 and end == x.shape[dim])):
        return x
    return NotImplemented


def _split(x: Tensor, size: int, dim: int = 0) -> list[Tensor]:
    whole = x.shape[dim]
    return [_part(x, dim, at, min(at + size, whole)) for at in range(0, whole, size)]


def _split_with_sizes(x: Tensor, sizes: Sequence[int], dim: int = 0) -> list[Tensor]:
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]
    return [_part(x, dim, end - size, end) for size, end in zip(sizes, ends, strict=True)]


def _chunk(x: Tensor, chunks: int, dim: int = 0) -> list[Tensor]:
    return _split(x, math.ceil(x.shape[dim] / chunks), dim)


def _part(x: Tensor, dim: int, start: int, end: int) -> Tensor:
    return torch.ops.aten.slice.Tensor(x, dim, start, end)


def _flip(x: Tensor, dims: Sequence[int]) -> Any:
    """Channels in reverse."""
    if x.ndim != 4 or [dim % 4 for dim in dims] != [1]:
        return NotImplemented
    return _channels(x, range(x.shape[1])[::-1])


def _index(x: Tensor, indices: Sequence[Tensor | None]) -> Any:
    """Channels in any order, where it is a constant."""
    if x.ndim != 4 or len(indices) != 2 or indices[0] is not None or indices[1] is None:
        return NotImplemented
    chosen = _constant(indices[1])
    return NotImplemented if chosen is None else _channels(x, chosen)


def _constant(index: Tensor) -> list[int] | None:
    if index.ndim != 1 or index.dtype != torch.int64:
        return None
    try:
        return [int(number) for number in index.tolist()]
    except Exception:  # of a trace, in which it has no values
        return None


def _channels(x: Tensor, chosen: Sequence[int]) -> Tensor:
    numbers = [number % x.shape[1] for number in chosen]
    return torch.cat([x[:, number : number + 1] for number in numbers], 1)


def _pad(x: Tensor, pads: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """Continue a torus by slices of it."""
    if mode != "circular" or len(pads) != 4:
        return NotImplemented
    left, right, top, bottom = pads
    for dim, before, after in ((2, top, bottom), (3, left, right)):
        side = x.shape[dim]
        parts = [_part(x, dim, side - before, side), x, _part(x, dim, 0, after)]
        kept = [part for part in parts if part.shape[dim]]
        x = torch.cat(kept, dim) if len(kept) > 1 else x
    return x


def _rsub(x: Tensor, other: float | Tensor, alpha: float = 1) -> Any:
    """TFLite's converter takes `1 - x` for `x - 1`."""
    return NotImplemented if isinstance(other, Tensor) else x * -alpha + other


def _instance_norm(
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    mean: Tensor | None,
    variance: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    *_: Any,
) -> Any:
    """The two means in words that keep their precision where values are large."""
    if not use_input_stats or x.ndim != 4:
        return NotImplemented
    return _normalised(x, weight, bias, eps, lambda values: values)


def _group_norm(
    x: Tensor,
    groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """As `_instance_norm`: a group's mean is the mean of its channels' means."""
    if x.ndim != 4:
        return NotImplemented
    channels = x.shape[1]

    def joined(means: Tensor) -> Tensor:
        if groups == channels:
            return means
        if groups == 1:
            return means.mean(1, keepdim=True)
        together = means.view(-1, groups, channels // groups, 1).mean(2, keepdim=True)
        return together.expand(-1, -1, channels // groups, -1).reshape(-1, channels, 1, 1)

    return _normalised(x, weight, bias, eps, joined)


def _normalised(
    x: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
    joined: Callable[[Tensor], Tensor],
) -> Tensor:
    centred = x - joined(x.mean((2, 3), keepdim=True))
    centred = centred - joined(centred.mean((2, 3), keepdim=True))  # what the first sum rounded
    variance = joined((centred * centred).mean((2, 3), keepdim=True))
    found = centred / (variance + eps).sqrt()
    found = found if weight is None else found * weight.view(1, -1, 1, 1)
    return found if bias is None else found + bias.view(1, -1, 1, 1)


RULES: Mapping[str, Rule] = types.MappingProxyType(
    {
        "clone": _itself,
        "contiguous": _itself,
        "alias": _itself,
        "detach": _itself,
        "hardsigmoid": _hardsigmoid,
        "hardswish": _hardswish,
        "silu": _silu,
        "hardtanh": _hardtanh,
        "view": _view,
        "_unsafe_view": _view,
        "reshape": _batch_first,
        "slice": _slice,
        "split": _split,
        "split_with_sizes": _split_with_sizes,
        "chunk": _chunk,
        "flip": _flip,
        "index": _index,
        "adaptive_avg_pool2d": adaptive_avg_pool2d,
        "_adaptive_avg_pool2d": adaptive_avg_pool2d,
        "adaptive_max_pool2d": adaptive_max_pool2d,
        "max_pool2d": max_pool2d,
        "upsample_bilinear2d": bilinear,
        "upsample_nearest2d": nearest("nearest"),
        "_upsample_nearest_exact2d": nearest("nearest-exact"),
        "conv_transpose2d": conv_transpose2d,
        "pad": _pad,
        "rsub": _rsub,
        "instance_norm": _instance_norm,
        "group_norm": _group_norm,
    }
)
"""What stands for an operation, by its name; `NotImplemented` where that is the operation."""
