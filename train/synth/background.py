"""A stream -> what lies behind a patient: cloth, wood, tiles, a wall, and things lying about."""

import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.colour import Linear, flat, from_srgb, over, paint
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Light
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal, stretched
from skinseg_mobile.train.synth.sdf import box, covered, ellipse, turned


def background(grid: Grid, key: SceneKey) -> Light:
    """Return (3, H, W) float32 linear reflectance of a cluttered background."""
    rng = key.stream("background")
    kind = int(rng.integers(len(_SURFACES)))
    light = _SURFACES[kind](grid, key, rng)
    for place in range(int(rng.integers(0, 6))):
        light = _object(light, grid, key, place)
    return light


def _object(light: Light, grid: Grid, key: SceneKey, place: int) -> Light:
    """Lay one thing with its soft shadow on the background; every third is as beige as skin."""
    rng = key.stream(f"object/{place}")
    centre = (rng.uniform(0, ASPECT), rng.uniform(0, 1))
    x, y = turned(grid.x, grid.y, centre, rng.uniform(0, math.pi))
    half = (rng.uniform(0.04, 0.3), rng.uniform(0.03, 0.2))
    distance = ellipse(x, y, (0, 0), half)
    if rng.uniform() < 0.6:
        distance = box(x, y, half, min(half) * rng.uniform(0.1, 0.9))
    colour = beige(rng) if rng.uniform() < 0.33 else paint(rng, (0.05, 0.85), (0.1, 0.95))
    shadowed = light * (1 - 0.45 * covered(distance - 0.015, 0.04))
    shade = 1 + rng.normal(0, 0.8) * x + rng.normal(0, 0.8) * y
    return over(shadowed, flat(colour, np.clip(shade, 0.4, 1.6)), covered(distance, grid.pixel))


def beige(rng: Generator) -> Linear:
    """Return a colour that skin could have and that is none: the trap of colour rules."""
    value = rng.uniform(0.35, 0.95)
    return from_srgb(value, value * rng.uniform(0.72, 0.86), value * rng.uniform(0.52, 0.75))


def cloth(grid: Grid, key: SceneKey, name: str, colour: Linear) -> Light:
    """Return (3, H, W) reflectance of a plain woven cloth with folds."""
    rng = key.stream(f"{name}/cloth")
    folds = fractal(grid, key, f"{name}/folds", 3, gain=0.55, octaves=5)
    x, y = turned(grid.x, grid.y, (0, 0), rng.uniform(0, math.pi))
    depth, pitch = rng.uniform(0.08, 0.3), math.tau / rng.uniform(0.014, 0.03)
    weave = 1 + rng.uniform(0.02, 0.1) * np.sin(x * pitch) * np.sin(y * pitch)
    return flat(colour, np.exp(folds * depth) * weave)


def _plain_cloth(grid: Grid, key: SceneKey, rng: Generator) -> Light:
    return cloth(grid, key, "background", paint(rng, (0.0, 0.7), (0.15, 0.95)))


def _patterned_cloth(grid: Grid, key: SceneKey, rng: Generator) -> Light:
    """Return stripes, checks or dots of a second colour on a cloth."""
    first = _plain_cloth(grid, key, rng)
    second = cloth(grid, key, "background", paint(rng, (0.0, 0.8), (0.1, 0.95)))
    x, y = turned(grid.x, grid.y, (0, 0), rng.uniform(0, math.pi))
    pitch = math.tau / rng.uniform(0.05, 0.2)
    waves = (
        np.sin(x * pitch),
        np.sin(x * pitch) * np.sin(y * pitch),
        np.sin(x * pitch) + np.sin(y * pitch) - 1,
    )
    pattern = waves[int(rng.integers(len(waves)))]
    return over(first, second, covered(-pattern / pitch, grid.pixel) * rng.uniform(0.5, 1))


def _wood(grid: Grid, key: SceneKey, rng: Generator) -> Light:
    """Return planks with rings and grain; no background looks more like skin."""
    grain = stretched(grid, key, "wood/grain", 180, 6) * 0.12
    rings = np.sin(grid.y * rng.uniform(40, 110) + stretched(grid, key, "wood/rings", 6, 3) * 3)
    plank = rng.uniform(0.12, 0.35)
    seam = np.abs(np.mod(grid.y + rng.uniform(), plank) - plank / 2) - plank / 2
    dark = 1 - 0.6 * covered(-seam - 0.003, 0.003)
    value = rng.uniform(0.3, 0.85)
    colour = from_srgb(value, value * rng.uniform(0.65, 0.8), value * rng.uniform(0.4, 0.6))
    return flat(colour, np.exp(grain + rings * 0.1) * dark)


def _tiles(grid: Grid, key: SceneKey, rng: Generator) -> Light:
    """Return square tiles with grout."""
    x, y = turned(grid.x, grid.y, (0, 0), rng.normal(0, 0.3))
    side = rng.uniform(0.12, 0.4)
    edge = np.maximum(*(np.abs(np.mod(v, side) - side / 2) for v in (x, y))) - side / 2
    value = np.exp(fractal(grid, key, "tiles", 4, gain=0.6, octaves=6) * rng.uniform(0.02, 0.15))
    tile = flat(paint(rng, (0, 0.4), (0.4, 0.95)), value)
    grout = flat(paint(rng, (0, 0.1), (0.3, 0.8)), value)
    return over(tile, grout, covered(-edge - 0.006, max(grid.pixel, 0.002)))


def _wall(grid: Grid, key: SceneKey, rng: Generator) -> Light:
    """Return a wall, a curtain or a sheet, out of focus; half of them beige."""
    colour = beige(rng) if rng.uniform() < 0.5 else paint(rng, (0, 0.5), (0.3, 0.98))
    return flat(colour, np.exp(fractal(grid, key, "wall", 2, octaves=3) * rng.uniform(0.02, 0.25)))


_SURFACES: tuple[Callable[[Grid, SceneKey, Generator], Light], ...] = (
    _plain_cloth,
    _patterned_cloth,
    _wood,
    _tiles,
    _wall,
)
