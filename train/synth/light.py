"""Where the lamp stands -> how much light falls on each point, and its colour."""

import math

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.colour import Linear
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal


def uneven_light(grid: Grid, key: SceneKey, slope: float, fall: float) -> Plane:
    """Return (H, W) float32 > 0, about 1.0 in the middle.

    Args:
        grid: Where it falls.
        key: The scene.
        slope: Standard deviation of the log light's change over a scene length, each way.
        fall: Mean log light that a corner loses (vignette).
    """
    rng = key.stream("light")
    along, across = rng.normal(0, slope), rng.normal(0, slope)
    power, loss = rng.uniform(2.0, 5.0), rng.exponential(fall)
    x, y = grid.x - ASPECT / 2, grid.y - 0.5
    radius = np.sqrt(x * x + y * y) * (1 / math.hypot(ASPECT / 2, 0.5))
    patches = fractal(grid, key, "light/patches", 2, octaves=2) * rng.uniform(0, 0.08)
    return np.exp(along * x + across * y - loss * radius**power + patches)


def white_balance(rng: Generator, spread: float) -> Linear:
    """Return the gain of red, green and blue that a camera got wrong."""
    red, green, blue = (rng.normal(0, spread) for _ in range(3))
    return math.exp(red), math.exp(green - 0.3 * spread), math.exp(blue)  # skin is never green
