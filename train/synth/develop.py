"""A computed scene -> the photograph and its mask, in bands of rows.

The plate is enlarged to the frame, then what has to be sharp is laid over it (hairs, ruler ticks),
then light becomes bytes. The mask is where the enlarged distance is negative.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.train.synth.colour import Linear, to_bytes
from skinseg_mobile.train.synth.enlarge import enlarge_rows
from skinseg_mobile.train.synth.grid import Grid, Light, Plane

_BAND = 400_000  # pixels worked on at once: all planes of a band fit a cache and 1.5 GB is far


@dataclass(frozen=True, eq=False)
class Overlay:
    """Something thin over the scene: (H, W) uint8 coverage of the frame, its colour and opacity."""

    coverage: NDArray[np.uint8]
    colour: Linear
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Plate:
    """A computed scene.

    light: (3, h, w) float32 linear light.
    distance: (h, w) float32, negative where the mask is True.
    overlays: what lies over it, lowest first; it leaves the mask alone.
    """

    light: Light
    distance: Plane
    overlays: tuple[Overlay, ...] = ()


def develop(plate: Plate, frame: Grid) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the photograph (H, W, 3) uint8 RGB and the mask (H, W) bool."""
    image = np.empty((frame.height, frame.width, 3), np.uint8)
    mask = np.empty((frame.height, frame.width), np.bool_)
    step = max(1, _BAND // frame.width)
    for first in range(0, frame.height, step):
        rows = slice(first, min(first + step, frame.height))
        for channel in range(3):
            light = enlarge_rows(plate.light[channel], frame.height, frame.width, rows)
            image[rows, :, channel] = to_bytes(_laid_over(light, plate.overlays, rows, channel))
        mask[rows] = enlarge_rows(plate.distance, frame.height, frame.width, rows) < 0
    return image, mask


def _laid_over(light: Plane, overlays: tuple[Overlay, ...], rows: slice, channel: int) -> Plane:
    """Return one channel of a band under its overlays."""
    for overlay in overlays:
        coverage = overlay.coverage[rows]
        if coverage.any():
            share = coverage * (overlay.opacity / 255)
            light = light + share * (overlay.colour[channel] - light)
    return light
