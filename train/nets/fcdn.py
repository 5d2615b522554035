"""`fcdn`, the fully convolutional-deconvolutional net of Yuan (arXiv 1703.05165, 1709.09780).

The winner of ISIC 2017. Known of it: 29 layers, about 5 M parameters, 192×256 inputs of seven
channels (RGB, HSV, L of Lab), stride 1, small kernels, batch norm and ReLU after every
convolution and deconvolution, 2×2 max-pooling, sigmoid. A published summary of the paper adds
filters from 16 to 512 and back, 3×3 kernels but for 4×4 in conv-3-2 and decv-3-1, channels
scaled to [0, 1] and dropout of 0.5 before conv-4-1 and decv-5-1. We could not read the reports.

    conv   16 32 | 64 64 | 128 128 | 256 256 | 512
    decv   256 | 256 128 | 128 128 | 64 32 | 16, then 3×3 to 1

Fitted: each width (5,039,457 parameters in all), bilinear upsampling, 29 being these 18 with the
output, 4 poolings, 4 upsamplings, 2 dropouts and the input. A deconvolution of stride 1 is a
convolution with its kernel turned, so it is written as one.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from skinseg_mobile.train.nets.family import Family, Named
from skinseg_mobile.train.nets.head import Size, require_widths, upsample

CHANNELS = 7
DROPOUT = 0.5
WIDE_KERNEL = 4
WIDE_BLOCK = 2
"""Block of the encoder whose last kernel, and of the decoder whose first kernel, is 4×4."""
Widths = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class FcdnLayout:
    """Filters of every block; a pooling or upsampling stands between blocks."""

    encoder: Widths = ((16, 32), (64, 64), (128, 128), (256, 256), (512,))
    decoder: Widths = ((256,), (256, 128), (128, 128), (64, 32), (16,))

    narrowable: ClassVar[tuple[str, ...]] = ("encoder", "decoder")

    def __post_init__(self) -> None:
        if len(self.encoder) != 5 or len(self.decoder) != 5:
            raise ValueError(
                f"encoder and decoder have {len(self.encoder)} and {len(self.decoder)} blocks, not"
                " 5 each"
            )
        for block in (*self.encoder, *self.decoder):
            require_widths(*block)

    def build(self) -> "Fcdn":
        """Return the net with random weights."""
        return Fcdn(self)


class Fcdn(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255], sides divisible by 16 -> logits (N, 1, H, W)."""

    def __init__(self, layout: FcdnLayout) -> None:
        super().__init__()
        self.colours = Colours()
        self.encoder = nn.ModuleList()
        self.decoder = nn.ModuleList()
        width = CHANNELS
        for depth, block in enumerate(layout.encoder):
            before: list[nn.Module] = [nn.MaxPool2d(2)] if depth else []
            drop: list[nn.Module] = [nn.Dropout(DROPOUT)] if depth == 3 else []
            wide = len(block) - 1 if depth == WIDE_BLOCK else None
            self.encoder.append(nn.Sequential(*before, *drop, *_block(width, block, wide)))
            width = block[-1]
        for depth, block in enumerate(layout.decoder):
            drop = [nn.Dropout(DROPOUT)] if depth == 4 else []
            wide = 0 if depth == WIDE_BLOCK else None
            self.decoder.append(nn.Sequential(*drop, *_block(width, block, wide)))
            width = block[-1]
        self.head = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return self.stages(image)["head"]

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: both halves, then the logits."""
        x = self.colours(image)
        found, sizes = dict[str, Tensor](), list[Size]()
        for number, block in enumerate(self.encoder, 1):
            x = found[f"encoder_{number}"] = block(x)
            sizes.append((x.shape[-2], x.shape[-1]))
        for number, block in enumerate(self.decoder, 1):
            x = found[f"decoder_{number}"] = block(upsample(x, sizes.pop()))
        return {**found, "head": self.head(x)}


class Crop(nn.Module):
    """(N, C, H + 1, W + 1) -> (N, C, H, W): what an even kernel between even paddings adds."""

    def forward(self, x: Tensor) -> Tensor:
        """Drop the first row and column."""
        return x[:, :, 1:, 1:]


def _block(width: int, filters: tuple[int, ...], wide: int | None) -> list[nn.Module]:
    """Return convolutions with batch norm and ReLU; the one numbered `wide` has 4×4 kernels."""
    layers: list[nn.Module] = []
    for number, out in enumerate(filters):
        kernel = WIDE_KERNEL if number == wide else 3
        convolution = nn.Conv2d(width, out, kernel, padding=kernel // 2)
        crop: list[nn.Module] = [Crop()] if number == wide else []
        layers += [convolution, nn.BatchNorm2d(out), nn.ReLU(), *crop]
        width = out
    return layers


FAMILY = Family(
    FcdnLayout,
    {
        "fcdn": Named(
            (192, 256),
            FcdnLayout(),
            "Yuan, arXiv 1703.05165: fully convolutional-deconvolutional net, by second-hand"
            " descriptions",
            "each width, bilinear upsampling, place of the 4×4 kernels' padding",
        )
    },
)


# RGB 0..255 -> RGB, HSV and the L of CIELAB, seven channels in [0, 1], inside the net.
#
# Hue, saturation and value are those of Smith (1978), lightness that of CIE 1976 over sRGB
# (IEC 61966-2-1, D65). Only operations that every target has are used.


LUMINANCE = (0.2126, 0.7152, 0.0722)
LINEAR_BELOW = 0.04045
CUBE_ROOT_ABOVE = (6 / 29) ** 3
LEAST = 1e-6
"""Chroma and value below it count as none: black has no saturation, grey no hue."""


class Colours(nn.Module):
    """(N, 3, H, W) float32 in [0, 255] -> (N, 7, H, W) in [0, 1]: R, G, B, H, S, V, L."""

    def forward(self, image: Tensor) -> Tensor:
        """Return all seven channels."""
        rgb = image * (1 / 255)
        return torch.cat([rgb, *_hsv(rgb), _lightness(rgb)], 1)


def _hsv(rgb: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    red, green, blue = _channels(rgb)
    value = torch.maximum(torch.maximum(red, green), blue)
    chroma = value - torch.minimum(torch.minimum(red, green), blue)
    least = chroma.clamp_min(LEAST)
    from_green, from_blue = (blue - red) / least + 2, (red - green) / least + 4
    turned = torch.where(value == green, from_green, from_blue)
    hue = torch.where(value == red, (green - blue) / least, turned)
    positive = torch.where(hue < 0, hue + 6, hue)
    return positive * (1 / 6), chroma / value.clamp_min(LEAST), value


def _lightness(rgb: Tensor) -> Tensor:
    curved = ((rgb + 0.055) * (1 / 1.055)) ** 2.4
    linear = torch.where(rgb > LINEAR_BELOW, curved, rgb * (1 / 12.92))
    red, green, blue = _channels(linear)
    luminance = red * LUMINANCE[0] + green * LUMINANCE[1] + blue * LUMINANCE[2]
    root = luminance.clamp_min(CUBE_ROOT_ABOVE) ** (1 / 3) * 1.16 - 0.16
    return torch.where(luminance > CUBE_ROOT_ABOVE, root, luminance * (29 / 3) ** 3 * 0.01)


def _channels(rgb: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return rgb[:, 0:1], rgb[:, 1:2], rgb[:, 2:3]
