"""RGB 0..255 -> the range a trunk was made for; inside the net, so no app can get it wrong."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


class Normalise(nn.Module):
    """(x - mean) / deviation per channel, both in 0..255 units."""

    def __init__(self, mean: Sequence[float], deviation: Sequence[float]) -> None:
        super().__init__()
        # by NumPy: on torch's meta device, arithmetic would import its compiler, 80 MB
        scale = 1 / np.array(deviation, np.float32)
        shift = -np.array(mean, np.float32) * scale
        self.scale: Tensor
        self.shift: Tensor
        for name, value in (("scale", scale), ("shift", shift)):
            buffer = torch.tensor(value.tolist()).view(1, -1, 1, 1)
            self.register_buffer(name, buffer, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 in [0, 255] -> the same shape, normalised."""
        return image * self.scale + self.shift

    @property
    def scale_is_exact(self) -> bool:
        """Whether multiplying by the scale rounds nothing: a power of two in every channel."""
        return bool((torch.frexp(self.scale).mantissa == 0.5).all())

    @torch.no_grad()
    def into(self, convolution: nn.Conv2d) -> "Shift":
        """Hand the scale to the convolution that reads the result; return what is left to do."""
        convolution.weight.mul_(self.scale)
        return Shift(self.shift / self.scale)


class Shift(nn.Module):
    """x + shift per channel, in 0..255 units."""

    def __init__(self, shift: Tensor) -> None:
        super().__init__()
        self.shift: Tensor
        self.register_buffer("shift", shift, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 in [0, 255] -> the same shape, shifted."""
        return image + self.shift
