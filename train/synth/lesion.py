"""A stream -> a lesion: where it lies, how it is bounded, how dark it is and what it is made of."""

import math
from dataclasses import dataclass
from enum import StrEnum

from numpy.random import Generator

from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane, Point
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.noise import fractal
from skinseg_mobile.train.synth.outline import Outline, random_outline
from skinseg_mobile.train.synth.sdf import melt

AREA = (0.035, 0.42)  # share of the frame that the main lobe covers


class Texture(StrEnum):
    """The pattern a dermatologist would name first."""

    NETWORK = "network"
    GLOBULES = "globules"
    STREAKS = "streaks"
    HOMOGENEOUS = "homogeneous"


@dataclass(frozen=True, eq=False)
class Lesion:
    """All that was drawn for a lesion; amounts as in `skin_tone.shine`.

    lobes: outlines, the main one first; ragged: scene lengths that noise moves the border by.
    soft: half width of the border's transition in scene lengths.
    melanin, haemoglobin: amounts in the lesion's middle tone; several: log deviation of the browns.
    texture, relief: its pattern and how strong it is (0 to 1).
    cell: size of the texture's cells in scene lengths.
    patch, regress, veil: share of darker patches, of a paler middle and of blue-grey veil (0 to 1).
    halo: amounts of pigment and blood around the border, outside the mask.
    """

    lobes: tuple[Outline, ...]
    ragged: float
    soft: float
    melanin: float
    haemoglobin: float
    several: float
    texture: Texture
    relief: float
    cell: float
    patch: float
    regress: float
    veil: float
    halo: tuple[float, float]

    @property
    def centre(self) -> Point:
        """Centre of the main lobe."""
        return self.lobes[0].centre

    @property
    def reach(self) -> float:
        """Radius of a circle about the centre that holds all lobes and their soft rim."""
        lobes = max(math.dist(lobe.centre, self.centre) + lobe.reach for lobe in self.lobes)
        return lobes + self.ragged * 3 + self.soft

    def distance(self, grid: Grid, key: SceneKey) -> tuple[Plane, Plane]:
        """Return (H, W) float32 distance, negative inside, and the angle about the main lobe."""
        x = grid.x + fractal(grid, key, "ragged/x", 9, gain=0.45, octaves=5) * self.ragged
        y = grid.y + fractal(grid, key, "ragged/y", 9, gain=0.45, octaves=5) * self.ragged
        lobes = [lobe.polar(x, y) for lobe in self.lobes]
        return melt([distance for distance, _ in lobes], 0.04), lobes[0][1]


def random_lesion(rng: Generator, skin_type: int) -> Lesion:
    """Return a lesion for skin of that type: darker skin needs more pigment to show it."""
    radius = math.sqrt(_log_uniform(rng, *AREA) * ASPECT / math.pi)
    pale = rng.uniform() < 0.22  # a lesion of low contrast, rather pink than brown
    melanin = rng.uniform(0.12, 0.35) if pale else _log_uniform(rng, 0.4, 1.7)
    return Lesion(
        lobes=_lobes(rng, radius),
        ragged=radius * rng.uniform(0.0, 0.09),
        soft=radius * _log_uniform(rng, 0.06, 0.36),
        melanin=melanin * (1 + 0.12 * max(0, skin_type - 3)) + (0.15 if skin_type > 4 else 0.0),
        haemoglobin=rng.uniform(0.25, 0.7) if pale else rng.uniform(0.0, 0.5),
        several=rng.uniform(0.1, 0.45),
        texture=list(Texture)[int(rng.integers(len(Texture)))],
        relief=rng.uniform(0.2, 0.8),
        cell=(0.014 + 0.03 * radius) * math.exp(rng.normal(0, 0.25)),
        patch=max(0.0, rng.uniform(-0.6, 1.0)),
        regress=max(0.0, rng.uniform(-1.5, 0.8)),
        veil=max(0.0, rng.uniform(-1.8, 0.8)),
        halo=(max(0.0, rng.normal(0.01, 0.04)), max(0.0, rng.normal(0.02, 0.1))),
    )


def _lobes(rng: Generator, radius: float) -> tuple[Outline, ...]:
    away = min(0.16, max(0.02, 0.5 - radius))
    middle = (ASPECT / 2 + rng.normal(0, away / 2), 0.5 + rng.normal(0, away / 3))
    rough, fine = rng.uniform(0.03, 0.16), rng.uniform(1.1, 1.9)
    lobes = [random_outline(rng, middle, radius, rough=rough, fine=fine)]
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        angle, away = rng.uniform(0, math.tau), radius * rng.uniform(0.5, 0.9)
        centre = (middle[0] + away * math.cos(angle), middle[1] + away * math.sin(angle))
        lobes.append(random_outline(rng, centre, radius * rng.uniform(0.35, 0.65), rough=0.12))
    return tuple(lobes)


def _log_uniform(rng: Generator, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))
