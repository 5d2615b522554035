"""What another camera does to a view: uneven light, white balance, blur, noise and JPEG.

    settings drawn from (seed, epoch, row)  ->  views (N, 3, H, W) float32 in [0, 255], same shape

A dermatoscope, a lamp and a phone differ in ways that no colour map of the whole image reaches.
Masks are untouched: nothing here moves a pixel.
"""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

CAMERA_DRAWS = 9
_RADIUS = 4
"""Taps beside the centre of the blur's kernel: twice the largest deviation."""


@dataclass(frozen=True, kw_only=True)
class CameraRanges:
    """How far a camera may be from the one that took the image; 0 changes nothing."""

    white_balance: float = 0.0
    """Logarithm of each channel's gain, on both sides."""
    slope: float = 0.0
    """Logarithm of the light at one edge of the frame against its centre."""
    vignette: float = 0.0
    """Logarithm of the light lost in the corners."""
    blur: float = 0.0
    """Largest deviation of the Gaussian, in pixels of the net's input; half of all views: none."""
    noise: float = 0.0
    """Largest deviation in grey levels."""
    worst_quality: int = 100
    """Lowest JPEG quality; half of all views are not compressed."""


@dataclass(frozen=True, kw_only=True)
class Camera:
    """The settings of N views."""

    gains: Tensor
    """(N, 3), logarithms."""
    slope: Tensor
    """(N, 2) to the right and down, logarithms."""
    vignette: Tensor
    """(N,), logarithms."""
    blur: Tensor
    """(N,) deviations in pixels; 0 leaves the view sharp."""
    noise: Tensor
    """(N,) deviations in grey levels."""
    quality: Tensor
    """(N,) of JPEG; from 100 on: not compressed."""


def camera(uniform: Tensor, ranges: CameraRanges) -> Camera:
    """Turn (N, CAMERA_DRAWS) numbers in [0, 1) into settings within `ranges`."""
    both = 2 * uniform - 1
    quality = 100 + (100 - ranges.worst_quality) * both[:, 8]
    return Camera(
        gains=ranges.white_balance * both[:, :3],
        slope=ranges.slope * both[:, 3:5],
        vignette=ranges.vignette * uniform[:, 5],
        blur=ranges.blur * both[:, 6].clamp_min(0),
        noise=ranges.noise * uniform[:, 7],
        quality=quality.round().long(),
    )


def taken(views: Tensor, settings: Camera, noise: Tensor) -> Tensor:
    """Take the views with these cameras; `noise` (N, 3, H, W) is normal, of deviation 1.

    Lens, light, sensor, file: blur, then gains, then noise, then JPEG.
    """
    lit = _blurred(views, settings.blur) * _light(settings, views.shape[-2:])
    noisy = (lit + settings.noise.view(-1, 1, 1, 1) * noise).clamp(0, 255)
    return _compressed(noisy, settings.quality)


def _light(settings: Camera, size: torch.Size) -> Tensor:
    """Return the gain (N, 3, H, W): 1 in the middle of a frame with even light."""
    y, x = (torch.linspace(-1, 1, count) for count in size)
    right, down = settings.slope.unbind(1)
    slope = right.view(-1, 1, 1) * x + down.view(-1, 1, 1) * y[:, None]
    corner = settings.vignette.view(-1, 1, 1) * (x.square() + y[:, None].square()) / 2
    return ((slope - corner)[:, None] + settings.gains[:, :, None, None]).exp()


def _blurred(views: Tensor, deviation: Tensor) -> Tensor:
    """Blur each view by its own Gaussian, rows then columns; the frame's edge is repeated."""
    count, channels, height, width = views.shape
    place = torch.arange(-_RADIUS, _RADIUS + 1)
    weight = torch.exp(-0.5 * (place / deviation.clamp_min(1e-3)[:, None]) ** 2)
    kernel = (weight / weight.sum(1, keepdim=True)).repeat_interleave(channels, 0)[:, None]
    found = views.reshape(1, count * channels, height, width)
    along = (kernel[:, :, None, :], (_RADIUS, _RADIUS, 0, 0))
    down = (kernel[:, :, :, None], (0, 0, _RADIUS, _RADIUS))
    for weights, pad in (along, down):
        padded = F.pad(found, pad, mode="replicate")
        found = F.conv2d(padded, weights, groups=count * channels)
    return found.view(views.shape)


def _compressed(views: Tensor, quality: Tensor) -> Tensor:
    """Encode and decode as JPEG the views whose quality is below 100."""
    return torch.stack(
        [
            _through_jpeg(view, value) if value < 100 else view
            for view, value in zip(views, quality.tolist(), strict=True)
        ]
    )


def _through_jpeg(view: Tensor, quality: int) -> Tensor:
    file = BytesIO()
    pixels = view.round().to(torch.uint8).permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.array(Image.open(file, formats=("JPEG",)), np.float32)).permute(
        2, 0, 1
    )
