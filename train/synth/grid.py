"""A frame in pixels -> scene coordinates of its pixel centres.

Scene coordinates: x in [0, 4/3] from left to right, y in [0, 1] from top to bottom, so a circle is
round in a 4:3 photograph. Any other frame shows the same scene squashed into it, the way the 4:3
photographs of a training set are squashed into a square.

Two grids take part in a rendering: the *frame* is the photograph; the *plate* is what the scene is
computed on, the frame itself or, where that is large, `PLATE` points that are enlarged at the end.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Plane = NDArray[np.floating]  # always float32; NumPy's stubs lose the width in arithmetic
Light = NDArray[np.floating]  # the same, (3, H, W): linear light or reflectance of red, green, blue
Point = tuple[float, float]

ASPECT = 4 / 3
PLATE = (1536, 2048)  # (height, width): enlarged twofold for 12 megapixels, as soft as a phone is


@dataclass(frozen=True)
class Grid:
    """Pixels of a frame: height and width."""

    height: int
    width: int

    @cached_property
    def x(self) -> Plane:
        """(1, W) float32 in [0, 4/3]: scene x of the pixel centres."""
        return ((np.arange(self.width, dtype=np.float32) + 0.5) * (ASPECT / self.width))[None, :]

    @cached_property
    def y(self) -> Plane:
        """(H, 1) float32 in [0, 1]: scene y of the pixel centres."""
        return ((np.arange(self.height, dtype=np.float32) + 0.5) * (1 / self.height))[:, None]

    @property
    def pixel(self) -> float:
        """Scene length of a pixel, the mean of its two sides."""
        return (ASPECT / self.width + 1 / self.height) / 2

    def plate(self) -> "Grid":
        """Return the grid that a scene is computed on."""
        return Grid(min(self.height, PLATE[0]), min(self.width, PLATE[1]))

    def window(self, centre: Point, reach: float) -> tuple[slice, slice]:
        """Return rows and columns of the square of half side `reach`, at least one pixel."""
        return _span(centre[1], reach, self.height), _span(centre[0], reach, self.width, ASPECT)


def somewhere(rng: Generator, shows: NDArray[np.bool_], places: NDArray[np.intp]) -> Point:
    """Return a random point, in scene lengths, of the raster cells `places` = argwhere(`shows`)."""
    row, column = places[int(rng.integers(len(places)))].tolist()
    rows, columns = shows.shape
    return (column + rng.uniform()) / columns * ASPECT, (row + rng.uniform()) / rows


def _span(middle: float, reach: float, pixels: int, length: float = 1.0) -> slice:
    first = min(max(int((middle - reach) / length * pixels), 0), pixels - 1)
    return slice(first, max(first + 1, min(int((middle + reach) / length * pixels) + 1, pixels)))
