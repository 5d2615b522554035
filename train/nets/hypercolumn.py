"""`hypercolumn`, the teacher: VGG16 with FC6 and FC7 as 1×1 convolutions, read at six depths.

Paper A ("Deep hypercolumn descriptors for skin-lesion segmentation"): the last activation of each
block, conv1_2 … conv5_3 and FC7, 5568 channels in all, upsampled to the input's size, then a
per-pixel MLP 4096 -> 2048 -> 1. With batch norm 64,819,137 parameters, without 64,800,577, and
165,463,873 with the 7×7 FC6 that ImageNet's VGG16 weights need.
Batch norm in FC and MLP is fitted. The head computes its first layer before upsampling (exact).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from torch import Tensor, nn

from skinseg_mobile.train.nets.coarse_to_fine import CoarseToFine
from skinseg_mobile.train.nets.family import Family, Named
from skinseg_mobile.train.nets.head import (
    HypercolumnHead,
    Size,
    head_fields,
    named_levels,
    numbered,
    require_widths,
)
from skinseg_mobile.train.nets.normalise import Normalise
from skinseg_mobile.train.nets.tiles import TiledHypercolumn
from skinseg_mobile.train.nets.vgg_weights import load_vgg

MEAN = (123.675, 116.28, 103.53)  # ImageNet, in 0..255
DEVIATION = (58.395, 57.12, 57.375)
CONVOLUTIONS = (2, 2, 3, 3, 3)
FC6_KERNELS = (1, 7)


@dataclass(frozen=True)
class HypercolumnLayout:
    """All widths of a hypercolumn net."""

    widths: tuple[int, ...] = (64, 128, 256, 512, 512)
    fc: int = 4096
    hidden: tuple[int, ...] = (4096, 2048)
    batch_norm: bool = True
    fc6_kernel: int = 1
    """1, as the paper has it, or 7, as ImageNet's VGG16 weights have it."""

    narrowable: ClassVar[tuple[str, ...]] = ("widths", "fc", "hidden")

    def __post_init__(self) -> None:
        if len(self.widths) != len(CONVOLUTIONS):
            raise ValueError(
                f"widths are {self.widths}, not {len(CONVOLUTIONS)} numbers, one a depth"
            )
        if self.fc6_kernel not in FC6_KERNELS:
            raise ValueError(f"fc6_kernel is {self.fc6_kernel}, not one of {FC6_KERNELS}")
        require_widths(*self.widths, self.fc)
        require_widths(*self.hidden)

    def build(self) -> "Hypercolumn":
        """Return the net with random weights."""
        return Hypercolumn(self)

    def field_of_convolutions(self) -> dict[str, str]:
        """See `Prunable`: `widths.0`, `fc`, `hidden.0`."""
        stride = 3 if self.batch_norm else 2  # convolution, batch norm, activation
        fields = [*numbered("widths", self.widths), "fc"]
        trunk = {
            f"blocks.{depth}.{(depth > 0) + stride * i}": field  # a pooling layer is the first
            for depth, (field, count) in enumerate(zip(fields, (*CONVOLUTIONS, 2), strict=True))
            for i in range(count)
        }
        return {**trunk, **head_fields(len(fields), len(self.hidden), stride)}

    def width_of_fields(self) -> dict[str, int]:
        """See `Prunable`."""
        widths, hidden = numbered("widths", self.widths), numbered("hidden", self.hidden)
        return {**widths, "fc": self.fc, **hidden}

    def with_widths(self, widths: Mapping[str, int]) -> "HypercolumnLayout":
        """See `Prunable`."""
        return replace(
            self,
            widths=tuple(widths[name] for name in numbered("widths", self.widths)),
            fc=widths["fc"],
            hidden=tuple(widths[name] for name in numbered("hidden", self.hidden)),
        )

    def form(self) -> tuple[()]:
        """See `Prunable`: no layer depends on a width."""
        return ()


class Hypercolumn(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255], sides divisible by 32 -> logits (N, 1, H, W)."""

    def __init__(self, layout: HypercolumnLayout) -> None:
        super().__init__()
        self.normalise = Normalise(MEAN, DEVIATION)
        self.blocks = nn.ModuleList()
        width = 3
        for depth, (out, count) in enumerate(zip(layout.widths, CONVOLUTIONS, strict=True)):
            pool = [nn.MaxPool2d(2)] if depth else []
            self.blocks.append(
                nn.Sequential(*pool, *_convolutions(width, out, count, layout.batch_norm))
            )
            width = out
        self.blocks.append(
            nn.Sequential(
                nn.MaxPool2d(2),
                *_conv(width, layout.fc, layout.fc6_kernel, layout.batch_norm),
                *_conv(layout.fc, layout.fc, 1, layout.batch_norm),
            )
        )
        levels = (*layout.widths, layout.fc)
        self.head = HypercolumnHead(
            levels, layout.hidden, batch_norm=layout.batch_norm, activation=nn.ReLU
        )

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return self.stages(image)["head"]

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: each level, then the logits."""
        levels = self.features(image)
        return {**named_levels(levels), "head": self.head(levels, _size(image))}

    def naive(self, image: Tensor) -> Tensor:
        """Return the same logits in the paper's order; at full size it needs 2 GB."""
        return self.head.naive(self.features(image), _size(image))

    def at_pixels(self, image: Tensor, pixels: Tensor) -> Tensor:
        """Return logits (N, P) of `pixels` (N, P, 2) int64 of (row, column): sparse training.

        The same numbers and gradients as `forward` read at those pixels, but no map of the input's
        size is made after the trunk. In training mode batch norm of the head normalises over the
        sampled pixels, where `forward` does over all of them: an estimate of the same statistics,
        also of the running ones.
        """
        return self.head.at_pixels(self.features(image), pixels, _size(image))

    def tiled(self) -> TiledHypercolumn:
        """Return the exact form for inference that fits into little memory."""
        return TiledHypercolumn(self)

    def coarse_to_fine(self, threshold: float) -> CoarseToFine:
        """Return the form for inference that is exact at the mask's border only."""
        return CoarseToFine(self, threshold)

    def load_vgg(self, path: Path) -> str:
        """Copy torchvision's VGG16 weights into the trunk; see `vgg_weights`."""
        return load_vgg(self, path)

    def features(self, image: Tensor) -> list[Tensor]:
        """Return the six levels, finest first."""
        x = self.normalise(image)
        found: list[Tensor] = []
        for block in self.blocks:
            x = block(x)
            found.append(x)
        return found


def _convolutions(width: int, out: int, count: int, batch_norm: bool) -> list[nn.Module]:
    first = _conv(width, out, 3, batch_norm)
    return first + [layer for _ in range(count - 1) for layer in _conv(out, out, 3, batch_norm)]


def _conv(width: int, out: int, kernel: int, batch_norm: bool) -> list[nn.Module]:
    convolution = nn.Conv2d(width, out, kernel, padding=kernel // 2, bias=not batch_norm)
    return [convolution, *([nn.BatchNorm2d(out)] if batch_norm else []), nn.ReLU()]


def _size(image: Tensor) -> Size:
    return image.shape[-2], image.shape[-1]


FAMILY = Family(
    HypercolumnLayout,
    {
        "hypercolumn": Named(
            224,
            HypercolumnLayout(),
            "paper A: VGG16 deep hypercolumns, batch norm",
            "batch norm in FC and MLP",
        ),
        "hypercolumn-plain": Named(
            224,
            HypercolumnLayout(batch_norm=False),
            "paper A: VGG16 deep hypercolumns, convolution biases, no batch norm",
        ),
        "hypercolumn-fc7x7": Named(
            224,
            HypercolumnLayout(batch_norm=False, fc6_kernel=7),
            "paper A: hypercolumn-plain with the 7×7 FC6 of ImageNet's VGG16",
            "padding of 3 in FC6",
        ),
    },
)
