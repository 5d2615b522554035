"""Turns photographs and masks into random views of themselves, a whole batch at once.

    changes drawn from (seed, epoch, row)  ->  one affine map of space, one of colour, a row
    photographs (N, 3, H, W) uint8         ->  (N, 3, H, W) float32 in [0, 255]   bilinear
    masks (N, C, H, W) uint8               ->  (N, C, H, W) float32, same values  nearest

Space moves image and mask together, colour never touches the mask; what lies outside the frame is
black, and no lesion, or the frame mirrored. torchvision v2 gives a whole batch the same random
change, so the maps are our own; tests hold them against torchvision's operations on single images.
"""

import math
import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from skinseg_mobile.train.data.camera import CameraRanges

GREY = torch.tensor((0.2989, 0.587, 0.114))  # torchvision's luma
_HUE_AXIS = torch.tensor(((0.0, -1.0, 1.0), (1.0, 0.0, -1.0), (-1.0, 1.0, 0.0))) / math.sqrt(3)
_QUARTER = torch.tensor(((0.0, -1.0), (1.0, 0.0)))
Outside = Literal["zeros", "reflection"]
"""What lies outside the frame: black without a lesion, or the frame mirrored at its edges."""


class Augmentation(StrEnum):
    """Named ranges of change."""

    DEFAULT = "default"
    PAPER_A = "paper-a"
    """Rotations by 90°, flips, small brightness, hue and contrast; how small: fitted."""
    PAPER_B = "paper-b"
    """Rotation, scale and crop; how much: fitted."""
    WIDE = "wide"
    """Between `default` and `strong`."""
    STRONG = "strong"
    """For other hospitals and phones: wide zoom, colour casts, uneven light, blur, noise, JPEG."""


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """How far a view may be from its photograph; drawn evenly on both sides of no change."""

    mirrored: bool = True
    """Flips and quarter turns, all eight equally often."""
    degrees: float = 0.0
    shift: float = 0.0
    """Share of the frame's side."""
    scale: tuple[float, float] = (1.0, 1.0)
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0
    """Share of the colour circle."""
    outside: Outside = "zeros"
    camera: CameraRanges | None = None
    """What another camera does to the view afterwards."""


RANGES: Mapping[Augmentation, Ranges] = types.MappingProxyType(
    {
        Augmentation.DEFAULT: Ranges(
            degrees=20, shift=0.06, scale=(0.8, 1.25),
            brightness=0.25, contrast=0.25, saturation=0.25, hue=0.03,
        ),
        Augmentation.PAPER_A: Ranges(brightness=0.1, contrast=0.1, hue=0.02),
        Augmentation.PAPER_B: Ranges(mirrored=False, degrees=45, shift=0.1, scale=(0.8, 1.25)),
        Augmentation.WIDE: Ranges(
            degrees=20, shift=0.1, scale=(0.67, 1.5), outside="reflection",
            brightness=0.3, contrast=0.3, saturation=0.3, hue=0.03,
            camera=CameraRanges(
                white_balance=0.08, slope=0.15, vignette=0.25,
                blur=1.2, noise=4, worst_quality=50,
            ),
        ),
        Augmentation.STRONG: Ranges(
            degrees=20, shift=0.12, scale=(0.55, 1.8), outside="reflection",
            brightness=0.35, contrast=0.35, saturation=0.4, hue=0.03,
            camera=CameraRanges(
                white_balance=0.15, slope=0.25, vignette=0.5,
                blur=1.8, noise=6, worst_quality=30,
            ),
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is done to each of N photographs, in the order of the fields; every tensor is (N, …)."""

    flip: Tensor
    """(N, 2) of 1 and -1: left-right, up-down."""
    quarters: Tensor
    """Quarter turns, counter-clockwise; a frame that is no square is stretched to itself."""
    degrees: Tensor
    """Clockwise, about the centre."""
    scale: Tensor
    """Above 1: larger."""
    shift: Tensor
    """(N, 2) to the right and down, as shares of width and height."""
    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    """Factors; 1 changes nothing."""
    hue: Tensor
    """Share of the circle to turn about the grey axis; 0 changes nothing."""


DRAWS = 11


def changes(uniform: Tensor, ranges: Ranges) -> Changes:
    """Turn (N, DRAWS) numbers in [0, 1) into changes within `ranges`."""
    flip_x, flip_y, quarters, turn, right, down, zoom, *colour = uniform.unbind(1)
    mirrored = float(ranges.mirrored)
    brightness, contrast, saturation, hue = (2 * value - 1 for value in colour)
    low, high = ranges.scale
    return Changes(
        flip=1 - 2 * mirrored * (torch.stack((flip_x, flip_y), 1) < 0.5).float(),
        quarters=(4 * mirrored * quarters).long(),
        degrees=ranges.degrees * (2 * turn - 1),
        scale=low + (high - low) * zoom,
        shift=ranges.shift * (2 * torch.stack((right, down), 1) - 1),
        brightness=1 + ranges.brightness * brightness,
        contrast=1 + ranges.contrast * contrast,
        saturation=1 + ranges.saturation * saturation,
        hue=ranges.hue * hue,
    )


def space_map(change: Changes, size: tuple[int, int]) -> Tensor:
    """Return (N, 2, 3): where (x, y, 1) of a view, in [-1, 1], lies in its photograph."""
    height, width = size
    angle = torch.deg2rad(change.degrees)
    cos, sin = angle.cos() / change.scale, angle.sin() / change.scale
    turn = torch.stack((cos, sin * height / width, -sin * width / height, cos), 1).view(-1, 2, 2)
    quarters = torch.stack([torch.linalg.matrix_power(_QUARTER, k) for k in range(4)])
    linear = torch.diag_embed(change.flip) @ quarters[change.quarters] @ turn
    return torch.cat((linear, linear @ (-2 * change.shift[..., None])), 2)


def colour_map(change: Changes, mean_grey: Tensor) -> Tensor:
    """Return (N, 3, 4) over (R, G, B, 1): brightness, contrast, saturation, then hue.

    `mean_grey` (N,) is what contrast is about: the photograph's mean luma in [0, 255].
    """
    one = torch.eye(3)
    wheel = 2 * math.pi * change.hue[:, None, None]
    hue = one + wheel.sin() * _HUE_AXIS + (1 - wheel.cos()) * (_HUE_AXIS @ _HUE_AXIS)
    saturation = change.saturation[:, None, None]
    mixed = hue @ (saturation * one + (1 - saturation) * GREY.expand(3, 3))
    gain = (change.brightness * change.contrast)[:, None, None]
    lift = (1 - change.contrast) * change.brightness * mean_grey
    return torch.cat((gain * mixed, mixed @ lift[:, None, None].expand(-1, 3, 1)), 2)


def changed(
    images: Tensor,
    masks: Tensor,
    space: Tensor,
    colour: Tensor,
    outside: Outside = "zeros",
) -> tuple[Tensor, Tensor]:
    """Apply the maps on the tensors' own device; see the module for shapes."""
    flat = images.flatten(2).float()
    coloured = torch.baddbmm(colour[..., 3:], colour[..., :3], flat).clamp(0, 255)
    grid = _grid(space, (images.shape[-2], images.shape[-1]))
    return (
        F.grid_sample(coloured.view(images.shape), grid, "bilinear", outside, align_corners=False),
        F.grid_sample(masks.float(), grid, "nearest", outside, align_corners=False),
    )


def _grid(space: Tensor, size: tuple[int, int]) -> Tensor:
    """(N, H, W, 2) by multiply-adds: matrix products may round to fewer bits on GPUs."""
    height, width = size
    y = ((torch.arange(height, device=space.device) * 2 + 1) / height - 1).view(1, height, 1, 1)
    x = ((torch.arange(width, device=space.device) * 2 + 1) / width - 1).view(1, 1, width, 1)
    to_x, to_y, offset = space[:, None, None].unbind(-1)
    return x * to_x + y * to_y + offset
