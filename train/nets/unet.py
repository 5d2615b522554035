"""`unet`, `unet-large` and `dense-residual-unet`: the nets of paper B, clinical photographs.

Paper B gives the three names, their sizes (7.5M, 150M, 149.9M), the tanh that is re-scaled to
[0, 1] and the per-image normalisation. The layout is that of the public ISIC 2017 U-Net of RECOD,
which it cites:

    encoder   three blocks of three 5×5 convolutions with ReLU, each behind 2×2 max-pooling
    middle    flatten -> FC -> FC back -> reshape
    decoder   three blocks: ×2 upsampling, the encoder's map beside it, 11×11, 5×5, 5×5
    output    1×1, tanh

Dropout of 0.5 stands behind the last encoder block, the first FC and every decoder block, Gaussian
noise of 0.025 before every encoder block; both in training only.

The dense residual net appends each convolution's output to its input, so that its three encoder
blocks give 39, 111 and 255 channels and its decoder blocks read 510, 765 and 876; four residual
5×5 convolutions of one channel follow the 1×1.

Fitted: no batch norm, bilinear upsampling, ReLU behind the FC layers, the noise being in units of
the normalised image; FC widths 256 and 1071 and filters 12/24/48 (from the parameter counts); the
residual convolutions have no activation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from skinseg_mobile.train.nets.family import Family, Named
from skinseg_mobile.train.nets.head import Size, require_widths, upsample

DROPOUT = 0.5
NOISE = 0.025
KERNELS = (5, 5, 5)
DECODER_KERNELS = (11, 5, 5)
RESIDUALS = 4
STRIDE = 8
"""Of the deepest map: three poolings."""


@dataclass(frozen=True)
class UnetLayout:
    """All widths of a net of paper B; `grid` is (height, width) of the deepest map."""

    filters: tuple[int, ...] = (12, 24, 48)
    fc: int = 256
    dense: bool = False
    grid: Size = (16, 16)

    narrowable: ClassVar[tuple[str, ...]] = ("filters", "fc")

    def __post_init__(self) -> None:
        if len(self.filters) != 3:
            raise ValueError(f"filters are {self.filters}, not 3 numbers, one a level")
        require_widths(*self.filters, self.fc, *self.grid)

    @property
    def only_size(self) -> Size:
        """(height, width) of the only input that fits the FC layers."""
        return STRIDE * self.grid[0], STRIDE * self.grid[1]

    def build(self) -> "Unet":
        """Return the net with random weights."""
        return Unet(self)


class Unet(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255] -> logits (N, 1, H, W).

    The paper's probability is (tanh(x) + 1) / 2, which is sigmoid(2x): the logits are 2x, exactly.
    """

    def __init__(self, layout: UnetLayout) -> None:
        super().__init__()
        self.normalise = Standardise()
        self.pool = nn.MaxPool2d(2)
        self.encoder = nn.ModuleList()
        width, skips = 3, list[int]()
        for out in layout.filters:
            block = UnetBlock(width, out, KERNELS, dense=layout.dense)
            self.encoder.append(nn.Sequential(Noise(), block))
            width = block.out
            skips.append(width)
        self.drop = nn.Dropout(DROPOUT)
        self.middle = FullyConnected(width, layout.fc, layout.grid)
        self.decoder = nn.ModuleList()
        for out, skip in zip(reversed(layout.filters), reversed(skips), strict=True):
            block = UnetBlock(width + skip, out, DECODER_KERNELS, dense=layout.dense)
            self.decoder.append(nn.Sequential(block, nn.Dropout(DROPOUT)))
            width = block.out
        residuals = [Residual() for _ in range(RESIDUALS if layout.dense else 0)]
        self.head = nn.Sequential(nn.Conv2d(width, 1, 1), *residuals)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return self.stages(image)["head"]

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: encoder, middle, decoder, logits."""
        x = self.normalise(image)
        skips: list[Tensor] = []
        for block in self.encoder:
            x = block(x)
            skips.append(x)
            x = self.pool(x)
        found = {f"encoder_{number}": skip for number, skip in enumerate(skips, 1)}
        x = found["middle"] = self.middle(self.drop(x))
        for number, block in enumerate(self.decoder, 1):
            skip = skips.pop()
            beside = upsample(x, (skip.shape[-2], skip.shape[-1]))
            x = found[f"decoder_{number}"] = block(torch.cat([beside, skip], 1))
        x = self.head(x)
        return {**found, "head": x + x}  # a converter would fold a product into the weights


class UnetBlock(nn.Module):
    """(N, width, H, W) -> (N, out, H, W): convolutions with ReLU; dense ones keep their input."""

    def __init__(self, width: int, filters: int, kernels: Sequence[int], *, dense: bool) -> None:
        super().__init__()
        self.dense = dense
        self.layers = nn.ModuleList()
        self.out = width
        for kernel in kernels:
            convolution = nn.Conv2d(self.out, filters, kernel, padding=kernel // 2)
            self.layers.append(nn.Sequential(convolution, nn.ReLU()))
            self.out = self.out + filters if dense else filters

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1) if self.dense else layer(x)
        return x


class FullyConnected(nn.Module):
    """flatten -> FC -> FC back -> reshape, as convolutions: the same numbers in any layout.

    FC over a whole (C, h, w) map is one valid h×w convolution; FC back is a 1×1 convolution to
    h·w·C channels, channels last, so that a TFLite file reshapes and never transposes.
    """

    def __init__(self, width: int, hidden: int, grid: Size) -> None:
        super().__init__()
        height, across = grid
        self.narrow = nn.Sequential(nn.Conv2d(width, hidden, grid), nn.ReLU())
        self.drop = nn.Dropout(DROPOUT)
        self.widen = nn.Sequential(nn.Conv2d(hidden, height * across * width, 1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> the same shape."""
        _, width, height, across = x.shape
        flat = self.widen(self.drop(self.narrow(x)))
        return flat.view(-1, height, across, width).permute(0, 3, 1, 2)


class Residual(nn.Module):
    """(N, 1, H, W) -> the same shape: x plus a 5×5 convolution of it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 1, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block."""
        return x + self.convolution(x)


class Noise(nn.Module):
    """Adds Gaussian noise in training."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        return x + NOISE * torch.randn_like(x) if self.training else x


FAMILY = Family(
    UnetLayout,
    {
        "unet": Named(
            128,
            UnetLayout(),
            "paper B: U-Net; layout of RECOD's ISIC 2017 U-Net",
            "FC width, filters, no batch norm, bilinear upsampling",
        ),
        "unet-large": Named(
            128,
            UnetLayout((45, 90, 180), 1450),
            "paper B: U-Net Large; layout of RECOD's ISIC 2017 U-Net",
            "no batch norm, bilinear upsampling",
        ),
        "dense-residual-unet": Named(
            128,
            UnetLayout(fc=1071, dense=True),
            "paper B: Dense Residual U-Net; layout of RECOD's ISIC 2017 U-Net",
            "FC width, residual convolutions, no batch norm, bilinear upsampling",
        ),
    },
)


FLOOR = 1e-5
"""Least variance, of values in 0..1 (0.8 grey levels squared): a blank image divides by it."""


class Standardise(nn.Module):
    """(x - mean) / deviation, both of one channel of one image.

    Values are brought to 0..1 first: squares of 0..255 overflow float16.
    """

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 in [0, 255] -> the same shape, mean 0 and deviation 1."""
        x = image * (1 / 255)
        centred = x - x.mean((2, 3), keepdim=True)
        variance = (centred * centred).mean((2, 3), keepdim=True)
        return centred / (variance + FLOOR).sqrt()
