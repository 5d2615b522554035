"""Random lattices -> noise that is the same at every size (fractional Brownian motion).

Octave k is a lattice of `cells` · 2^k values per scene height, enlarged bicubically; octaves finer
than the grid are left out, because nobody could see them. Source: Perlin, "An image synthesizer",
SIGGRAPH 1985, with value noise on a pyramid of lattices in place of gradients.
"""

import math

import numpy as np

from skinseg_mobile.train.synth.enlarge import enlarge
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane
from skinseg_mobile.train.synth.key import SceneKey

FINEST = 768  # lattice rows: grain that is finer would be the camera's, not the scene's


def fractal(
    grid: Grid,
    key: SceneKey,
    name: str,
    cells: float = 3.0,
    *,
    gain: float = 0.5,
    octaves: int = 12,
) -> Plane:
    """Return (H, W) float32 noise, mean 0 and deviation about 1.

    Args:
        grid: Where it is looked at.
        key: The scene.
        name: The stream of random numbers.
        cells: Lattice values per scene height of the coarsest octave.
        gain: Amplitude of an octave over that of the coarser one.
        octaves: At most so many.
    """
    lattice = np.zeros((1, 1), np.float32)
    power, rng = 0.0, key.stream(name)  # coarse octaves first: finer ones never shift them
    for octave in range(octaves):
        rows = max(1, round(cells * 2**octave))
        power += gain ** (2 * octave)  # octaves that are not visible count too: amplitudes stay put
        if rows <= min(grid.height, FINEST):
            columns = max(1, round(cells * 2**octave * ASPECT))
            values = rng.standard_normal((rows, columns), np.float32)
            lattice = enlarge(lattice, rows, columns) + gain**octave * values
    return enlarge(lattice, grid.height, grid.width) * (1.3 / math.sqrt(power))


def stretched(grid: Grid, key: SceneKey, name: str, rows: int, columns: int) -> Plane:
    """Return (H, W) float32 noise of one octave, `rows` by `columns` in the frame: grain."""
    values = key.stream(name).standard_normal((rows, columns), np.float32)
    return enlarge(values, grid.height, grid.width)
