"""A pose -> limbs, hands and trunks as signed distances, and the clothes over them.

skin      all of the body, also where it is covered
covers    what hides it: clothes, hair, eyes
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.background import cloth
from skinseg_mobile.train.synth.colour import Linear, paint
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Light, Plane
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal
from skinseg_mobile.train.synth.sdf import capsule, melt, turned


@dataclass(frozen=True, eq=False)
class Cover:
    """Something over the skin: distance (H, W), its light (3, H, W), half width of its edge."""

    distance: Plane
    light: Light
    edge: float = 0.002


@dataclass(frozen=True, eq=False)
class Body:
    """A part of a body.

    skin: (H, W) distance; thickness: how far from its rim it is rounded, in scene lengths, at most
    half its width (a crease shows otherwise).
    melanin, blood: (H, W) or 0: what features such as lips add; bumps: (H, W) or 0, extra height.
    """

    skin: Plane
    thickness: float
    covers: tuple[Cover, ...] = ()
    melanin: Plane = field(default_factory=lambda: np.zeros((1, 1), np.float32))
    blood: Plane = field(default_factory=lambda: np.zeros((1, 1), np.float32))
    bumps: Plane = field(default_factory=lambda: np.zeros((1, 1), np.float32))


def limb(grid: Grid, key: SceneKey, _hair: Linear) -> Body:
    """Return one or two arms or legs that cross the frame, perhaps with a sleeve."""
    rng = key.stream("body")
    centre = (ASPECT / 2 + rng.normal(0, 0.08), 0.5 + rng.normal(0, 0.06))
    x, y = turned(*_wobbly(grid, key, 0.012), centre, rng.uniform(0, math.tau))
    thick = rng.uniform(0.12, 0.28)
    thin, bend = thick * rng.uniform(0.55, 0.95), rng.normal(0, 0.2)
    parts = [
        capsule(x, y, (-1.2, bend), (0, 0), (thick * 1.2, thick)),
        capsule(x, y, (0, 0), (1.2, bend), (thick, thin)),
    ]
    skin = melt(parts, 0.15)
    if rng.uniform() < 0.35:  # a pair: the other leg, or an arm beside the trunk
        aside = thick * rng.uniform(2.1, 2.6)
        ends = (-1.2, bend + aside), (1.2, bend + aside * 1.1)
        skin = np.minimum(skin, capsule(x, y, *ends, (thick * 1.1, thin)))
    covers: tuple[Cover, ...] = ()
    if rng.uniform() < 0.5:
        edge = x + rng.uniform(0.25, 0.5) + y * rng.normal(0, 0.2)
        sleeve = np.maximum(edge, skin - rng.uniform(0.01, 0.05))
        covers = (Cover(sleeve, _clothes(grid, key, rng)),)
    return Body(skin, thin * 0.95, covers)


def hand(grid: Grid, key: SceneKey, _hair: Linear) -> Body:
    """Return a hand with spread or closed fingers on a forearm, perhaps with a cuff."""
    rng = key.stream("body")
    size = rng.uniform(0.16, 0.26)
    centre = (ASPECT / 2 + rng.normal(0, 0.06), 0.5 + rng.normal(0, 0.05))
    x, y = turned(*_wobbly(grid, key, 0.006), centre, rng.uniform(0, math.tau))
    u, v = x * (1 / size) + 0.6, y * (1 / size) * (1 if rng.uniform() < 0.5 else -1)
    forearm = capsule(u, v, (-8, 0), (0, 0), (0.62, 0.4))
    palm = melt([capsule(u, v, (0, 0), (1, 0.1), (0.45, 0.62)), forearm], 0.3)
    spread, fingers = rng.uniform(0.0, 0.16), [palm]
    for place, length in enumerate((0.95, 1.2, 1.1, 0.85)):
        base, angle = (1.3, -0.5 + 0.36 * place), spread * (place - 1.5) + rng.normal(0, 0.02)
        tip = (base[0] + length * math.cos(angle), base[1] + length * math.sin(angle))
        fingers.append(capsule(u, v, base, tip, (0.19, 0.14)))
    thumb = rng.uniform(0.5, 1.0)
    tip = (0.3 + math.cos(thumb), -0.35 - math.sin(thumb))
    fingers.append(capsule(u, v, (0.3, -0.35), tip, (0.25, 0.16)))
    skin = melt(fingers, 0.1) * size
    covers: tuple[Cover, ...] = ()
    if rng.uniform() < 0.5:
        cuff = np.maximum(u + rng.uniform(0.3, 1.2), np.abs(v) - 0.75) * size
        covers = (Cover(cuff, _clothes(grid, key, rng)),)
    return Body(skin, size * 0.25, covers)


def trunk(grid: Grid, key: SceneKey, _hair: Linear) -> Body:
    """Return a back, a belly or a thigh that fills most of the frame, with clothes at one side."""
    rng = key.stream("body")
    centre = (ASPECT / 2 + rng.normal(0, 0.1), 0.5)
    x, y = turned(*_wobbly(grid, key, 0.02), centre, rng.normal(0, 0.25))
    wide = rng.uniform(0.35, 0.75)
    skin = capsule(x, y, (0, -1.5), (0, 1.5), (wide * rng.uniform(0.85, 1.15), wide))
    side = 1 if rng.uniform() < 0.7 else -1
    hem = rng.uniform(0.2, 0.42) - y * side + x * x * rng.normal(0, 0.4)
    shirt = Cover(np.maximum(hem, skin - 0.03), _clothes(grid, key, rng))
    return Body(skin, wide * 0.75, (shirt,))


def _wobbly(grid: Grid, key: SceneKey, amount: float) -> tuple[Plane, Plane]:
    """Return coordinates that noise has bent a little: no limb is a perfect cone."""
    x = grid.x + fractal(grid, key, "body/x", 3, octaves=3) * amount
    y = grid.y + fractal(grid, key, "body/y", 3, octaves=3) * amount
    return x, y


def _clothes(grid: Grid, key: SceneKey, rng: Generator) -> Light:
    return cloth(grid, key, "clothes", paint(rng, (0.0, 0.8), (0.08, 0.95)))
