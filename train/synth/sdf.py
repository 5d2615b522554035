"""Shapes -> signed distances: negative inside, in scene lengths, (H, W) float32.

Sets of points become arithmetic: the union of two shapes is the minimum, a shape without another
max(a, -b). Formulas: Quilez, "2D distance functions"; the ellipse is his first-order estimate.
"""

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np

from skinseg_mobile.train.synth.grid import Plane, Point


def turned(x: Plane, y: Plane, centre: Point, angle: float) -> tuple[Plane, Plane]:
    """Return coordinates about `centre` along axes turned by `angle` (radians)."""
    cos, sin = math.cos(angle), math.sin(angle)
    dx, dy = x - centre[0], y - centre[1]
    return dx * cos + dy * sin, dy * cos - dx * sin


def ellipse(x: Plane, y: Plane, centre: Point, radii: tuple[float, float]) -> Plane:
    """Return the distance to an ellipse with axes along x and y."""
    u = (x - centre[0]) * (1 / radii[0])
    v = (y - centre[1]) * (1 / radii[1])
    norm = np.sqrt(u * u + v * v)
    slope = np.sqrt((u / radii[0]) ** 2 + (v / radii[1]) ** 2)
    return norm * (norm - 1) / (slope + 1e-6)


def capsule(x: Plane, y: Plane, start: Point, end: Point, radii: tuple[float, float]) -> Plane:
    """Return the distance to a limb: a line whose radius runs from radii[0] to radii[1]."""
    along = (end[0] - start[0], end[1] - start[1])
    length = max(along[0] ** 2 + along[1] ** 2, 1e-9)
    dx, dy = x - start[0], y - start[1]
    t = np.clip((dx * along[0] + dy * along[1]) * (1 / length), 0, 1)
    dx, dy = dx - t * along[0], dy - t * along[1]
    return np.sqrt(dx * dx + dy * dy) - (radii[0] + t * (radii[1] - radii[0]))


def box(x: Plane, y: Plane, half: tuple[float, float], corner: float) -> Plane:
    """Return the distance to a rounded box about the origin."""
    dx, dy = np.abs(x) - (half[0] - corner), np.abs(y) - (half[1] - corner)
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    return outside + np.minimum(np.maximum(dx, dy), 0) - corner


def melt(shapes: Sequence[Plane], blend: float) -> Plane:
    """Return the union of shapes, rounded over `blend` where they meet (polynomial minimum)."""
    return reduce(lambda a, b: _smooth_minimum(a, b, blend), shapes)


def covered(distance: Plane, width: float) -> Plane:
    """Return how far inside a soft edge of half width `width`: 1 in, 0 out, 0.5 on the line."""
    t = np.clip(0.5 - distance * (0.5 / width), 0, 1)
    return t * t * (3 - 2 * t)


def _smooth_minimum(a: Plane, b: Plane, blend: float) -> Plane:
    near = np.maximum(blend - np.abs(a - b), 0) / blend
    return np.minimum(a, b) - near * near * blend * 0.25
