"""How far the artefact's maps are displaced against the checkpoint's, in pixels of the map.

Half a pixel of displacement moves an outline by less than Jaccard notices, and it is what another
padding, crop or resize convention leaves behind. With g the mean gradient of both maps and u the
position, -1 to 1 across the frame, one least-squares problem over all images is solved:

    reference - found ≈ g · (shift + stretch · u)

`shift` displaces the middle, `stretch` is what the frame's edge has more (aligned corners stretch
and do not shift). Lucas & Kanade 1981, with the gradient of both maps: exact to second order.
Maps without an edge are left out: an 8-bit file of a good net seems to move them by half a pixel
and more. Where all edges together say too little, there is no result.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.images.pipeline import Probability

Array = NDArray[np.float64]
Vector = tuple[float, float]
_EDGE = 1.0
"""Squared gradient, summed over a map, from which it has an edge: 2 to 8 pixels of an outline.

Of the packaged students at 192×192, lesions have 24 to 47 and plain skin at most 0.5."""
_LEAST_SHIFT, _LEAST_STRETCH = 1.0, 0.3
"""Squared gradient that tells of the displacement alone; one lesion has 5 to 12 and 0.3 to 3."""
_UNSEEN = 1e-3
"""A direction in which all edges together say a thousandth of the strongest is taken as still."""


@dataclass(frozen=True)
class Equations:
    """One image's part of the normal equations: (4, 4) and (4,), all finite; else ValueError."""

    normal: Array
    right: Array

    def __post_init__(self) -> None:
        shapes = self.normal.shape, self.right.shape
        if shapes != ((4, 4), (4,)):
            raise ValueError(f"normal and right must be of (4, 4) and (4,) numbers, got {shapes}")
        if not (np.isfinite(self.normal).all() and np.isfinite(self.right).all()):
            raise ValueError("normal and right must be finite")


@dataclass(frozen=True)
class Displacement:
    """Pixels down and right; None where the edges do not tell."""

    shift: Vector | None
    """Of the middle."""
    stretch: Vector | None
    """What the frame's edge has more."""


def equations(reference: Probability, found: Probability) -> Equations:
    """Return what two (h, w) maps say of their displacement; values that are no numbers count 0."""
    a, b = _smooth(reference), _smooth(found)
    down, right = np.gradient((a + b) / 2)
    height, width = a.shape
    by_position = (
        down * np.linspace(-1, 1, height)[:, None], right * np.linspace(-1, 1, width)[None, :]
    )  # fmt: skip
    design = np.stack([down, right, *by_position]).reshape(4, -1)
    return Equations(design @ design.T, design @ (a - b).ravel())


def displacement(images: Iterable[Equations]) -> Displacement:
    """Return where the artefact's maps lie."""
    found = [image for image in images if image.normal[:2, :2].trace() >= _EDGE]
    if not found:
        return Displacement(None, None)
    normal = np.sum([image.normal for image in found], axis=0)
    inverse = np.linalg.pinv(normal, rcond=_UNSEEN, hermitian=True)
    right_side = np.sum([image.right for image in found], axis=0)
    down, right, edge_down, edge_right = (inverse @ right_side).tolist()
    variance = inverse.diagonal()  # of each unknown, for noise of variance 1
    return Displacement(
        (down, right) if variance[:2].max() * _LEAST_SHIFT <= 1 else None,
        (edge_down, edge_right) if variance[2:].max() * _LEAST_STRETCH <= 1 else None,
    )


def _smooth(probability: Probability) -> Array:
    """Blur by 1-2-1 along both axes, twice: a step of one pixel gets a slope to measure."""
    out = np.nan_to_num(probability.astype(np.float64), posinf=0, neginf=0)
    for _ in range(4):  # down, right, down, right
        wide = np.concatenate((out[:1], out, out[-1:]))
        out = ((wide[:-2] + 2 * out + wide[2:]) / 4).T
    return out
