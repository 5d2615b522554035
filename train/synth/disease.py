"""A stream and the places where skin shows -> diseased patches: what they add to skin, and scales.

Six looks, none of them a diagnosis: redness with soft borders, sharply bounded red plaques with
silvery scales, brown patches, pale patches, red papules, dark nodules.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from skinseg_mobile.train.synth.grid import Grid, Plane, Point, somewhere
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal
from skinseg_mobile.train.synth.outline import Outline, random_outline
from skinseg_mobile.train.synth.sdf import covered


@dataclass(frozen=True)
class Look:
    """A kind of patch, as ranges.

    melanin, blood: amounts (`skin_tone.shine`); scales, bare: shares in [0, 1]; radius in scene
    lengths; soft: half width of the rim over the radius; count of patches.
    """

    melanin: tuple[float, float] = (0.0, 0.0)
    blood: tuple[float, float] = (0.0, 0.0)
    scales: tuple[float, float] = (0.0, 0.0)
    bare: tuple[float, float] = (0.0, 0.0)
    radius: tuple[float, float] = (0.05, 0.16)
    soft: tuple[float, float] = (0.1, 0.3)
    count: tuple[int, int] = (1, 4)


LOOKS = (
    Look(melanin=(0.0, 0.1), blood=(0.3, 0.9), soft=(0.4, 0.8)),
    Look(
        melanin=(0.0, 0.15), blood=(0.4, 1.0), scales=(0.4, 1.0), radius=(0.03, 0.13), count=(1, 7)
    ),
    Look(melanin=(0.35, 1.3), blood=(0.0, 0.3), radius=(0.02, 0.12)),
    Look(bare=(0.5, 0.95), radius=(0.04, 0.14), soft=(0.08, 0.2), count=(1, 6)),
    Look(
        melanin=(0.0, 0.15), blood=(0.4, 1.1), radius=(0.008, 0.02), soft=(0.4, 0.8), count=(10, 40)
    ),
    Look(melanin=(0.8, 1.8), blood=(0.1, 0.4), radius=(0.02, 0.05), count=(1, 3)),
)


@dataclass(frozen=True, eq=False)
class Disease:
    """What patches do, each (H, W) float32.

    melanin, blood: amounts that they add (`skin_tone.shine`). scales: share of silvery scales.
    bare: share of skin that has lost its melanin.
    """

    melanin: Plane
    blood: Plane
    scales: Plane
    bare: Plane


def disease(grid: Grid, key: SceneKey, shows: NDArray[np.bool_]) -> Disease:
    """Return the patches of a scene; nine of ten scenes have some.

    Args:
        grid: Where they are looked at.
        key: The scene.
        shows: (h, w) bool at any fixed size: where skin can be seen.
    """
    rng = key.stream("disease")
    planes = np.zeros((4, grid.height, grid.width), np.float32)
    places = np.argwhere(shows)
    if len(places) and rng.uniform() < 0.9:
        look = LOOKS[int(rng.integers(len(LOOKS)))]
        kinds = (look.melanin, look.blood, look.scales, look.bare)
        amounts = [_between(rng, ends) for ends in kinds]
        mottle = fractal(grid, key, "disease/mottle", 10, gain=0.65, octaves=5)
        for _ in range(int(rng.integers(look.count[0], look.count[1] + 1))):
            outline = _outline(rng, look, somewhere(rng, shows, places))
            soft = outline.radius * _between(rng, look.soft)
            _add_patch(planes, grid, outline, soft, amounts, mottle)
    return Disease(*planes)


def _add_patch(
    planes: NDArray[np.float32],
    grid: Grid,
    outline: Outline,
    soft: float,
    amounts: list[float],
    mottle: Plane,
) -> None:
    """Lay one patch on the planes, in place; where patches meet, the stronger one stays."""
    rows, columns = grid.window(outline.centre, outline.reach + soft)
    distance, _ = outline.polar(grid.x[:, columns], grid.y[rows])
    grain = mottle[rows, columns]
    inside = covered(distance + grain * (0.15 * outline.radius), soft)
    strength = np.clip(1 + 0.3 * grain, 0.2, 2.0)
    parts = (inside * strength, inside * strength, inside * covered(0.1 - grain, 0.6), inside)
    for plane, part, amount in zip(planes, parts, amounts, strict=True):
        plane[rows, columns] = np.maximum(plane[rows, columns], part * amount)


def _outline(rng: Generator, look: Look, centre: Point) -> Outline:
    radius = _between(rng, look.radius)
    return random_outline(rng, centre, radius, rough=rng.uniform(0.08, 0.25), fine=1.4)


def _between(rng: Generator, ends: tuple[float, float]) -> float:
    return ends[0] if math.isclose(*ends) else rng.uniform(*ends)
