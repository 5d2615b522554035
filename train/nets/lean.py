"""`lean`, the student: a truncated EfficientNet-Lite0 trunk under a hypercolumn head.

`lean-large`, a teacher for it: the whole trunk of EfficientNet-Lite2 under a wider head.

EfficientNet-Lite (Google, 2020) is EfficientNet without squeeze-excite and with ReLU6: made for
int8. The trunk is cut after the stage of stride 16 and 112 channels; its levels at strides 4, 8
and 16 are projected, upsampled to a quarter of the input and summed, exactly the first layer of
paper A's MLP; the logit is upsampled fourfold. Where the cut is and how wide the head is: fitted.

A block is described by its own widths, so that a pruned net is an ordinary spec.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, cast

from torch import Tensor, nn

from skinseg_mobile.train.nets.family import Family, Named
from skinseg_mobile.train.nets.head import (
    HypercolumnHead,
    Size,
    head_fields,
    named_levels,
    numbered,
    require_widths,
    upsample,
)
from skinseg_mobile.train.nets.imagenet import LITE0, LITE2, load_imagenet_trunk
from skinseg_mobile.train.nets.normalise import Normalise

BATCH_NORM_EPS = 1e-3  # EfficientNet's; its published weights need it
MEAN = (127.0, 127.0, 127.0)  # EfficientNet-Lite sees (x - 127) / 128
DEVIATION = (128.0, 128.0, 128.0)
OUTPUT_STRIDE = 4
KERNELS = (1, 3, 5, 7)


@dataclass(frozen=True)
class LeanBlock:
    """One inverted residual: expand 1×1, depthwise k×k, project 1×1."""

    expanded: int
    out: int
    kernel: int = 3
    stride: int = 1

    def __post_init__(self) -> None:
        require_widths(self.expanded, self.out)
        if self.kernel not in KERNELS or self.stride not in (1, 2):
            raise ValueError(
                f"a block has kernel {self.kernel} and stride {self.stride}, not a kernel of"
                f" {KERNELS} and stride 1 or 2"
            )


def stage(
    repeats: int, width_in: int, width: int, *, kernel: int, stride: int, expand: int = 6
) -> tuple[LeanBlock, ...]:
    """Return the blocks of one EfficientNet stage."""
    first = LeanBlock(width_in * expand, width, kernel, stride)
    return (first, *[LeanBlock(width * expand, width, kernel) for _ in range(repeats - 1)])


TO_STRIDE_16 = (
    *stage(1, 32, 16, kernel=3, stride=1, expand=1),
    *stage(2, 16, 24, kernel=3, stride=2),
    *stage(2, 24, 40, kernel=5, stride=2),
    *stage(3, 40, 80, kernel=3, stride=2),
    *stage(3, 80, 112, kernel=5, stride=1),
)
TO_STRIDE_32 = (
    *TO_STRIDE_16,
    *stage(4, 112, 192, kernel=5, stride=2),
    *stage(1, 192, 320, kernel=3, stride=1),
)
LARGE = (
    *stage(1, 32, 16, kernel=3, stride=1, expand=1),
    *stage(3, 16, 24, kernel=3, stride=2),
    *stage(3, 24, 48, kernel=5, stride=2),
    *stage(4, 48, 88, kernel=3, stride=2),
    *stage(4, 88, 120, kernel=5, stride=1),
    *stage(5, 120, 208, kernel=5, stride=2),
    *stage(1, 208, 352, kernel=3, stride=1),
)


@dataclass(frozen=True)
class LeanLayout:
    """All widths of a lean net: `levels` are the block indices whose results the head reads."""

    stem: int = 32
    blocks: tuple[LeanBlock, ...] = TO_STRIDE_16
    levels: tuple[int, ...] = (2, 4, 10)
    hidden: tuple[int, ...] = (96, 48)

    def __post_init__(self) -> None:
        require_widths(self.stem)
        require_widths(*self.hidden)
        known = tuple(level for level in range(len(self.blocks)) if level in self.levels)
        if not known or known != self.levels:
            raise ValueError(
                f"levels are {self.levels}, not rising block numbers below {len(self.blocks)}"
            )

    def build(self) -> "Lean":
        """Return the net with random weights."""
        return Lean(self)

    def field_of_convolutions(self) -> dict[str, str]:
        """See `Prunable`: `stem`, `blocks.3.expanded`, `blocks.3.out`, `hidden.0`."""
        found = {"stem.0": "stem"}
        for index, (expands, _) in enumerate(self.form()):
            *expanded, out = range(2 + expands)
            found |= {f"blocks.{index}.layers.{i}.0": f"blocks.{index}.expanded" for i in expanded}
            found[f"blocks.{index}.layers.{out}.0"] = f"blocks.{index}.out"
        return {**found, **head_fields(len(self.levels), len(self.hidden), stride=3)}

    def width_of_fields(self) -> dict[str, int]:
        """See `Prunable`."""
        blocks = (
            ((f"blocks.{index}.expanded", block.expanded), (f"blocks.{index}.out", block.out))
            for index, block in enumerate(self.blocks)
        )
        hidden = numbered("hidden", self.hidden)
        return {"stem": self.stem, **dict(chain.from_iterable(blocks)), **hidden}

    def with_widths(self, widths: Mapping[str, int]) -> "LeanLayout":
        """See `Prunable`."""
        blocks = tuple(
            replace(
                block,
                expanded=widths[f"blocks.{index}.expanded"],
                out=widths[f"blocks.{index}.out"],
            )
            for index, block in enumerate(self.blocks)
        )
        hidden = tuple(widths[name] for name in numbered("hidden", self.hidden))
        return replace(self, stem=widths["stem"], blocks=blocks, hidden=hidden)

    def form(self) -> tuple[tuple[bool, bool], ...]:
        """See `Prunable`: whether each block expands its input, and whether it adds it."""
        inputs = (self.stem, *(block.out for block in self.blocks[:-1]))
        return tuple(
            (block.expanded != width, block.stride == 1 and width == block.out)
            for width, block in zip(inputs, self.blocks, strict=True)
        )


class Lean(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255] -> logits (N, 1, H, W)."""

    def __init__(self, layout: LeanLayout) -> None:
        super().__init__()
        self.layout = layout
        self.normalise = Normalise(MEAN, DEVIATION)
        self.stem = _conv(3, layout.stem, 3, stride=2)
        self.blocks = nn.ModuleList()
        width = layout.stem
        for block in layout.blocks:
            self.blocks.append(InvertedResidual(width, block))
            width = block.out
        self.levels = layout.levels
        widths = [layout.blocks[level].out for level in layout.levels]
        self.head = HypercolumnHead(widths, layout.hidden, batch_norm=True, activation=nn.ReLU6)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return upsample(self.stages(image)["head"], _size(image))

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: each level, then the head's logits."""
        levels = self.features(image)
        return {**named_levels(levels), "head": self.head(levels, _quarter(image))}

    def naive(self, image: Tensor) -> Tensor:
        """Return the same logits with the head in the paper's order."""
        logits = self.head.naive(self.features(image), _quarter(image))
        return upsample(logits, _size(image))

    def features(self, image: Tensor) -> list[Tensor]:
        """Return the levels that the head reads, finest first."""
        x = self.stem(self.normalise(image))
        found: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.levels:
                found.append(x)
        return found

    def load_imagenet(self) -> str:
        """Copy ImageNet weights into the trunk; return their source.

        Raises:
            MissingExtraError: the weight package is not installed.
            InputError: the trunk's widths are neither EfficientNet-Lite0's nor Lite2's.
        """
        blocks = (conv for block in self.blocks for conv in cast(Any, block).layers)
        large = self.layout.blocks == LARGE[: len(self.layout.blocks)]
        return load_imagenet_trunk([self.stem, *blocks], LITE2 if large else LITE0)

    def fold_scale(self) -> float:
        """Hand the pixels' scale, 1/128, to the first convolution of a folded copy: exact.

        Saves an operation at full size. Return how much greater values before the convolution are
        now. Only for files: weights so small would need another learning rate.
        """
        normalise: Any = self.normalise
        assert normalise.scale_is_exact
        self.normalise = normalise.into(self.stem[0])
        return float(1 / normalise.scale.min())


class InvertedResidual(nn.Module):
    """(N, in, H, W) -> (N, out, H/stride, W/stride); the input is added where shapes allow it."""

    def __init__(self, width: int, block: LeanBlock) -> None:
        super().__init__()
        self.residual = block.stride == 1 and width == block.out
        expand = [_conv(width, block.expanded, 1)] if block.expanded != width else []
        self.layers = nn.Sequential(
            *expand,
            _conv(
                block.expanded,
                block.expanded,
                block.kernel,
                stride=block.stride,
                groups=block.expanded,
            ),
            _conv(block.expanded, block.out, 1, activate=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block."""
        return x + self.layers(x) if self.residual else self.layers(x)


def _conv(
    width: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1, activate: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(width, out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps=BATCH_NORM_EPS),
    ]
    return nn.Sequential(*layers, *([nn.ReLU6()] if activate else []))


def _size(image: Tensor) -> Size:
    return image.shape[-2], image.shape[-1]


def _quarter(image: Tensor) -> Size:
    return image.shape[-2] // OUTPUT_STRIDE, image.shape[-1] // OUTPUT_STRIDE


FAMILY = Family(
    LeanLayout,
    {
        "lean": Named(
            192,
            LeanLayout(),
            "ours: EfficientNet-Lite0 to stride 16 under a hypercolumn head",
            "where the trunk is cut, width of the head",
        ),
        "lean-large": Named(
            256,
            LeanLayout(blocks=LARGE, levels=(3, 6, 14, 20), hidden=(128, 64)),
            "ours, a teacher: EfficientNet-Lite2, whole, under a hypercolumn head",
            "width of the head",
        ),
    },
)
