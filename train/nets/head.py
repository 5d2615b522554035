"""The hypercolumn head: feature levels of a trunk -> one logit a pixel.

Paper A upsamples every level, concatenates them and applies an MLP at each pixel. A 1×1
convolution and bilinear upsampling are both linear and act on different axes, so they commute:
applying each level's share of the first layer *before* upsampling gives the same numbers with a
fraction of the work. `naive` keeps the paper's own order as the reference for tests and counts.
"""

from collections.abc import Sequence
from functools import reduce

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.train.nets.sparse import Size, bilinear_at

Prepared = tuple[Tensor, nn.Module]
"""A level and what is still to be done with a value read from it."""
WIDEST = 65_536
"""Most channels a layout may name: beyond it a file is damaged, not a net large."""


def require_widths(*widths: int) -> None:
    """Raise ValueError where a layer would have no channels, or a senseless number of them."""
    if not widths or not all(1 <= width <= WIDEST for width in widths):
        raise ValueError(f"widths are {widths}, not numbers from 1 to {WIDEST}")


def head_fields(levels: int, hidden: int, stride: int) -> dict[str, str]:
    """Return the field (`hidden.0`) by the name of each convolution of a hypercolumn head.

    Its MLP has a convolution every `stride` layers; the logit's width is no field.
    """
    return {
        **{f"head.project.{level}": "hidden.0" for level in range(levels)},
        **{f"head.mlp.{stride * i}": f"hidden.{i + 1}" for i in range(hidden - 1)},
    }


def numbered(name: str, widths: Sequence[int]) -> dict[str, int]:
    """Return widths by field: `name.0`, `name.1`, …"""
    return {f"{name}.{index}": width for index, width in enumerate(widths)}


def upsample(x: Tensor, size: Size) -> Tensor:
    """Bilinear, half-pixel centres: the only upsampling of the project."""
    if tuple(x.shape[-2:]) == size:
        return x
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def named_levels(levels: Sequence[Tensor]) -> dict[str, Tensor]:
    """Return levels by name, the finest first: `level_1`, `level_2`, …"""
    return {f"level_{number}": level for number, level in enumerate(levels, 1)}


class HypercolumnHead(nn.Module):
    """An MLP of 1×1 convolutions over all levels; its first layer is one projection a level."""

    def __init__(
        self,
        levels: Sequence[int],
        hidden: Sequence[int],
        *,
        batch_norm: bool,
        activation: type[nn.Module],
    ) -> None:
        super().__init__()
        first, *rest = hidden
        bias = not batch_norm
        self.project = nn.ModuleList(
            nn.Conv2d(width, first, 1, bias=bias and level == 0)
            for level, width in enumerate(levels)
        )  # the first layer's bias is added once
        self.first = _after(first, batch_norm, activation)
        layers: list[nn.Module] = []
        for before, after in zip(hidden, rest, strict=False):
            layers += [
                nn.Conv2d(before, after, 1, bias=bias),
                *_after(after, batch_norm, activation),
            ]
        self.mlp = nn.Sequential(*layers, nn.Conv2d(hidden[-1], 1, 1))

    def forward(self, levels: Sequence[Tensor], size: Size) -> Tensor:
        """Levels (N, C_i, H_i, W_i) -> logits (N, 1, *size): project, upsample, sum, MLP."""
        total = upsample(self.project[0](levels[0]), size)
        for project, level in zip(list(self.project)[1:], levels[1:], strict=True):
            total = total + upsample(project(level), size)
        return self.mlp(self.first(total))

    def at_pixels(self, levels: Sequence[Tensor], pixels: Tensor, size: Size) -> Tensor:
        """Return logits (N, P) of `pixels` (N, P, 2) alone; see `Hypercolumn.at_pixels`."""
        return self.read(self.prepare(levels, pixels.shape[1]), pixels, size)

    def prepare(self, levels: Sequence[Tensor], pixels: int) -> list[Prepared]:
        """Return levels ready to `read` so many pixels of, each layer over the fewer positions.

        A level with fewer cells than pixels is projected now; of any other each pixel's value is.
        """
        return [
            (project(level), nn.Identity())
            if level.shape[-2] * level.shape[-1] < pixels
            else (level, project)
            for level, project in zip(levels, self.project, strict=True)
        ]

    def read(self, prepared: Sequence[Prepared], pixels: Tensor, size: Size) -> Tensor:
        """Prepared levels and pixels (N, P, 2) of `size` -> logits (N, P)."""
        parts = (project(bilinear_at(level, pixels, size)) for level, project in prepared)
        return self.mlp(self.first(reduce(torch.add, parts)))[:, 0, :, 0]

    def naive(self, levels: Sequence[Tensor], size: Size) -> Tensor:
        """Return the same logits in the paper's order: upsample, concatenate, MLP."""
        column = torch.cat([upsample(level, size) for level in levels], dim=1)
        weight = torch.cat([project.get_parameter("weight") for project in self.project], dim=1)
        bias = getattr(self.project[0], "bias", None)
        return self.mlp(self.first(F.conv2d(column, weight, bias)))


def _after(width: int, batch_norm: bool, activation: type[nn.Module]) -> nn.Sequential:
    norm = [nn.BatchNorm2d(width)] if batch_norm else []
    return nn.Sequential(*norm, activation())
