"""A pose -> a face with neck, hair, brows, eyes and clothes, in units of half the head's height."""

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.background import cloth
from skinseg_mobile.train.synth.body import Body, Cover
from skinseg_mobile.train.synth.colour import Linear, flat, from_srgb, over, paint
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal, stretched
from skinseg_mobile.train.synth.sdf import capsule, covered, ellipse, melt, turned

_IRISES = (from_srgb(0.22, 0.13, 0.08), from_srgb(0.30, 0.38, 0.45), from_srgb(0.30, 0.32, 0.18))
_WHITE = from_srgb(0.85, 0.82, 0.80)


def face(grid: Grid, key: SceneKey, hair: Linear) -> Body:
    """Return a face, the head a little turned; hair, brows, eyes and clothes are not skin."""
    rng = key.stream("body")
    size = rng.uniform(0.26, 0.42)
    centre = (ASPECT / 2 + rng.normal(0, 0.1), 0.45 + rng.normal(0, 0.04))
    x, y = turned(grid.x, grid.y, centre, rng.normal(0, 0.15))
    u, v = x * (1 / size), y * (1 / size)
    head = [
        ellipse(u, v, (0, -0.1), (0.76, 0.9)),
        ellipse(u, v, (0, 0.3), (0.58, rng.uniform(0.62, 0.75))),
    ]
    ears = [ellipse(u, v, (side * 0.76, 0.02), (0.1, 0.2)) for side in (-1, 1)]
    neck = capsule(u, v, (0, 0.5), (0, 1.7), (rng.uniform(0.34, 0.46), 0.45))
    shoulders = capsule(u, v, (-1.4, 2.1), (1.4, 2.1), (0.55, 0.55))
    skin = melt([np.minimum(melt(head, 0.2), melt(ears, 0.05)), melt([neck, shoulders], 0.3)], 0.06)
    covers = (
        *_clothing(grid, key, u, v, shoulders, size),
        *_eyes(u, v, rng, hair, size),
        *_hair(grid, key, u, v, hair, size),
    )
    lips = covered(ellipse(u, v, (0, 0.5), (0.26, 0.085)), 0.03)
    mouth = covered(ellipse(u, v, (0, 0.5), (0.25, 0.012)), 0.02)
    nostrils = covered(ellipse(np.abs(u), v, (0.09, 0.22), (0.05, 0.025)), 0.03)
    return Body(
        skin * size,
        size * 0.33,
        covers,
        melanin=0.7 * mouth + 0.6 * nostrils,
        blood=rng.uniform(0.2, 0.6) * lips,
        bumps=_nose(u, v) * size,
    )


def _nose(u: Plane, v: Plane) -> Plane:
    """Return the height of nose and brow ridge."""
    bridge = np.exp(-((u / 0.11) ** 2)) * covered(np.abs(v) - 0.15, 0.15) * 0.09
    tip = np.exp(-((u / 0.15) ** 2) - ((v - 0.15) / 0.1) ** 2) * 0.1
    sockets = np.exp(-(((np.abs(u) - 0.32) / 0.2) ** 2) - ((v + 0.1) / 0.13) ** 2)
    return bridge + tip - 0.06 * sockets


def _clothing(
    grid: Grid, key: SceneKey, u: Plane, v: Plane, shoulders: Plane, size: float
) -> tuple[Cover, ...]:
    """Return a shirt with a round or deep neckline."""
    rng = key.stream("body/clothing")
    radii = (rng.uniform(0.4, 0.6), rng.uniform(0.3, 0.7))
    neckline = ellipse(u, v, (0, rng.uniform(1.1, 1.4)), radii)
    shirt = np.maximum(np.minimum(shoulders - 0.06, 2.0 - v), -neckline)
    return (Cover(shirt * size, cloth(grid, key, "clothes", paint(rng, (0, 0.8), (0.08, 0.95)))),)


def _eyes(u: Plane, v: Plane, rng: Generator, hair: Linear, size: float) -> tuple[Cover, ...]:
    """Return eyes (white, iris and pupil) and brows."""
    iris_colour = _IRISES[int(rng.integers(len(_IRISES)))]
    open_, gaze = rng.uniform(0.045, 0.075), rng.normal(0, 0.025)
    covers: list[Cover] = []
    for side in (-1, 1):
        lid = ellipse(u, v, (side * 0.32, -0.1), (0.15, open_))
        iris = np.hypot(u - (side * 0.32 + gaze), v + 0.1)
        light = flat(_WHITE, 1 - 0.97 * covered(iris - 0.03, 0.01))
        ring = covered(iris - 0.07, 0.01) * (1 - covered(iris - 0.03, 0.01))
        light = over(light, flat(iris_colour, np.ones_like(ring)), ring)
        lashes = 1 - 0.8 * covered(-lid - 0.008, 0.01)
        covers.append(Cover(lid * size, light * lashes))
        temple = (side * 0.5, -0.31 + rng.normal(0, 0.02))
        brow = capsule(u, v, (side * 0.17, -0.29), temple, (0.045, 0.025))
        covers.append(Cover(brow * size, flat(hair, np.ones_like(brow)), 0.008))
    return tuple(covers)


def _hair(
    grid: Grid, key: SceneKey, u: Plane, v: Plane, colour: Linear, size: float
) -> tuple[Cover, ...]:
    """Return hair around the face: none, short, or down to the shoulders."""
    rng = key.stream("body/hair")
    if rng.uniform() < 0.12:
        return ()
    ragged = fractal(grid, key, "body/hair/rim", 14, gain=0.7, octaves=4) * 0.025
    cap = ellipse(u, v, (0, -0.2), (0.9, rng.uniform(0.95, 1.15)))
    ends = v - rng.uniform(-0.15, 0.1)
    if rng.uniform() < 0.4:
        cap = melt([cap, ellipse(u, v, (0, 0.6), (1.0, rng.uniform(0.9, 1.5)))], 0.3)
        ends = v - rng.uniform(0.8, 1.7)
    radii = (rng.uniform(0.66, 0.74), rng.uniform(0.85, 1.0))
    window = ellipse(u, v, (0, rng.uniform(0.22, 0.34)), radii)  # the face looks out of it
    neck = np.maximum(np.abs(u) - 0.5, 0.4 - v)
    distance = np.maximum(np.maximum(cap, ends), -np.minimum(window, neck)) + ragged
    strands = np.exp(stretched(grid, key, "body/hair/strands", 10, 160) * 0.35)
    shine = 1 + 0.8 * np.exp(-(((v + 0.75) / 0.15) ** 2))
    return (Cover(distance * size, flat(colour, strands * shine), 0.006),)
