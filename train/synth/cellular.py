"""Random points -> distances to the nearest and the second nearest (Worley noise).

The difference of the two is small on the walls between cells: the mesh of a pigment network. The
nearest alone makes globules. Source: Worley, "A cellular texture basis function", SIGGRAPH 1996.
"""

import math

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.train.synth.grid import ASPECT, Plane
from skinseg_mobile.train.synth.key import SceneKey


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
