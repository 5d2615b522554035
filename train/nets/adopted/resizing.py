"""Rewrites of what changes a map's size: pooling to a size, resizing, transposed convolution.

Each rule takes an operation's arguments and returns its result in other words, or `NotImplemented`
where there are none.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def adaptive_avg_pool2d(x: Tensor, size: Sequence[int]) -> Any:
    """A mean, a pooling where the size divides, or the means of bins of rows, then of columns."""
    if tuple(size) == (1, 1):
        return x.mean((2, 3), keepdim=True)
    kernel = _whole_factors(x.shape[2:], size)
    if kernel:
        return F.avg_pool2d(x, kernel)
    rows = [x[:, :, a:b].mean(2, keepdim=True) for a, b in _bins(x.shape[2], size[0])]
    x = torch.cat(rows, 2)
    columns = [x[:, :, :, a:b].mean(3, keepdim=True) for a, b in _bins(x.shape[3], size[1])]
    return torch.cat(columns, 3)


def adaptive_max_pool2d(x: Tensor, size: Sequence[int]) -> Any:
    """Values alone; no net of ours reads where they were."""
    kernel = _whole_factors(x.shape[2:], size)
    if tuple(size) == (1, 1) or not kernel:
        rows = [x[:, :, a:b].amax(2, keepdim=True) for a, b in _bins(x.shape[2], size[0])]
        x = rows[0] if len(rows) == 1 else torch.cat(rows, 2)
        columns = [x[:, :, :, a:b].amax(3, keepdim=True) for a, b in _bins(x.shape[3], size[1])]
        return (columns[0] if len(columns) == 1 else torch.cat(columns, 3),)
    return (F.max_pool2d(x, kernel),)


def max_pool2d(x: Tensor, kernel: Sequence[int], stride: Sequence[int] = (), *rest: Any) -> Any:
    """Name the stride where it is the kernel's: Core AI's converter takes it for no number."""
    return NotImplemented if stride else F.max_pool2d(x, [*kernel], [*kernel], *rest)


def _whole_factors(sides: Sequence[int], size: Sequence[int]) -> tuple[int, ...]:
    """Return the kernel that pools `sides` to `size`; none where one does not divide."""
    if any(side % wanted for side, wanted in zip(sides, size, strict=True)):
        return ()
    return tuple(side // wanted for side, wanted in zip(sides, size, strict=True))


def _bins(side: int, count: int) -> list[tuple[int, int]]:
    return [(i * side // count, -(-(i + 1) * side // count)) for i in range(count)]


def bilinear(
    x: Tensor, size: Sequence[int] | None, corners: bool, factors: Sequence[float] | None
) -> Any:
    """Name the size, where torch computes the same with it as with the factors."""
    if size is not None or factors is None or x.shape[2:] == (1, 1):
        return NotImplemented
    wanted = _sizes(x, factors)
    products = [side * factor for side, factor in zip(x.shape[2:], factors, strict=True)]
    if not corners and any(
        product != whole for product, whole in zip(products, wanted, strict=True)
    ):
        return NotImplemented
    return F.interpolate(x, size=wanted, mode="bilinear", align_corners=corners)


def nearest(mode: str) -> Callable[..., Any]:
    """Return the rule of `nearest` or `nearest-exact`: repetition and a slice."""

    def rule(x: Tensor, size: Sequence[int] | None, factors: Sequence[float] | None) -> Any:
        wanted = [*size] if size is not None else _sizes(x, factors or ())
        steps = [
            _repeat_and_step(side, target, factor, mode)
            for side, target, factor in zip(
                x.shape[2:], wanted, factors or (None, None), strict=True
            )
        ]
        if any(step is None for step in steps):
            return NotImplemented
        (up, first, step), (across, left, stride) = [step for step in steps if step]
        if (up, across) != (1, 1):
            larger = [x.shape[2] * up, x.shape[3] * across]
            x = F.interpolate(x, size=larger, mode="nearest")
        return x[:, :, first::step, left::stride] if (step, stride) != (1, 1) else x

    return rule


def _sizes(x: Tensor, factors: Sequence[float]) -> list[int]:
    return [math.floor(side * factor) for side, factor in zip(x.shape[2:], factors, strict=True)]


def _repeat_and_step(
    side: int, target: int, factor: float | None, mode: str
) -> tuple[int, int, int] | None:
    """Return (repeats, first, step): which pixels torch takes, told as repetition and a slice."""
    common = math.gcd(side, target)
    repeats, step = target // common, side // common
    for first in (0, step // 2):
        chosen = [(first + i * step) // repeats for i in range(target)]
        if chosen == _taken(side, target, factor, mode):
            return repeats, first, step
    return None


def _taken(side: int, target: int, factor: float | None, mode: str) -> list[int]:
    """Return what torch's own kernel takes, in float32 as it computes it."""
    scale = 1 / factor if factor else side / target
    half = 0.5 if mode == "nearest-exact" else 0.0
    scale32 = _float32(scale)
    return [
        min(math.floor(_float32((_float32(i + half)) * scale32)), side - 1) for i in range(target)
    ]


def _float32(value: float) -> float:
    return float(np.float32(value))


def conv_transpose2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sequence[int] = (1, 1),
    padding: Sequence[int] = (0, 0),
    output_padding: Sequence[int] = (0, 0),
    groups: int = 1,
    dilation: Sequence[int] = (1, 1),
) -> Any:
    """Convolve without padding, then crop what padding would have left out.

    Rows that output padding adds beyond the crop hold the bias alone.
    """
    (top, left), (more, wider) = _pair(padding), _pair(output_padding)
    beyond = (0, max(wider - left, 0), 0, max(more - top, 0))
    own_bias = None if any(beyond) else bias
    whole = F.conv_transpose2d(x, weight, own_bias, _pair(stride), 0, 0, groups, _pair(dilation))
    height, width = whole.shape[2] - top + more, whole.shape[3] - left + wider
    if any(beyond):
        whole = F.pad(whole, beyond)
    if (top, left, height, width) != (0, 0, *whole.shape[2:]):
        whole = whole[:, :, top:height, left:width]
    return whole if bias is None or own_bias is not None else whole + bias.view(1, -1, 1, 1)


def _pair(value: Sequence[int]) -> list[int]:
    return [*value] * (2 if len(value) == 1 else 1)
