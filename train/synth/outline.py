"""Random waves -> the border of a spot: a closed curve about a centre, never in two pieces."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.grid import Plane, Point
from skinseg_mobile.train.synth.sdf import turned

_STEPS = 16384  # of the angle's table: a step is a third of a pixel at 12 megapixels
_WAVES = 40


@dataclass(frozen=True, eq=False)
class Outline:
    """An ellipse of the same area as a circle of `radius`, with a wavy rim.

    centre and radius in scene lengths, `stretch` >= 1 the ratio of the axes, `angle` in radians,
    `rim` (16384,) float32 about 1: the rim's factor at each angle.
    """

    centre: Point
    radius: float
    stretch: float
    angle: float
    rim: Plane

    @property
    def reach(self) -> float:
        """Half side of a square about the centre that holds the whole spot."""
        return self.radius * math.sqrt(self.stretch) * float(self.rim.max())

    def polar(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return the distance (negative inside, scene lengths) and the angle of each point."""
        u, v = turned(x, y, self.centre, self.angle)
        long, short = math.sqrt(self.stretch), 1 / math.sqrt(self.stretch)
        u, v = u * (1 / long), v * (1 / short)
        theta = np.arctan2(v, u)
        step = ((theta + math.pi) * (_STEPS / math.tau)).astype(np.int32)
        return np.sqrt(u * u + v * v) - self.radius * self.rim[step & (_STEPS - 1)], theta


def random_outline(
    rng: Generator, centre: Point, radius: float, *, rough: float, fine: float = 1.6
) -> Outline:
    """Return a spot whose rim deviates by about `rough` of its radius.

    `fine` is the exponent by which shorter waves are lower: below 1.6 is more ragged.
    """
    waves = np.arange(2, _WAVES)
    strength = waves**-fine
    strength *= rough / math.sqrt(float((strength**2).sum()) / 2)
    spectrum = np.zeros(_STEPS // 2 + 1, np.complex128)
    spectrum[2:_WAVES] = strength * np.exp(1j * rng.uniform(0, math.tau, len(waves)))
    rim = np.fft.irfft(spectrum) * (_STEPS / 2)
    rim = np.exp(np.clip(rim, -0.5, 0.5))
    rim /= math.sqrt(float((rim**2).mean()))  # the area stays that of the circle
    stretch = 1 + abs(rng.normal(0, 0.25))
    return Outline(centre, radius, stretch, rng.uniform(0, math.pi), rim.astype(np.float32))
