"""Per-image, per-channel standard normalisation, as paper B has it; inside the net."""

from torch import Tensor, nn

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
