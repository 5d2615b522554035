"""Small modules that segmentation nets use, each in a net that can be adopted.

    image -> convolution to 8 maps -> the module -> framed at 64×64 -> 1×1 convolution -> logits

Maps that are not 64×64 are cropped or padded with zeros: a resize would hide what went wrong.
Weights come from a seed of each module's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from zlib import crc32

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 64
CHANNELS = 8
Operation = Callable[[Tensor], Tensor]
Make = Callable[[], Operation]
"""Makes a module, or a function; anew each time."""


@dataclass(frozen=True)
class Case:
    """One module."""

    group: str
    make: Make
    jumps: bool = False
    """Whether it has steps: rounding to 8 bits then moves values by a whole step."""


class OneModule(nn.Module):
    """(N, 3, 64, 64) in [0, 1] -> logits (N, 1, 64, 64)."""

    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.operation = operation
        self.eval()
        images = torch.rand(2, 3, SIDE, SIDE)
        with torch.no_grad():
            _spread(self)
            maps = framed(operation(self.first(images)))
            self.last = nn.Conv2d(maps.shape[1], 1, 1)
            logits = self.last(maps)
            assert self.last.bias is not None
            self.last.weight.mul_(2 / float(logits.std()))
            self.last.bias.copy_(-self.last(maps).mean() + self.last.bias)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits whose deviation over noise is 2."""
        return self.last(framed(self.operation(self.first(image))))


def framed(x: Tensor) -> Tensor:
    """Crop (N, C, H, W) to 64×64, or pad it with zeros below and on the right."""
    x = x[:, :, :SIDE, :SIDE]
    height, width = x.shape[2:]
    if (height, width) == (SIDE, SIDE):
        return x
    return F.pad(x, (0, SIDE - width, 0, SIDE - height))


def _spread(net: nn.Module) -> None:
    """Give norms and slopes that differ from channel to channel."""
    for module in net.modules():
        kept: Any = module
        if isinstance(module, nn.BatchNorm2d):
            kept.running_mean.normal_(0, 0.3)
            kept.running_var.uniform_(0.5, 2)
        if type(module).__name__.endswith("Norm2d") or isinstance(
            module, nn.GroupNorm | nn.LayerNorm
        ):
            kept.weight.uniform_(0.5, 1.5)
            kept.bias.normal_(0, 0.3)
        if isinstance(module, nn.PReLU):
            module.weight.uniform_(0.05, 0.6)


def build(name: str) -> nn.Module:
    """Return the net around the module `name`; torch's generator stays as it is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(crc32(name.encode()))
        return OneModule(CASES[name].make()).eval()


class Then(nn.Module):
    """One operation after another."""

    def __init__(self, *operations: Operation) -> None:
        super().__init__()
        self.steps = operations
        self.held = nn.ModuleList([step for step in operations if isinstance(step, nn.Module)])

    def forward(self, x: Tensor) -> Tensor:
        """Return the last result."""
        for step in self.steps:
            x = step(x)
        return x


class Sum(Then):
    """The results of all, side by side."""

    def forward(self, x: Tensor) -> Tensor:
        """Return them joined along channels."""
        return torch.cat([step(x) for step in self.steps], 1)


def _at(height: int, width: int | None = None) -> Operation:
    return lambda x: x[:, :, :height, : width or height]


def _conv(kernel: Any, *, out: int = CHANNELS, **options: Any) -> Make:
    return lambda: nn.Conv2d(CHANNELS, out, kernel, **options)


def _up(kernel: int, *, at: int = 24, **options: Any) -> Make:
    return lambda: Then(_at(at), nn.ConvTranspose2d(CHANNELS, CHANNELS, kernel, **options))


def _resize(at: tuple[int, int] | None = None, **options: Any) -> Make:
    def resize(x: Tensor) -> Tensor:
        return F.interpolate(x, **options)

    return lambda: Then(_at(*at), resize) if at else resize


def _call(function: Callable[..., Tensor], *arguments: Any, **options: Any) -> Make:
    return lambda: lambda x: function(x, *arguments, **options)


def _on(at: tuple[int, int], make: Make) -> Make:
    return lambda: Then(_at(*at), make())


ODD, SMALL, FIFTEEN = (57, 63), (24, 20), (15, 17)

CONVOLUTIONS: dict[str, Make] = {
    "convolution 1×1": _conv(1),
    "convolution 3×3": _conv(3, padding=1),
    "convolution 3×3, valid": _conv(3),
    "convolution 1×7, 7×1": lambda: nn.Sequential(
        nn.Conv2d(8, 8, (1, 7), padding=(0, 3)), nn.Conv2d(8, 8, (7, 1), padding=(3, 0))
    ),
    "convolution 7×7, stride 2": _conv(7, stride=2, padding=3),
    "convolution 3×3, stride 2, odd size": _on(ODD, _conv(3, stride=2, padding=1)),
    "convolution 3×3, stride 2, padded right and below": lambda: Then(
        partial(F.pad, pad=(0, 1, 0, 1)), nn.Conv2d(8, 8, 3, 2)
    ),
    "convolution 3×3, stride 2×1": _conv(3, stride=(2, 1), padding=1),
    "convolution 4×4, padding same": _conv(4, padding="same"),
    "convolution 1×1, stride 2": _conv(1, stride=2),
    "convolution 3×3, dilation 2": _conv(3, padding=2, dilation=2),
    "convolution 3×3, dilation 18": _conv(3, padding=18, dilation=18),
    "convolution 3×3, two groups": _conv(3, padding=1, groups=2),
    "depthwise 3×3": _conv(3, padding=1, groups=8),
    "depthwise 5×5, stride 2, odd size": _on(ODD, _conv(5, stride=2, padding=2, groups=8)),
    "depthwise 3×3, dilation 3": _conv(3, padding=3, dilation=3, groups=8),
    "depthwise 3×3, twice the channels": _conv(3, out=16, padding=1, groups=8),
    "convolution padded by reflection": _conv(3, padding=1, padding_mode="reflect"),
    "convolution padded by the edge": _conv(3, padding=1, padding_mode="replicate"),
    "convolution padded as a torus": _conv(3, padding=1, padding_mode="circular"),
}

TRANSPOSED: dict[str, Make] = {
    "transposed 2×2, stride 2": _up(2, stride=2),
    "transposed 3×3, stride 2, padding 1, output padding 1": _up(
        3, stride=2, padding=1, output_padding=1
    ),
    "transposed 4×4, stride 2, padding 1": _up(4, stride=2, padding=1),
    "transposed 4×4, stride 2, padding 1, output padding 1": _up(
        4, stride=2, padding=1, output_padding=1
    ),
    "transposed 2×2, stride 2, output padding 1": _up(2, stride=2, output_padding=1),
    "transposed 5×5, stride 2, padding 2, output padding 1": _up(
        5, stride=2, padding=2, output_padding=1
    ),
    "transposed 3×3, stride 1, padding 1": _up(3, stride=1, padding=1, at=60),
    "transposed 16×16, stride 8, padding 4": _up(16, stride=8, padding=4, at=8),
    "transposed 3×3, stride 2, padding 2, dilation 2": _up(3, stride=2, padding=2, dilation=2),
    "transposed 3×3, stride 3, output padding 2, dilation 2": _up(
        3, stride=3, output_padding=2, dilation=2, at=20
    ),
    "transposed 2×2, stride 2, two groups": _up(2, stride=2, groups=2),
    "transposed 2×2, stride 2, two groups, batch norm": lambda: Then(
        _at(24), nn.ConvTranspose2d(8, 8, 2, 2, groups=2), nn.BatchNorm2d(8)
    ),
    "transposed 4×4, stride 2, padding 1, depthwise": _up(4, stride=2, padding=1, groups=8),
}

RESIZES: dict[str, Make] = {
    "bilinear, twice the size": _resize(SMALL, scale_factor=2, mode="bilinear"),
    "bilinear to an odd size": _resize(FIFTEEN, size=(31, 40), mode="bilinear"),
    "bilinear to half the size": _resize(size=(32, 32), mode="bilinear"),
    "bilinear by 0.5, odd size": _resize(ODD, scale_factor=0.5, mode="bilinear"),
    "bilinear by 1.7": _resize(FIFTEEN, scale_factor=1.7, mode="bilinear"),
    "bilinear by 1.7, factor computed again": _resize(
        FIFTEEN, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True
    ),
    "bilinear by 2 and 1": _resize(SMALL, scale_factor=(2.0, 1.0), mode="bilinear"),
    "bilinear of one pixel": lambda: Then(
        partial(torch.mean, dim=(2, 3), keepdim=True),
        partial(F.interpolate, size=(24, 24), mode="bilinear"),
    ),
    "bilinear, aligned corners, twice the size": _resize(
        SMALL, scale_factor=2, mode="bilinear", align_corners=True
    ),
    "bilinear, aligned corners, to an odd size": _resize(
        FIFTEEN, size=(31, 40), mode="bilinear", align_corners=True
    ),
    "bilinear, aligned corners, by 1.7": _resize(
        FIFTEEN, scale_factor=1.7, mode="bilinear", align_corners=True
    ),
    "bilinear, antialiased, to 24": _resize(size=(24, 24), mode="bilinear", antialias=True),
    "nearest, twice the size": _resize(SMALL, scale_factor=2, mode="nearest"),
    "nearest, three times the size": _resize(FIFTEEN, scale_factor=3, mode="nearest"),
    "nearest to half the size": _resize(size=(32, 32), mode="nearest"),
    "nearest by 0.5, odd size": _resize(ODD, scale_factor=0.5, mode="nearest"),
    "nearest 15×17 to 20×23": _resize(FIFTEEN, size=(20, 23), mode="nearest"),
    "nearest by 1.7": _resize(FIFTEEN, scale_factor=1.7, mode="nearest"),
    "nearest-exact to half the size": _resize(size=(32, 32), mode="nearest-exact"),
    "nearest-exact 15×17 to 20×23": _resize(FIFTEEN, size=(20, 23), mode="nearest-exact"),
    "bicubic, twice the size": _resize(SMALL, scale_factor=2, mode="bicubic"),
    "bicubic to an odd size": _resize(FIFTEEN, size=(31, 40), mode="bicubic"),
    "bicubic, aligned corners": _resize(FIFTEEN, size=(31, 40), mode="bicubic", align_corners=True),
    "area to 7×6": _resize(size=(7, 6), mode="area"),
    "each pixel repeated": lambda: (
        lambda x: x[:, :, :24, :24].repeat_interleave(2, 2).repeat_interleave(2, 3)
    ),
}


def _unpooled(x: Tensor) -> Tensor:
    values, at = F.max_pool2d(x, 2, return_indices=True)
    return F.max_unpool2d(values, at, [2, 2])


def _pyramid() -> Operation:
    def at(side: int) -> Operation:
        return Then(
            nn.AdaptiveAvgPool2d(side),
            nn.Conv2d(8, 4, 1),
            nn.ReLU(),
            partial(F.interpolate, size=(SIDE, SIDE), mode="bilinear"),
        )

    return Sum(nn.Identity(), *(at(side) for side in (1, 2, 3, 6)))


POOLS: dict[str, Make] = {
    "max 2×2": _call(F.max_pool2d, 2),
    "max 3×3, stride 2, padding 1, odd size": _on(ODD, _call(F.max_pool2d, 3, 2, 1)),
    "max 2×2, size rounded up": _on(ODD, _call(F.max_pool2d, 2, ceil_mode=True)),
    "max 3×3, dilation 2": _call(F.max_pool2d, 3, 1, 1, 2),
    "max 2×2, then unpooled": lambda: _unpooled,
    "padding of zeros, then max 3×3": lambda: lambda x: F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, 1),
    "average 2×2": _call(F.avg_pool2d, 2),
    "average 3×3, padding counted": _call(F.avg_pool2d, 3, 2, 1),
    "average 3×3, padding left out": _call(F.avg_pool2d, 3, 2, 1, count_include_pad=False),
    "average 3×3, size rounded up": _on(ODD, _call(F.avg_pool2d, 3, 2, ceil_mode=True)),
    "average 3×3, size rounded up, padding counted": _on(
        (58, 62), _call(F.avg_pool2d, 3, 2, 1, ceil_mode=True)
    ),
    "average 3×3, own divisor": _call(F.avg_pool2d, 3, 1, 0, divisor_override=5),
    "adaptive average to 1": _call(F.adaptive_avg_pool2d, 1),
    "adaptive average to 16": _call(F.adaptive_avg_pool2d, 16),
    "adaptive average to 7×6": _call(F.adaptive_avg_pool2d, (7, 6)),
    "adaptive maximum to 1": _call(F.adaptive_max_pool2d, 1),
    "adaptive maximum to 7×6": _call(F.adaptive_max_pool2d, (7, 6)),
    "pyramid pooling": _pyramid,
    "mean over height and width": _call(torch.mean, (2, 3), keepdim=True),
    "maximum over height and width": _call(torch.amax, (2, 3), keepdim=True),
    "deviation over height and width": _call(torch.std, (2, 3), keepdim=True),
    "variance over channels, biased": _call(torch.var, 1, correction=0, keepdim=True),
}

PADDINGS: dict[str, Make] = {
    "padding of zeros, uneven": _on(SMALL, _call(F.pad, (1, 2, 3, 0))),
    "padding of 0.5": _on(SMALL, _call(F.pad, (1, 2, 3, 4), value=0.5)),
    "padding by reflection": _on(SMALL, _call(F.pad, (3, 2, 1, 4), mode="reflect")),
    "padding by the edge": _on(SMALL, _call(F.pad, (3, 2, 1, 4), mode="replicate")),
    "padding as a torus": _on(SMALL, _call(F.pad, (3, 2, 1, 4), mode="circular")),
    "negative padding": _call(F.pad, (-3, -2, -1, 2)),
}


class _ChannelNorm(nn.Module):
    """Layer norm over channels, of maps with channels last inside."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(CHANNELS)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _raised(x: Tensor) -> Tensor:
    return x + 100


def _response_norm(x: Tensor) -> Tensor:
    """ConvNeXt V2's global response normalisation."""
    size = x.norm(p=2, dim=(2, 3), keepdim=True)
    return x * (size / (size.mean(1, keepdim=True) + 1e-6)) + x


def _root_mean_square(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + 1e-6)


NORMS: dict[str, Make] = {
    "batch norm after a convolution": lambda: nn.Sequential(
        nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()
    ),
    "batch norm before a ReLU": lambda: nn.Sequential(nn.BatchNorm2d(8), nn.ReLU()),
    "instance norm": lambda: nn.InstanceNorm2d(8, affine=True),
    "instance norm of x + 100": lambda: Then(_raised, nn.InstanceNorm2d(8, affine=True)),
    "group norm, two groups": lambda: nn.GroupNorm(2, 8),
    "group norm, one group, of x + 100": lambda: Then(_raised, nn.GroupNorm(1, 8)),
    "layer norm over channels": _ChannelNorm,
    "layer norm over channels and frame": lambda: nn.LayerNorm([8, SIDE, SIDE]),
    "local response norm": _call(F.local_response_norm, 5, alpha=0.5),
    "global response norm": lambda: _response_norm,
    "root mean square norm": lambda: _root_mean_square,
    "unit length over channels": _call(F.normalize, dim=1),
}


def _shares(x: Tensor) -> Tensor:
    return F.softmax(x.flatten(2) * 4, -1).view(-1, CHANNELS, SIDE, SIDE)


ACTIVATIONS: dict[str, Make] = {
    "ReLU": _call(F.relu),
    "ReLU6": lambda: lambda x: F.relu6(x * 12),
    "leaky ReLU": _call(F.leaky_relu, 0.1),
    "PReLU, one slope": lambda: nn.PReLU(),
    "PReLU, a slope a channel": lambda: nn.PReLU(8),
    "ELU": _call(F.elu, 0.7),
    "GELU": _call(F.gelu),
    "GELU, tanh": _call(F.gelu, approximate="tanh"),
    "SiLU": _call(F.silu),
    "Mish": _call(F.mish),
    "hard swish": lambda: lambda x: F.hardswish(x * 4),
    "hard sigmoid": lambda: lambda x: F.hardsigmoid(x * 4),
    "hard tanh": _call(F.hardtanh, -0.3, 0.4),
    "softplus": _call(F.softplus),
    "softplus, beta 3, threshold 1": _call(F.softplus, 3.0, 1.0),
    "softmax over channels": lambda: lambda x: F.softmax(x * 4, 1),
    "log softmax over channels": _call(F.log_softmax, 1),
    "softmax over the frame": lambda: _shares,
    "gated linear unit": _call(F.glu, 1),
}


class _Squeeze(nn.Module):
    """Squeeze and excite."""

    def __init__(self, gate: Operation) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
        self.gate = gate

    def forward(self, x: Tensor) -> Tensor:
        """Return the maps, each times its gate."""
        return x * self.gate(self.up(self.down(F.adaptive_avg_pool2d(x, 1)).relu()) * 8)


def _aspp() -> Operation:
    """Atrous pyramid: dilated convolutions and the mean of the frame, side by side."""
    rates = (nn.Conv2d(8, 4, 3, padding=rate, dilation=rate) for rate in (6, 12))
    whole = Then(
        nn.AdaptiveAvgPool2d(1),
        nn.Conv2d(8, 4, 1),
        nn.ReLU(),
        partial(F.interpolate, size=(SIDE, SIDE), mode="bilinear"),
    )
    return Sum(nn.Conv2d(8, 4, 1), *rates, whole)


def _shuffled(x: Tensor) -> Tensor:
    return x.unflatten(1, (2, 4)).transpose(1, 2).flatten(1, 2)


def _spatial_attention() -> Operation:
    layer = nn.Conv2d(2, 1, 7, padding=3)

    def both(x: Tensor) -> Tensor:
        return torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)

    return _Gated(Then(both, layer, torch.sigmoid))


class _Gated(Then):
    def forward(self, x: Tensor) -> Tensor:
        """Return x times what the steps make of it."""
        return x * super().forward(x)


def _channel_attention() -> Operation:
    """ECA: a convolution along the channels."""
    return _Gated(
        lambda x: x.mean((2, 3)).unsqueeze(1),
        nn.Conv1d(1, 1, 3, padding=1),
        lambda x: (4 * x).sigmoid().transpose(1, 2).unsqueeze(-1),
    )


def _attention3(x: Tensor) -> Tensor:
    flat = F.avg_pool2d(x, 8).flatten(2).transpose(1, 2)
    share = (flat @ flat.transpose(1, 2) * 4).softmax(-1)
    return (share @ flat).transpose(1, 2).unflatten(2, (8, 8))


def _attention4(x: Tensor) -> Tensor:
    heads = F.avg_pool2d(x, 8).flatten(2).unflatten(1, (2, 4)).transpose(2, 3)
    found = F.scaled_dot_product_attention(heads * 4, heads, heads)
    return found.transpose(2, 3).flatten(1, 2).unflatten(2, (8, 8))


def _windows(x: Tensor) -> Tensor:
    """Swin: into windows of 8×8, their means taken off, and back."""
    cut = x.unflatten(2, (8, 8)).unflatten(4, (8, 8)).permute(0, 2, 4, 3, 5, 1)
    cut = cut - cut.mean((3, 4), keepdim=True)
    return cut.permute(0, 5, 1, 3, 2, 4).flatten(4, 5).flatten(2, 3)


def _patches(x: Tensor) -> Tensor:
    return F.unfold(F.avg_pool2d(x, 4), 3, padding=1).unflatten(2, (16, 16))


class _Joined(nn.Module):
    """Attention U-Net's gate: a coarse map gates a fine one."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(8, 4, 1, 2), nn.Conv2d(8, 4, 1)
        self.gate = nn.Conv2d(4, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the gated map."""
        both = (self.fine(x) + self.coarse(F.max_pool2d(x, 2))).relu()
        return x * F.interpolate(self.gate(both).sigmoid(), size=(SIDE, SIDE), mode="bilinear")


class _Placed(nn.Module):
    """A position embedding, resized to the map."""

    def __init__(self) -> None:
        super().__init__()
        self.at = nn.Parameter(torch.randn(1, 8, 14, 14))

    def forward(self, x: Tensor) -> Tensor:
        """Return the map with its positions."""
        return x + F.interpolate(self.at, size=(SIDE, SIDE), mode="bicubic", align_corners=False)


BLOCKS: dict[str, Make] = {
    "squeeze and excite, sigmoid": lambda: _Squeeze(torch.sigmoid),
    "squeeze and excite, hard sigmoid": lambda: _Squeeze(F.hardsigmoid),
    "channel attention (ECA)": _channel_attention,
    "spatial attention (CBAM)": _spatial_attention,
    "attention gate of a U-Net": _Joined,
    "ASPP": _aspp,
    "concatenation": lambda: Sum(nn.Conv2d(8, 4, 1), torch.neg, torch.relu),
    "channels split in half": lambda: lambda x: torch.cat([*x.chunk(2, 1)][::-1], 1),
    "channel shuffle": lambda: _shuffled,
    "pixel shuffle": lambda: Then(_at(24), nn.Conv2d(8, 32, 1), nn.PixelShuffle(2)),
    "pixel unshuffle": lambda: nn.PixelUnshuffle(2),
    "every second pixel, four times (focus)": lambda: (
        lambda x: torch.cat([x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)
    ),
    "slice from 3 by steps of 3": lambda: lambda x: x[:, :, 3:61:3, 1::3],
    "attention of rank 3": lambda: _attention3,
    "attention of rank 4": lambda: _attention4,
    "einsum": lambda: lambda x: torch.einsum("nchw,ndhw->ncd", x, x / SIDE).unsqueeze(1),
    "windows of 8×8 (Swin)": lambda: _windows,
    "roll": _call(torch.roll, (3, -5), (2, 3)),
    "flip": _call(torch.flip, (3,)),
    "unfold": lambda: _patches,
    "linear over channels": lambda: Then(
        lambda x: x.permute(0, 2, 3, 1), nn.Linear(8, 8), lambda x: x.permute(0, 3, 1, 2)
    ),
    "position embedding, bicubic": _Placed,
    "grid_sample": lambda: _warped(),
    "grid_sample, edge, aligned corners": lambda: _warped(
        padding_mode="border", align_corners=True
    ),
}


def _warped(**options: Any) -> Operation:
    def warp(x: Tensor) -> Tensor:
        theta = torch.tensor([[[0.9, 0.3, 0.2], [-0.3, 0.9, 0.1]]])
        grid = F.affine_grid(theta, [1, 8, SIDE, SIDE], align_corners=False)
        choice: dict[str, Any] = {"align_corners": False, **options}
        return F.grid_sample(x, grid.expand(x.shape[0], -1, -1, -1), **choice)

    return warp


def _leading(x: Tensor) -> Tensor:
    return x.argmax(1, keepdim=True).float()


def _first_of_equal(x: Tensor) -> Tensor:
    """Channels 0 and 3 lead together: torch takes the first."""
    first = x.amax(1, keepdim=True) + 1
    return torch.cat([first, x[:, 1:3], first], 1).argmax(1, keepdim=True).float() + x


class _Offset(nn.Module):
    """Takes one parameter off maps and off their convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.linspace(-1, 1, CHANNELS).reshape(1, CHANNELS, 1, 1))
        self.convolution = nn.Conv2d(CHANNELS, CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum of both differences."""
        return (self.convolution(x) - self.offset).relu() + (x - self.offset).relu()


NUMBERS: dict[str, Make] = {
    "one constant, taken off twice": _Offset,
    "clamp": _call(torch.clamp, -0.2, 0.3),
    "where": lambda: lambda x: torch.where(x > 0.1, x, x * x - 1),
    "cumulative sum": lambda: lambda x: x.cumsum(3) / SIDE,
    "maximum of channels": _call(torch.amax, 1, keepdim=True),
    "three largest of channels": lambda: lambda x: x.topk(3, 1).values,
    "logsumexp of channels": _call(torch.logsumexp, 1, keepdim=True),
    "power 1.5": lambda: lambda x: (x.abs() + 0.1) ** 1.5,
    "exp, log, reciprocal root": lambda: lambda x: (x.exp() + 1).log() * (x * x + 0.3).rsqrt(),
    "one minus maps": lambda: lambda x: 1 - x.relu(),
    "one over maps": lambda: lambda x: 1 / (1 + x.relu()),
    "division by a map": lambda: lambda x: x / (x.flip(1).abs() + 0.5),
}
STEPS: dict[str, Make] = {
    "argmax of channels": lambda: _leading,
    "argmax of equal channels": lambda: _first_of_equal,
    "comparison with a threshold": lambda: lambda x: (x > 0.1).float() + x,
    "remainder": lambda: lambda x: torch.remainder(x, 0.17) + x,
    "fmod": lambda: lambda x: torch.fmod(x, 0.17) + x,
    "floor division": lambda: lambda x: torch.floor_divide(x, 0.17) / 8,
    "rounding, halves included": lambda: lambda x: (x * 0 + torch.arange(SIDE) / 2).round() / 9 + x,
    "sign": lambda: lambda x: x.sign() + x,
}

_GROUPS = {
    "Convolutions": CONVOLUTIONS,
    "Transposed convolutions": TRANSPOSED,
    "Resizing": RESIZES,
    "Pooling and means": POOLS,
    "Padding": PADDINGS,
    "Norms": NORMS,
    "Activations": ACTIVATIONS,
    "Blocks": BLOCKS,
    "Numbers": NUMBERS,
    "Steps": STEPS,
}
CASES = {
    name: Case(group, make, jumps=group == "Steps")
    for group, made in _GROUPS.items()
    for name, make in made.items()
}
"""Every module by name."""
assert len(CASES) == sum(map(len, _GROUPS.values()))
