"""`berseth-unet`, Berseth's net for ISIC 2017 (arXiv 1703.00523): a U-Net on 192×192 images.

Known of it: the layout of the original U-Net (Ronneberger et al. 2015, arXiv 1505.04597), 192×192
inputs, heavy augmentation and averaged cross-validation folds, which are the recipe's matter. We
could not read the report, so the layout is the original's own:

    contracting  two 3×3 convolutions with ReLU, 2×2 max-pooling; 64 to 1024 channels, 0.5 dropout
                 at the end of the path
    expanding    2×2 up-convolution to half the channels, the contracting map beside it, two 3×3
    output       1×1

Fitted: zero padding instead of cropped borders, so that the mask has the input's size; one logit
instead of two classes; inputs scaled to -1..1; the up-convolution is the original's "upsampling
followed by a 2×2 convolution" written as a transposed one, as its authors' code has it.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from skinseg_mobile.train.nets.family import Family, Named
from skinseg_mobile.train.nets.head import require_widths
from skinseg_mobile.train.nets.normalise import Normalise

DROPOUT = 0.5
DROPPED = 2
"""Blocks at the end of the contracting path behind which dropout stands."""


@dataclass(frozen=True)
class BersethUnetLayout:
    """Channels of each level, the finest first."""

    widths: tuple[int, ...] = (64, 128, 256, 512, 1024)

    narrowable: ClassVar[tuple[str, ...]] = ("widths",)

    def __post_init__(self) -> None:
        require_widths(*self.widths)
        if len(self.widths) != 5:
            raise ValueError(f"widths are {self.widths}, not 5 numbers, one a level")

    def build(self) -> "BersethUnet":
        """Return the net with random weights."""
        return BersethUnet(self)


class BersethUnet(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255], sides divisible by 16 -> logits (N, 1, H, W)."""

    def __init__(self, layout: BersethUnetLayout) -> None:
        super().__init__()
        self.normalise = Normalise((127.5,) * 3, (127.5,) * 3)
        self.pool = nn.MaxPool2d(2)
        self.down = nn.ModuleList()
        width = 3
        for depth, out in enumerate(layout.widths):
            last = depth >= len(layout.widths) - DROPPED
            drop: list[nn.Module] = [nn.Dropout(DROPOUT)] if last else []
            self.down.append(nn.Sequential(*_block(width, out), *drop))
            width = out
        finer = layout.widths[-2::-1]
        below = layout.widths[:0:-1]
        self.widen = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, 2)
            for coarse, fine in zip(below, finer, strict=True)
        )
        self.up = nn.ModuleList(nn.Sequential(*_block(2 * fine, fine)) for fine in finer)
        self.head = nn.Conv2d(layout.widths[0], 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return self.stages(image)["head"]

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: both paths, then the logits."""
        x = self.normalise(image)
        found: dict[str, Tensor] = {}
        kept: list[Tensor] = []
        for number, block in enumerate(self.down, 1):
            x = found[f"down_{number}"] = block(self.pool(x) if kept else x)
            kept.append(x)
        kept.pop()
        for number, (widen, block) in enumerate(zip(self.widen, self.up, strict=True), 1):
            x = found[f"up_{number}"] = block(torch.cat([kept.pop(), widen(x)], 1))
        return {**found, "head": self.head(x)}


def _block(width: int, out: int) -> list[nn.Module]:
    pairs = [(width, out), (out, out)]
    return [layer for a, b in pairs for layer in (nn.Conv2d(a, b, 3, padding=1), nn.ReLU())]


FAMILY = Family(
    BersethUnetLayout,
    {
        "berseth-unet": Named(
            192,
            BersethUnetLayout(),
            "Berseth, arXiv 1703.00523: U-Net on 192×192; layout of arXiv 1505.04597",
            "zero padding, one logit, input range",
        )
    },
)
