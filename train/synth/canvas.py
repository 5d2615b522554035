"""Curves in scene coordinates -> how much of each pixel they cover, drawn by Pillow.

Drawn several times finer than the frame and averaged, so a hair thinner than a pixel is faint
instead of broken.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from skinseg_mobile.train.synth.grid import ASPECT, Grid, Point

_LINES = 1024  # a canvas has at least so many rows


class Canvas:
    """A sheet over a frame that shapes are drawn on; opacities from 0 to 255."""

    def __init__(self, frame: Grid) -> None:
        self._fine = max(2, math.ceil(_LINES / frame.height))
        self._sheet = Image.new("L", (frame.width * self._fine, frame.height * self._fine))
        self._draw = ImageDraw.Draw(self._sheet)
        self._scale = (self._sheet.width / ASPECT, self._sheet.height)

    def stroke(
        self, path: Sequence[Point], width: float, *, tip: float = 1.0, opacity: int = 255
    ) -> None:
        """Draw a line `width` scene lengths wide along `path`; at its end `tip` of that is left."""
        line = np.array([complex(*point) for point in path])
        ahead = np.append(line[1:] - line[:-1], line[-1] - line[-2])
        half = 0.5 * width * np.linspace(1, tip, len(line))
        half = np.maximum(half - 0.25 / self._scale[1], 0)  # Pillow fills a polygon's rim too
        aside = 1j * ahead / np.maximum(np.abs(ahead), 1e-9) * half
        rim = np.concatenate([line + aside, (line - aside)[::-1]])
        corners = np.stack([rim.real * self._scale[0], rim.imag * self._scale[1]], 1)
        self._draw.polygon(corners.ravel().tolist(), fill=opacity)

    def disc(self, centre: Point, radius: float, opacity: int = 255) -> None:
        """Fill a circle."""
        self._draw.ellipse(self._around(centre, radius), fill=opacity)

    def ring(self, centre: Point, radius: float, width: float, opacity: int = 255) -> None:
        """Draw a circle's rim, `width` scene lengths wide."""
        pixels = max(1, round(width * self._scale[1]))
        self._draw.ellipse(self._around(centre, radius), outline=opacity, width=pixels)

    def coverage(self) -> NDArray[np.uint8]:
        """Return (H, W) uint8: 255 where a pixel is covered."""
        return np.asarray(self._sheet.reduce(self._fine))

    def _around(self, centre: Point, radius: float) -> tuple[float, float, float, float]:
        x, y = centre[0] * self._scale[0], centre[1] * self._scale[1]
        wide, high = radius * self._scale[0], radius * self._scale[1]
        return x - wide, y - high, x + wide, y + high


def curve(start: Point, angle: float, length: float, bend: float, steps: int = 24) -> list[Point]:
    """Return points of an arc that leaves `start` along `angle` and turns by `bend` (radians)."""
    turns = angle + bend * (np.arange(steps) + 0.5) / steps
    x = start[0] + np.cumsum(np.cos(turns)) * length / steps
    y = start[1] + np.cumsum(np.sin(turns)) * length / steps
    return [start, *zip(x.tolist(), y.tolist(), strict=True)]
