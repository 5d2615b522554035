"""Nets that the house did not make: what tests adopt. Each fault is one operation after another.

Weights come from a seed, so that a factory gives the same net each time.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.train.adopt import Adoption, adopt_module
from skinseg_mobile.train.checkpoint import Checkpoint

Operation = Callable[[Tensor], Tensor]


class TinyUnet(nn.Module):
    """(N, 3, H, W) -> (N, channels, H, W): a transposed convolution, batch norm, a skip."""

    def __init__(self, channels: int = 1, width: int = 8, probability: bool = False) -> None:
        super().__init__()
        self.down = _block(3, width)
        self.deep = _block(width, 2 * width)
        self.up = nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False)
        self.after_up = nn.BatchNorm2d(width)
        self.join = _block(2 * width, width)
        self.out = nn.Conv2d(width, channels, 1)
        self.probability = probability

    def forward(self, x: Tensor) -> Tensor:
        fine = self.down(x)
        deep = self.deep(F.max_pool2d(fine, 2))
        up = self.after_up(self.up(deep))
        found = self.out(self.join(torch.cat([fine, up], 1)))
        return found.sigmoid() if self.probability else found


def _block(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class Mobile(nn.Module):
    """What phone nets are made of: hard swish, squeeze and excite, depthwise, stride 4, a dict."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish(inplace=True)
        )
        self.depthwise = nn.Sequential(
            nn.Conv2d(8, 8, 3, 2, 1, groups=8, bias=False), nn.BatchNorm2d(8), nn.SiLU()
        )
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 1)
        )
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Conv2d(8, classes, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.depthwise(self.stem(x))
        x = x * F.hardsigmoid(self.squeeze(x))
        x = self.norm(x + x.flip(1))
        return {"out": self.head(x), "aux": x}


class OneOperation(nn.Module):
    """A convolution, the operation, a convolution."""

    def __init__(self, operation: Operation | nn.Module) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.operation = operation
        self.last = nn.Conv2d(4, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.operation(self.first(x)))


def _at(side: int) -> Operation:
    return lambda x: x[:, :, :side, :side]


def _then(*operations: Operation | nn.Module) -> nn.Module:
    return nn.Sequential(*(o if isinstance(o, nn.Module) else _Call(o) for o in operations))


class _Call(nn.Module):
    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self.operation = operation

    def forward(self, x: Tensor) -> Tensor:
        return self.operation(x)


def _resize(**options: Any) -> Operation:
    return lambda x: F.interpolate(x, **options)


def _back(x: Tensor) -> Tensor:
    return F.interpolate(x, size=(64, 64), mode="bilinear", align_corners=False)


FAULTS: dict[str, Callable[[], Operation | nn.Module]] = {
    "bilinear_factor": lambda: _then(_at(57), _resize(scale_factor=1.7, mode="bilinear"), _back),
    "bilinear_half_of_odd": lambda: _then(
        _at(57), _resize(scale_factor=0.5, mode="bilinear"), _back
    ),
    "bilinear_whole": lambda: _then(_at(32), _resize(scale_factor=2, mode="bilinear")),
    "nearest_size": lambda: _then(_at(15), _resize(size=(20, 23), mode="nearest"), _back),
    "nearest_factor": lambda: _then(_at(15), _resize(scale_factor=1.7, mode="nearest"), _back),
    "nearest_half": lambda: _then(_resize(scale_factor=0.5, mode="nearest"), _back),
    "nearest_exact": lambda: _then(_resize(size=(16, 24), mode="nearest-exact"), _back),
    "antialias": lambda: _then(_resize(size=(24, 24), mode="bilinear", antialias=True), _back),
    "bicubic": lambda: _then(_resize(size=(32, 32), mode="bicubic"), _back),
    "transposed": lambda: _then(_at(32), nn.ConvTranspose2d(4, 4, 3, 2, 1, output_padding=1)),
    "transposed_even": lambda: _then(_at(32), nn.ConvTranspose2d(4, 4, 4, 2, 1)),
    "transposed_beyond": lambda: _then(
        _at(31), nn.ConvTranspose2d(4, 4, 2, 2, 0, output_padding=1), _back
    ),
    "transposed_dilated": lambda: _then(
        _at(20), nn.ConvTranspose2d(4, 4, 3, 3, output_padding=2, dilation=2), _back
    ),
    "transposed_groups_norm": lambda: _then(
        _at(32), nn.ConvTranspose2d(4, 4, 2, 2, groups=2), _norm()
    ),
    "instance_norm": lambda: _then(_raised, nn.InstanceNorm2d(4, affine=True)),
    "group_norm": lambda: _then(nn.GroupNorm(2, 4)),
    "ceil_pool": lambda: _then(_at(57), nn.AvgPool2d(3, 2, ceil_mode=True), _back),
    "ceil_pool_of_odd": lambda: _then(_at(57), nn.AvgPool2d(2, ceil_mode=True), _back),
    "adaptive_pool": lambda: _then(nn.AdaptiveAvgPool2d((7, 6)), _back),
    "adaptive_max_pool": lambda: _then(nn.AdaptiveMaxPool2d((7, 6)), _back),
    "own_divisor": lambda: _then(nn.AvgPool2d(3, 1, 1, divisor_override=5)),
    "unpooled": lambda: _unpooled,
    "ceil_max_pool": lambda: _then(_at(57), nn.MaxPool2d(2, ceil_mode=True), _back),
    "pool_of_inside": lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
    "dilated_pool": lambda: _then(nn.MaxPool2d(3, 1, 1, dilation=2), _back),
    "circular": lambda: _then(nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular")),
    "reflect": lambda: _then(nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect")),
    "deviation": lambda: _then(_by_deviation),
    "remainder": lambda: _then(partial(torch.remainder, other=0.7)),
    "fmod": lambda: _then(partial(torch.fmod, other=0.7)),
    "grid_sample": lambda: _then(_warped),
    "softplus": lambda: _then(nn.Softplus(threshold=1)),
    "inverse": lambda: _then(nn.ReLU(), partial(torch.rsub, other=1)),
    "reciprocal": lambda: _then(nn.Softplus(), torch.reciprocal),
    "power": lambda: _then(nn.Softplus(), partial(torch.pow, exponent=-1)),
    "zeros_then_max": lambda: _then(partial(F.pad, pad=(1, 1, 1, 1)), nn.MaxPool2d(3, 1)),
    "relu_zeros_then_max": lambda: _then(
        nn.ReLU(), partial(F.pad, pad=(1, 1, 1, 1)), nn.MaxPool2d(3, 1)
    ),
    "offset_twice": lambda: _Offset(),
    "constant_over": lambda: _ConstantOver(),
    "product_from_the_left": lambda: _FromTheLeft(),
    "next_to_nothing": lambda: _then(nn.ReLU(), partial(torch.add, other=1e-8)),
    "less_next_to_nothing": lambda: _then(nn.ReLU(), partial(torch.sub, other=1e-8)),
    "almost_nothing": lambda: _then(nn.ReLU(), partial(torch.add, other=1e-7)),
    "two_activations": lambda: _then(nn.ReLU6(), nn.ReLU()),
    "narrower_activation": lambda: _then(nn.ReLU(), nn.ReLU6()),
    "softmax_of_rows": lambda: _then(partial(torch.softmax, dim=-1)),
    "softmax_of_channels": lambda: _then(partial(torch.softmax, dim=1)),
    "gelu": lambda: _then(nn.GELU(approximate="tanh")),
    "pixel_shuffle": lambda: _then(_at(32), nn.Conv2d(4, 16, 1), nn.PixelShuffle(2)),
    "channel_shuffle": lambda: _then(_shuffled),
    "channel_shuffle_by_view": lambda: _then(_shuffled_by_view),
    "expanded": lambda: _then(_squeezed_and_expanded),
    "expanded_to_the_side": lambda: _then(_sixty_four, _squeezed_and_expanded, _four),
    "transposed_depthwise": lambda: _then(
        _at(32), nn.ConvTranspose2d(4, 4, 4, 2, 1, groups=4, bias=False)
    ),
    "hard_tanh": lambda: _then(nn.Hardtanh(-0.5, 0.5)),
    "prelu": lambda: _then(nn.PReLU(4)),
    "attention": lambda: _then(_attention),
    "named_as_torchscript": lambda: nn.Sequential(
        OrderedDict({name: nn.Conv2d(4, 4, 1) for name in ("graph", "code", "save")})
    ),
}
"""One operation each, of those that some converter is silently wrong about or refuses."""


def _norm() -> nn.Module:
    norm = nn.BatchNorm2d(4)
    nn.init.normal_(norm.weight)
    return norm


class _Offset(nn.Module):
    """Takes one parameter off maps and off their convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.tensor([0.3, -0.2, 0.5, 0.1]).reshape(1, 4, 1, 1))
        self.convolution = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return (self.convolution(x) - self.offset).relu() + (x - self.offset).relu()


class _ConstantOver(nn.Module):
    """Divides one number a channel by a convolution's maps."""

    def __init__(self) -> None:
        super().__init__()
        self.over = nn.Parameter(torch.tensor([2.0, 3.0, 4.0, 5.0]).reshape(1, 4, 1, 1))
        self.convolution = nn.Conv2d(4, 4, 1)
        nn.init.constant_(cast(Tensor, self.convolution.bias), 6.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.over / self.convolution(x.tanh())


class _FromTheLeft(nn.Module):
    """Multiplies maps by weights on their left, and adds one number a column."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(64, 64) / 8)
        self.added = nn.Parameter(torch.randn(64))

    def forward(self, x: Tensor) -> Tensor:
        return self.weights @ x + self.added


def _unpooled(x: Tensor) -> Tensor:
    values, at = F.max_pool2d(x, 2, return_indices=True)
    return F.max_unpool2d(values, at, [2, 2])


def _shuffled(x: Tensor) -> Tensor:
    return x.unflatten(1, (2, 2)).transpose(1, 2).flatten(1, 2)


def _shuffled_by_view(x: Tensor) -> Tensor:
    """As ShuffleNet's authors wrote it."""
    n, channels, height, width = x.shape
    x = x.view(n, 2, channels // 2, height, width)
    return x.transpose(1, 2).contiguous().view(n, -1, height, width)


def _squeezed_and_expanded(x: Tensor) -> Tensor:
    """As the authors of squeeze and excite wrote it."""
    means = F.adaptive_avg_pool2d(x, 1).view(x.shape[0], -1)
    return x * means.sigmoid().view(x.shape[0], -1, 1, 1).expand_as(x)


def _sixty_four(x: Tensor) -> Tensor:
    """As many channels as rows and columns: no shape tells them apart."""
    return torch.cat([x * (number + 1) for number in range(16)], 1)


def _four(x: Tensor) -> Tensor:
    return x[:, ::16]


def _raised(x: Tensor) -> Tensor:
    return x + 1000


def _by_deviation(x: Tensor) -> Tensor:
    return x / (x.std((2, 3), keepdim=True) + 1e-3)


def _warped(x: Tensor) -> Tensor:
    theta = torch.tensor([[[0.9, 0.1, 0.0], [-0.1, 0.9, 0.1]]], device=x.device)
    grid = F.affine_grid(theta, [1, 4, 64, 64], align_corners=False)
    return F.grid_sample(x, grid.expand(x.shape[0], -1, -1, -1), align_corners=False)


def _attention(x: Tensor) -> Tensor:
    flat = F.avg_pool2d(x, 8).flatten(2)
    share = (flat.transpose(1, 2) @ flat).softmax(-1)
    mixed = (flat @ share).view(x.shape[0], 4, 8, 8)
    return x + F.interpolate(mixed, size=(64, 64), mode="bilinear", align_corners=False)


def fault(name: str) -> nn.Module:
    """Return the net around one operation."""
    return seeded(OneOperation, FAULTS[name]())


def adopted_fault(name: str, folder: Path) -> Checkpoint:
    """Adopt the net around one operation at 64×64, as `folder`'s `name`."""
    adoption = Adoption(size=64, arguments={"name": name}, input="0..1")
    return adopt_module("tests.foreign:fault", fault(name), adoption, folder / name)


def unet(channels: int = 1, probability: bool = False) -> nn.Module:
    return seeded(TinyUnet, channels, probability=probability)


def mobile(classes: int = 2) -> nn.Module:
    return seeded(Mobile, classes)


def seeded(net: Callable[..., nn.Module], *args: Any, **options: Any) -> nn.Module:
    """Build a net with its own random weights and statistics; torch's generator stays as it is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        found = net(*args, **options)
        for module in found.modules():
            if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None:
                assert module.running_var is not None
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 2)
    return found


class Returning(nn.Module):
    """A convolution, and what a function makes of it."""

    def __init__(self, make: Callable[[Tensor], Any], channels: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, channels, 3, padding=1)
        self.make = make

    def forward(self, x: Tensor) -> Any:
        return self.make(self.convolution(x))


class Tied(nn.Module):
    """Two convolutions with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = (nn.Conv2d(3, 3, 3, padding=1, bias=False) for _ in range(2))
        self.other.weight = self.one.weight
        self.norms = nn.ModuleList(nn.BatchNorm2d(3) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.norms[1](self.other(self.norms[0](self.one(x)).relu()))


def tied() -> nn.Module:
    return seeded(Tied)


class Norms(nn.Module):
    """Two norms in a row, one that two convolutions share, and one behind a buffer's kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = (
            nn.Conv2d(width, 4, 3, padding=1, bias=False) for width in (3, 4, 4)
        )
        self.first, self.second, self.shared, self.last = (nn.BatchNorm2d(4) for _ in range(4))
        self.register_buffer("weight", torch.full((4, 1, 3, 3), 1 / 9), persistent=False)
        self.factor = nn.Parameter(torch.ones(1))
        self.out = nn.Conv2d(4, 1, 1)
        for norm in (self.first, self.second, self.shared, self.last):
            nn.init.normal_(norm.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.first(self.one(x))).relu()
        x = self.shared(self.three(self.shared(self.two(x)).relu())).relu()
        x = self.last(F.conv2d(x, cast(Tensor, self.weight), padding=1, groups=4))
        return self.out(x * self.out.weight.abs().mean()) + self.factor


def norms() -> nn.Module:
    return seeded(Norms)


class Blurred(nn.Module):
    """What has no range, or is not learnt: indices, parts, and the kernel of a blur."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        line = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("kernel", (line[:, None] * line).repeat(4, 1, 1, 1), persistent=False)
        self.register_buffer("order", torch.tensor([[3, 1], [0, 2]]))
        self.table = nn.Parameter(torch.tensor([1.0, 2.0, 3.0, 4.0]))
        self.out = nn.Conv2d(5, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(self.first(x).relu(), cast(Tensor, self.kernel), padding=1, groups=4)
        scale = self.table[cast(Tensor, self.order).view(-1)].view(1, 4, 1, 1)
        x = torch.cat(x.unflatten(1, (2, 2)).unbind(1), 1)
        largest, _ = torch.max(x, dim=1, keepdim=True)
        return self.out(torch.cat([torch.where(x > 1, x * scale, x), largest], 1))


def blurred() -> nn.Module:
    return seeded(Blurred)


class Named(nn.Module):
    """Modules whose names a file has for something else."""

    def __init__(self) -> None:
        super().__init__()
        self.image, self.stem, self.probability, self.head = (
            nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU()) for _ in range(4)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.probability(self.stem(self.image(x))))


def named() -> nn.Module:
    return seeded(Named)


def channels_last() -> nn.Module:
    return seeded(Returning, _channels_last)


def _channels_last(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)


def without_channels() -> nn.Module:
    return seeded(Returning, _without_channels)


def _without_channels(x: Tensor) -> Tensor:
    return x.squeeze(1)


def batch_range() -> nn.Module:
    return seeded(Returning, _in_the_batchs_range)


def _in_the_batchs_range(x: Tensor) -> Tensor:
    return (x - x.min()) / (x.max() - x.min())


def activated() -> nn.Module:
    return seeded(Returning, _softmax, 2)


def _softmax(x: Tensor) -> Tensor:
    return x.softmax(1)


def several() -> nn.Module:
    return seeded(Returning, _twice)


def _twice(x: Tensor) -> tuple[Tensor, Tensor]:
    return x, x


def classes() -> nn.Module:
    return seeded(Returning, _means)


def _means(x: Tensor) -> Tensor:
    return x.mean((2, 3))


def volume() -> nn.Module:
    return seeded(nn.Conv3d, 3, 1, 3)


def dynamic() -> nn.Module:
    """The shape depends on the values."""
    return seeded(Returning, _positive_rows)


def _positive_rows(x: Tensor) -> Tensor:
    return x if bool(x.sum() > 1e9) else x * 2


def valid() -> nn.Module:
    return seeded(nn.Conv2d, 3, 1, 5)


def random() -> nn.Module:
    return seeded(Returning, _noisy)


def _noisy(x: Tensor) -> Tensor:
    return x + torch.randn_like(x)


class Counting(nn.Module):
    """A net that adds how often it ran, or says it."""

    def __init__(self, adds: float = 1.0) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 1, 3, padding=1)
        self.adds, self.ran = adds, 0

    def forward(self, x: Tensor) -> Tensor:
        self.ran += 1
        if not self.adds:
            print("ran", self.ran)
        return self.convolution(x) + self.adds * self.ran


def counting() -> nn.Module:
    return seeded(Counting)


def talking() -> nn.Module:
    return seeded(Counting, 0.0)


def ending() -> nn.Module:
    return seeded(Returning, _ended)


def _ended(x: Tensor) -> Tensor:
    raise SystemExit(0)


def half() -> nn.Module:
    return unet().half()


def half_inside() -> nn.Module:
    """Takes and gives float32, and computes in bfloat16."""
    net = Returning(lambda x: x.float())
    net.convolution.bfloat16().register_forward_pre_hook(lambda _, given: given[0].bfloat16())
    return net


def lazy() -> nn.Module:
    return nn.LazyConv2d(1, 3, padding=1)


def broken() -> nn.Module:
    return seeded(Returning, torch.log)


def weight_normed() -> nn.Module:
    return seeded(_weight_normed)


def _weight_normed() -> nn.Module:
    return nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 1, 3, padding=1))


def batch_statistics() -> nn.Module:
    return seeded(_batch_statistics)


def _batch_statistics() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 1, 3, padding=1), nn.BatchNorm2d(1, track_running_stats=False)
    )
