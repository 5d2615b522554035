"""A lesion and its distance -> the melanin, blood and veil that it lays on each point."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.lesion import Lesion, Texture
from skinseg_mobile.train.synth.noise import fractal
from skinseg_mobile.train.synth.sdf import covered


@dataclass(frozen=True, eq=False)
class Pigment:
    """What lies in the skin, each (H, W) float32: amounts of `skin_tone.shine`, veil in [0, 1]."""

    melanin: Plane
    haemoglobin: Plane
    veil: Plane


def lesion_pigment(
    lesion: Lesion, distance: Plane, angle: Plane, grid: Grid, key: SceneKey
) -> Pigment:
    """Return the pigment of a lesion; zero away from it."""
    inside = covered(distance, lesion.soft)
    size = lesion.lobes[0].radius
    tone = fractal(grid, key, "lesion/tone", 0.9 / size, gain=0.6, octaves=6)
    depth = np.clip(distance * (-1 / size), 0, 1)
    melanin = lesion.melanin * np.exp(lesion.several * tone)
    melanin = melanin * (0.75 + 0.5 * depth) * _texture(lesion, depth, angle, grid, key)
    blood = lesion.haemoglobin * (1 - 0.25 * tone)
    pigment = Pigment(melanin, np.maximum(blood, 0), np.zeros_like(melanin))
    pigment = _with_zones(pigment, lesion, depth, grid, key)
    halo = covered(distance - 0.3 * size, 0.45 * size)
    return Pigment(
        np.maximum(pigment.melanin * inside, lesion.halo[0] * halo),
        np.maximum(pigment.haemoglobin * inside, lesion.halo[1] * halo),
        pigment.veil * inside,
    )


def _with_zones(p: Pigment, lesion: Lesion, depth: Plane, grid: Grid, key: SceneKey) -> Pigment:
    """Add darker patches, a paler middle and a blue-grey veil, each a contour of its own noise."""
    cells = 0.6 / lesion.lobes[0].radius
    if lesion.patch:
        patch = covered(0.6 - fractal(grid, key, "lesion/patch", cells, gain=0.6, octaves=5), 0.35)
        p = replace(p, melanin=p.melanin * (1 + 1.3 * lesion.patch * patch))
    if lesion.regress:
        rim = 0.55 + fractal(grid, key, "lesion/regress", cells, octaves=4) * 0.25
        pale = covered(rim - depth, 0.2)
        p = replace(p, melanin=p.melanin * (1 - 0.6 * lesion.regress * pale))
    if lesion.veil:
        veil = covered(0.5 - fractal(grid, key, "lesion/veil", cells, gain=0.6, octaves=6), 0.8)
        p = replace(p, veil=0.7 * lesion.veil * veil * np.minimum(depth * 4, 1))
    return p


def _texture(lesion: Lesion, depth: Plane, angle: Plane, grid: Grid, key: SceneKey) -> Plane:
    """Return (H, W) float32 about 1: the factor that the pattern puts on the melanin."""
    fine = fractal(grid, key, "lesion/fine", 20, gain=0.8, octaves=4)
    other = fine[::-1]  # upside down it is as good as a second noise
    strength = lesion.relief * np.clip(0.7 + other * 0.3, 0.1, 1.3)
    match lesion.texture:
        case Texture.HOMOGENEOUS:
            pattern = np.zeros_like(depth)
        case Texture.STREAKS:
            pattern = _streaks(depth, angle, key)
        case Texture.NETWORK | Texture.GLOBULES:
            pattern = _cells(lesion, grid, key)
    return np.exp(0.12 * fine + strength * pattern)


def _cells(lesion: Lesion, grid: Grid, key: SceneKey) -> Plane:
    """Return the mesh or the globules within the lesion's window, (H, W) float32 about 0."""
    rows, columns = grid.window(lesion.centre, lesion.reach)
    nearest, second = nearest_two(
        grid.x[:, columns], grid.y[rows], key, "lesion/cells", lesion.cell
    )
    pattern = np.zeros((grid.height, grid.width), np.float32)
    if lesion.texture is Texture.NETWORK:
        pattern[rows, columns] = 0.5 - np.minimum((second - nearest) * 1.8, 1.1)
    else:
        pattern[rows, columns] = covered(nearest - 0.35, 0.2) - 0.35
    return pattern


def _streaks(depth: Plane, angle: Plane, key: SceneKey) -> Plane:
    """Return radial lines that are strongest at the rim, (H, W) float32 about 0."""
    rng = key.stream("lesion/streaks")
    lines = np.zeros_like(angle)
    for wave in rng.integers(14, 60, 6):
        bend = depth * rng.normal(0, 6)
        lines += np.sin(angle * int(wave) + rng.uniform(0, math.tau) + bend)
    return lines * np.maximum(1 - depth * 2.2, 0) * 0.22


# Random points -> distances to the nearest and the second nearest (Worley noise).
#
# The difference of the two is small on the walls between cells: the mesh of a pigment network. The
# nearest alone makes globules. Source: Worley, "A cellular texture basis function", SIGGRAPH 1996.


def nearest_two(x: Plane, y: Plane, key: SceneKey, name: str, cell: float) -> tuple[Plane, Plane]:
    """Return the two distances in cells, each (H, W) float32 >= 0.

    Args:
        x: (1, W) scene x.
        y: (H, 1) scene y.
        key: The scene.
        name: The stream of random numbers.
        cell: Mean distance of the points in scene lengths.
    """
    shape = (math.ceil(1 / cell) + 2, math.ceil(ASPECT / cell) + 2)
    jitter = key.stream(name).uniform(0, 1, (2, *shape)).astype(np.float32)
    u, v = x / cell, y / cell
    column, row = u.astype(np.int32)[0], v.astype(np.int32)[:, 0]
    first = np.full((len(row), len(column)), 9.0, np.float32)
    second = first.copy()
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            square = _to_point(jitter, (u, v), (row, column), down, right)
            second = np.minimum(second, np.maximum(first, square))
            first = np.minimum(first, square)
    return np.sqrt(first), np.sqrt(second)


def _to_point(
    jitter: Plane,
    position: tuple[Plane, Plane],
    home: tuple[NDArray[np.int32], NDArray[np.int32]],
    down: int,
    right: int,
) -> Plane:
    """Squared distance to the point of one neighbouring cell; the lattice is padded by one cell."""
    row, column = home
    pick = np.ix_(row + down, column + right)
    dx = position[0] - (jitter[0][pick] + (column + (right - 1)).astype(np.float32)[None, :])
    dy = position[1] - (jitter[1][pick] + (row + (down - 1)).astype(np.float32)[:, None])
    return dx * dx + dy * dy
