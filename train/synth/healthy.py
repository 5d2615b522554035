"""A stream -> what healthy skin is made of: mottling, blush, fine lines, freckles, vessels."""

import math

import numpy as np

from skinseg_mobile.train.synth.canvas import Canvas, curve
from skinseg_mobile.train.synth.colour import from_srgb
from skinseg_mobile.train.synth.develop import Overlay
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal

_VESSEL = from_srgb(0.62, 0.22, 0.24)


def mottled(grid: Grid, key: SceneKey) -> tuple[Plane, Plane]:
    """Return extra melanin and haemoglobin of healthy skin, (H, W) float32 about 0."""
    rng = key.stream("healthy")
    melanin = fractal(grid, key, "healthy/melanin", 5, gain=0.65, octaves=6)
    blush = fractal(grid, key, "healthy/blush", 4, gain=0.7, octaves=6)
    blush = np.maximum(blush, -0.8)  # bloodless skin would be green
    return melanin * rng.uniform(0.01, 0.05), blush * rng.uniform(0.02, 0.09)


def relief(grid: Grid, key: SceneKey) -> Plane:
    """Return the light of fine skin lines, (H, W) float32 about 1."""
    rng = key.stream("relief")
    furrows = np.minimum(np.abs(fractal(grid, key, "relief", 24, gain=0.8, octaves=5)), 1)
    return np.exp((furrows - 0.6) * rng.uniform(0.02, 0.09))


def freckles(grid: Grid, key: SceneKey) -> Plane:
    """Return the melanin of freckles and other tiny spots, (H, W) float32 >= 0; never in a mask."""
    rng = key.stream("freckles")
    count = int(rng.choice([0, 0, 4, 10, 40]))
    spots = np.zeros((grid.height, grid.width), np.float32)
    for _ in range(count):
        centre = (rng.uniform(0, ASPECT), rng.uniform(0, 1))
        radius, amount = 0.012 * math.exp(rng.normal(0, 0.4)), rng.uniform(0.05, 0.4)
        rows, columns = grid.window(centre, radius * 2.5)
        x, y = grid.x[:, columns] - centre[0], grid.y[rows] - centre[1]
        spots[rows, columns] += amount * np.exp(-(x * x + y * y) * (1 / radius**2))
    return spots


def vessels(frame: Grid, key: SceneKey) -> list[Overlay]:
    """Return thin red vessels that shine through, in a third of the scenes."""
    rng = key.stream("vessels")
    if rng.uniform() > 0.33:
        return []
    canvas = Canvas(frame)
    for _ in range(int(rng.integers(4, 40))):
        start = (rng.uniform(0, ASPECT), rng.uniform(0, 1))
        path = curve(start, rng.uniform(0, math.tau), rng.uniform(0.04, 0.2), rng.normal(0, 1.5))
        canvas.stroke(path, rng.uniform(0.0015, 0.005), tip=0.3, opacity=int(rng.integers(60, 255)))
    return [Overlay(canvas.coverage(), _VESSEL, rng.uniform(0.08, 0.3))]
