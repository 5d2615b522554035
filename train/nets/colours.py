"""RGB 0..255 -> RGB, HSV and the L of CIELAB, seven channels in [0, 1], inside the net.

Hue, saturation and value are those of Smith (1978), lightness that of CIE 1976 over sRGB
(IEC 61966-2-1, D65). Only operations that every target has are used.
"""

import torch
from torch import Tensor, nn

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
