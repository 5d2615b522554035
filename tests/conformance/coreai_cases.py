"""Generated cases for engine `coreai`: what segmentation nets compute, against torch.

A case is one operation on one shape in float32 or float16. Those of one shape and type are results
of one asset, which is converted and run as an artefact's is: saved, opened in a process of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as f

from skinseg_mobile.runtime_py.child.process import Child
from skinseg_mobile.runtime_py.targets.in_child import ask, start
from skinseg_mobile.runtime_py.vendors import vendor

SHAPES = ((1, 3, 17, 23), (1, 8, 16, 16), (1, 16, 9, 12), (1, 32, 6, 5))
TYPES = {"float32": 1e-5, "float16": 1e-2}
"""Largest difference by type, of a result whose largest value is 1 or less; else relative to it."""
KNOWN_WRONG = ("average 3x3 of inside",)
"""coreai-torch 0.4.3 counts the padding where torch leaves it out:
`findings/coreai-average-pooling-counts-padding.sh`."""
Operation = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class CaseResult:
    """One case."""

    name: str
    gap: float
    """Largest difference to torch, relative to the largest value of the result where above 1."""
    limit: float

    @property
    def within(self) -> bool:
        """Whether it is within the limit; what is no number is not."""
        return self.gap <= self.limit

    @property
    def is_known_wrong(self) -> bool:
        """Whether the vendor's converter gets it wrong; once it does not, the list is wrong."""
        return self.name.startswith(KNOWN_WRONG)

    @property
    def passed(self) -> bool:
        """Whether it is what this version of the vendor's packages gives."""
        return self.within != self.is_known_wrong


def operations(shape: tuple[int, int, int, int]) -> dict[str, Operation]:
    """Return every operation for a (1, C, H, W) input, by name; weights follow from a seed."""
    torch.manual_seed(shape[1])
    return {**_convolutions(*shape[1:]), **_pooling(*shape[2:]), **_elementwise(shape[1])}


def _convolutions(channels: int, height: int, width: int) -> dict[str, Operation]:
    conv, up = nn.Conv2d, nn.ConvTranspose2d
    c, half = channels, max(channels // 2, 1)
    return {
        "conv 1x1": conv(c, 10, 1),
        "conv 1x1 without bias": conv(c, 6, 1, bias=False),
        "conv 3x3": conv(c, 5, 3, padding=1),
        "conv 3x3 valid": conv(c, 5, 3),
        "conv 3x3 stride 2": conv(c, 7, 3, stride=2, padding=1),
        "conv 3x3 dilation 2": conv(c, 4, 3, padding=2, dilation=2),
        "conv 5x5": conv(c, 3, 5, padding=2),
        "conv 1x5": conv(c, 3, (1, 5), padding=(0, 2)),
        "conv 7x7 stride 2": conv(c, 4, 7, stride=2, padding=3),
        "depthwise 3x3": conv(c, c, 3, padding=1, groups=c),
        "depthwise 5x5 stride 2": conv(c, c, 5, stride=2, padding=2, groups=c),
        "depthwise 3x3 dilation 3": conv(c, c, 3, padding=3, dilation=3, groups=c),
        "depthwise of two": conv(c, 2 * c, 3, padding=1, groups=c),
        "transposed 2x2 stride 2": up(c, half, 2, stride=2),
        "transposed 4x4 stride 2": up(c, half, 4, stride=2, padding=1),
        "linear on channels": lambda x: f.linear(x.flatten(2).transpose(1, 2), _like(_L[c], x)),
        "bilinear to twice": lambda x: _resize(x, (2 * height, 2 * width), "bilinear", False),
        "bilinear to a size": lambda x: _resize(x, (31, 40), "bilinear", False),
        "bilinear to half": lambda x: _resize(x, (height // 2, width // 2), "bilinear", False),
        "bilinear, aligned corners": lambda x: _resize(x, (21, 30), "bilinear", True),
        "nearest to twice": lambda x: _resize(x, (2 * height, 2 * width), "nearest", None),
        "nearest to three times": lambda x: _resize(x, (3 * height, 3 * width), "nearest", None),
        "batch norm": _norm(nn.BatchNorm2d(c)),
        "instance norm": nn.InstanceNorm2d(c, affine=True),
        "group norm": nn.GroupNorm(1, c),
        "layer norm on columns": nn.LayerNorm(width),
    }


_L = {
    channels: torch.randn((6, channels), generator=torch.Generator().manual_seed(channels))
    for channels in (3, 8, 16, 32)
}


def _pooling(height: int, width: int) -> dict[str, Operation]:
    return {
        "max 2x2": lambda x: f.max_pool2d(x, 2),
        "max 3x3 stride 2": lambda x: f.max_pool2d(x, 3, 2, 1),
        "average 2x2": lambda x: f.avg_pool2d(x, 2),
        "average 3x3 of inside": lambda x: f.avg_pool2d(x, 3, 1, 1, count_include_pad=False),
        "average of all": lambda x: f.adaptive_avg_pool2d(x, 1),
        "mean of columns": lambda x: x.mean(3, keepdim=True),
        "maximum of channels": lambda x: x.amax(1, keepdim=True),
        "sum of rows": lambda x: x.sum(2),
        "pad with zeros": lambda x: f.pad(x, (1, 2, 3, 0)),
        "pad by reflection": lambda x: f.pad(x, (2, 1, 1, 2), mode="reflect"),
        "pad by the edge": lambda x: f.pad(x, (2, 1, 1, 2), mode="replicate"),
        "crop": lambda x: x[:, :, 1 : height - 1, 2:width],
        "every second": lambda x: x[:, :, ::2, ::2],
    }


def _elementwise(channels: int) -> dict[str, Operation]:
    row = torch.randn(1, channels, 1, 1)
    return {
        "relu": f.relu,
        "relu6": lambda x: f.relu6(3 * x),
        "leaky relu": lambda x: f.leaky_relu(x, 0.1),
        "prelu": lambda x: f.prelu(x, _like(row.flatten(), x)),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "hard sigmoid": f.hardsigmoid,
        "hard swish": f.hardswish,
        "swish": f.silu,
        "gelu": f.gelu,
        "softplus": f.softplus,
        "softmax of channels": lambda x: f.softmax(x, 1),
        "exponential": lambda x: torch.exp(x / 4),
        "logarithm": lambda x: torch.log(x.abs() + 1),
        "square root": lambda x: torch.sqrt(x.abs() + 0.5),
        "clamp": lambda x: x.clamp(-0.5, 0.7),
        "absolute value": torch.abs,
        "add a channel's value": lambda x: x + _like(row, x),
        "multiply by a channel's value": lambda x: x * _like(row, x),
        "subtract a channel's value": lambda x: _like(row, x) - x,
        "divide": lambda x: x / (x.abs() + 1),
        "larger of two": lambda x: torch.maximum(x, -x / 2),
        "smaller of two": lambda x: torch.minimum(x, _like(row, x)),
        "squeeze and excite": lambda x: x * x.mean((2, 3), keepdim=True).sigmoid(),
        "concatenate": lambda x: torch.cat([x, x * 2, x[:, :1]], 1),
        "turn and join": lambda x: x.permute(0, 2, 3, 1).flatten(1, 2),
        "choose by sign": lambda x: torch.where(x > 0, x, x * x),
    }


def _like(value: Tensor, other: Tensor) -> Tensor:
    return value.to(other.dtype)


def _resize(x: Tensor, size: tuple[int, int], mode: str, aligned: bool | None) -> Tensor:
    return f.interpolate(x, size, mode=mode, align_corners=aligned)


def _norm(norm: nn.BatchNorm2d) -> nn.BatchNorm2d:
    norm.running_mean, norm.running_var = (
        torch.randn(norm.num_features),
        torch.rand(norm.num_features) + 0.5,
    )
    return norm.eval()


class Group(nn.Module):
    """All operations on one input, in one type between float32 ends."""

    def __init__(self, found: Mapping[str, Operation], dtype: torch.dtype) -> None:
        super().__init__()
        self.found, self.dtype = dict(found), dtype
        self.held = nn.ModuleList([op for op in found.values() if isinstance(op, nn.Module)])
        self.held.to(dtype)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return each result in float32."""
        given = image.to(self.dtype)
        return tuple(operation(given).float() for operation in self.found.values())


def converted(group: nn.Module, example: Tensor, count: int, path: Path) -> Path:
    """Write a group as an asset with the results `r0`, `r1`, …"""
    coreai: Any = vendor("coreai_torch", "coreai")
    traced = torch.export.export(group, (example,)).run_decompositions(coreai.get_decomp_table())
    converter = coreai.TorchConverter(mode=coreai.TorchConverter.Mode.RELEASE)
    names = [f"r{index}" for index in range(count)]
    program = converter.add_exported_program(traced, input_names=["image"], output_names=names)
    program.to_coreai().save_asset(path)
    return path


def run_asset(path: Path, image: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return an asset's results for one input, from the engine's own process."""
    child: Child = start("coreai", path)
    outputs = child.greeting().outputs
    found = ask(child, outputs, image)
    return [found[f"r{index}"] for index in range(len(outputs))]


def compared(
    wanted: Mapping[str, Tensor], found: list[NDArray[np.float32]], limit: float
) -> Iterator[CaseResult]:
    """Yield each case."""
    for (name, reference), result in zip(wanted.items(), found, strict=True):
        expected = reference.numpy()
        if expected.shape != result.shape:
            yield CaseResult(f"{name}: {result.shape} for {expected.shape}", np.inf, limit)
            continue
        largest = max(1.0, float(np.abs(expected).max()))
        gap = float(np.abs(result.astype(np.float64) - expected).max()) / largest
        yield CaseResult(name, gap if np.isfinite(gap) else np.inf, limit)


@torch.no_grad()
def run_group(shape: tuple[int, int, int, int], kind: str, folder: Path) -> list[CaseResult]:
    """Convert, run and compare all operations of one shape and type; float32 torch is right."""
    found, dtype = operations(shape), getattr(torch, kind)
    image = torch.randn(shape, generator=torch.Generator().manual_seed(shape[1])).to(dtype).float()
    group = Group(found, dtype).eval()
    path = converted(group, image, len(found), folder / f"{kind}-{shape[1]}.aimodel")
    results = run_asset(path, image.numpy())
    wide = Group(found, torch.float32).eval()  # the same weights, rounded to the type before
    wanted = {
        f"{name} {kind} {'x'.join(map(str, shape))}": result
        for name, result in zip(found, wide(image), strict=True)
    }
    return list(compared(wanted, results, TYPES[kind]))
