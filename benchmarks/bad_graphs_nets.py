"""The nets of `bad_graphs_list`, and their parts, among them those that round to 8 bits."""

# pyright: reportUnknownLambdaType=false
# a net's function takes the input and as many parts as it has

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as f

RoundResult = Callable[[Tensor, float, int], Tensor]
"""(result, scale, zero point of int8) -> the same, rounded in the way that a converter knows."""
RoundWeight = Callable[["RoundedConv"], Tensor]
"""A convolution -> its weight, likewise, from its int8 levels and their scale."""


class Call(nn.Module):
    """A function, with the modules that it calls."""

    def __init__(self, function: Callable[..., Tensor], *parts: nn.Module) -> None:
        super().__init__()
        self.function, self.parts = function, nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        """Return the function of the input and of the parts."""
        return self.function(x, *self.parts)


class Round(nn.Module):
    """Rounds a result to 8 bits once it has seen its range; before, it passes it on."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = 0.0, 0.0
        self.how: RoundResult | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Return the values of the nearest levels, or the values."""
        if self.how is None:
            self.low, self.high = min(self.low, float(x.min())), max(self.high, float(x.max()))
            return x
        scale = (self.high - self.low) / 255
        return self.how(x, scale, round(-128 - self.low / scale))


class RoundedConv(nn.Module):
    """A convolution without bias whose weight is stored in 8 bits.

    Each channel of `axis` has a scale; None: all have the same, `step`.
    """

    weight: Tensor
    scale: Tensor
    levels: Tensor
    zeros: Tensor

    def __init__(self, weight: Tensor, axis: int | None = 0, **options: Any) -> None:
        super().__init__()
        self.options = options
        self.register_buffer("weight", weight)
        rest = tuple(i for i in range(4) if i != axis)
        largest = weight.abs().max() if axis is None else weight.abs().amax(rest)
        self.register_buffer("scale", largest / 127)
        spread = self.scale.reshape(-1, 1, 1, 1)
        self.register_buffer("levels", (weight / spread).round().to(torch.int8))
        self.register_buffer("zeros", torch.zeros(len(spread), dtype=torch.int64))
        self.step = float(self.scale) if axis is None else None
        self.how: RoundWeight | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Convolve; with the weight as it was before `how` is set."""
        weight = self.weight if self.how is None else self.how(self)
        return f.conv2d(x, weight.to(x.dtype), **self.options)


def random(*shape: int, seed: int = 1) -> Tensor:
    """Return values of a normal distribution."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def filled(part: Any, weight: Tensor | float) -> Any:
    """Return a layer with this weight and no bias."""
    with torch.no_grad():
        part.weight.copy_(torch.as_tensor(weight).expand(part.weight.shape))
        if part.bias is not None:
            part.bias.zero_()
    return part


def linear_hard_swish() -> nn.Module:
    """Features of a pooled image."""
    linear = filled(nn.Linear(8, 16), 8 * random(16, 8))
    return Call(lambda x, net: f.hardswish(net(x.mean((2, 3)))).reshape(1, 16, 1, 1), linear)


def argmax() -> nn.Module:
    """Classes of 19."""
    conv = filled(nn.Conv2d(8, 19, 1), random(19, 8, 1, 1))
    return Call(lambda x, c: c(x).argmax(1, keepdim=True).float(), conv)


def overflow() -> nn.Module:
    """Sums to 255 · 9 · 64 at most before a small factor brings them back."""
    conv = filled(nn.Conv2d(64, 4, 3, padding=1), 1.0)
    return Call(lambda x, c: torch.sigmoid(c(x) * 2e-5 - 1), conv)


def attention() -> nn.Module:
    """Four heads as a batch of three dimensions."""

    def attend(x: Tensor, q: nn.Module, k: nn.Module, v: nn.Module) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        heads = [p(tokens).reshape(36, 4, 8).transpose(0, 1) for p in (q, k, v)]
        share = torch.softmax(heads[0] @ heads[1].transpose(1, 2) / 8**0.5, -1)
        found = (share @ heads[2]).transpose(0, 1).reshape(1, 36, 32)
        return found.transpose(1, 2).reshape(1, 32, 6, 6)

    return Call(attend, *(filled(nn.Linear(32, 32), random(32, 32, seed=i) / 3) for i in range(3)))


def one_scale() -> nn.Module:
    """Channels' weights span a factor of 1,000; the last operation makes the results alike."""
    span = torch.logspace(0, -3, 8).reshape(8, 1, 1, 1)
    conv = RoundedConv(random(8, 1, 3, 3) * span, None, padding=1, groups=8)
    gain = RoundedConv(1 / span, 0, groups=8)
    return Call(lambda x, a, c, b, g, d: d(g(b(c(a(x))))), Round(), conv, Round(), gain, Round())


def large_kernel() -> nn.Module:
    """Depthwise, 7×7."""
    conv = RoundedConv(random(16, 1, 7, 7), 0, padding=3, groups=16)
    return Call(lambda x, a, c, b: b(c(a(x))), Round(), conv, Round())


def unequal_scales() -> nn.Module:
    """Two parts with other ranges, joined."""
    conv = RoundedConv(random(8, 8, 1, 1), 0)

    def join(x: Tensor, a: nn.Module, c: nn.Module, b: nn.Module, d: nn.Module) -> Tensor:
        small = a(x)
        return d(torch.cat([small, b(c(small))], 1))

    return Call(join, Round(), conv, Round(), Round())


def equal_scales() -> nn.Module:
    """Bilinear, with one scale on both sides."""

    def enlarge(x: Tensor, a: nn.Module) -> Tensor:
        return a(f.interpolate(a(x), (16, 16), mode="bilinear", align_corners=False))

    return Call(enlarge, Round())


def squeeze_and_excite() -> nn.Module:
    """Channels times their gates."""
    conv = RoundedConv(random(8, 8, 1, 1), 0)

    def excite(x: Tensor, a: nn.Module, m: nn.Module, c: nn.Module, *r: nn.Module) -> Tensor:
        levels = a(x)
        gate = r[1](torch.sigmoid(r[0](c(m(levels.mean((2, 3), keepdim=True))))))
        return r[2](levels * gate)

    return Call(excite, Round(), Round(), conv, Round(), Round(), Round())


def unpacked_weights() -> nn.Module:
    """Channels whose scales differ a hundredfold."""
    weight = random(16, 8, 3, 3) * torch.logspace(0, -2, 16).reshape(16, 1, 1, 1)
    return Call(lambda x, c: c(x), RoundedConv(weight, 0, padding=1))


def resized(**options: object) -> Callable[[], nn.Module]:
    """Bilinear."""
    return lambda: Call(lambda x: f.interpolate(x, mode="bilinear", **options))  # type: ignore[arg-type]


def layer_norm() -> nn.Module:
    """Over channels."""
    return Call(lambda x: f.layer_norm(x.permute(0, 2, 3, 1), (32,)).permute(0, 3, 1, 2))


def rms_norm() -> nn.Module:
    """A value of 100 among 2,047 of 1 at most; the result leaves it out."""
    spike = torch.zeros(1, 2048, 1, 1)
    spike[:, 3] = 100

    def norm(x: Tensor) -> Tensor:
        return f.rms_norm(x.flatten(1), (2048,), eps=1e-5)

    return Call(lambda x: norm(x + spike.to(x.dtype)).reshape(1, 2048, 1, 1)[:, 8:])


def padded_row() -> nn.Module:
    """Attention scores of a row that is all mask: alike, so a mean."""
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 6:, :] = -1e9
    return Call(lambda x: torch.softmax(x + mask.to(x.dtype), 3))


def prelu() -> nn.Module:
    """Slopes from -0.5 to 0.5."""
    slope = torch.linspace(-0.5, 0.5, 8)
    return Call(lambda x: f.prelu(x, slope.to(x.dtype)))
