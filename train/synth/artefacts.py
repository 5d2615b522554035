"""What a dermoscope leaves in a photograph: ruler, gel bubbles, pen marks, its round frame."""

import math

import numpy as np
from numpy.random import Generator

from skinseg_mobile.train.synth.canvas import Canvas, curve
from skinseg_mobile.train.synth.colour import from_srgb
from skinseg_mobile.train.synth.develop import Overlay
from skinseg_mobile.train.synth.grid import ASPECT, Grid, Plane, Point
from skinseg_mobile.train.synth.key import SceneKey

_INK = from_srgb(0.30, 0.18, 0.52)
_TICK = from_srgb(0.10, 0.09, 0.09)
_GLARE = (0.95, 0.95, 0.95)


def ruler(frame: Grid, key: SceneKey) -> list[Overlay]:
    """Return millimetre ticks along an edge, in about a third of the scenes."""
    rng = key.stream("ruler")
    if rng.uniform() > 0.33:
        return []
    canvas = Canvas(frame)
    angle = rng.normal(0, 0.12) + (math.pi / 2 if rng.uniform() < 0.35 else 0.0)
    upright = abs(math.sin(angle)) > 0.7
    far = (0.07 if rng.uniform() < 0.5 else 0.93) + rng.normal(0, 0.015)
    middle = (far * ASPECT, 0.5) if upright else (rng.uniform(0.4, 0.9), far)
    _ticks(canvas, rng, middle, angle)
    return [Overlay(canvas.coverage(), _TICK, rng.uniform(0.6, 0.95))]


def _ticks(canvas: Canvas, rng: Generator, middle: Point, angle: float) -> None:
    count, gap = int(rng.integers(6, 26)), rng.uniform(0.02, 0.05)
    side = 1 if rng.uniform() < 0.5 else -1
    ahead = np.array([math.cos(angle), math.sin(angle)])
    up = np.array([-ahead[1], ahead[0]]) * side
    first = np.array(middle) - ahead * gap * (count - 1) / 2
    feet = first + ahead * gap * np.arange(count)[:, None]
    for place, foot in enumerate(feet):
        tip = foot + up * (0.05 if place % 5 == 0 else 0.03)
        canvas.stroke([(foot[0], foot[1]), (tip[0], tip[1])], 0.004)
    if rng.uniform() < 0.6:
        canvas.stroke([(feet[0][0], feet[0][1]), (feet[-1][0], feet[-1][1])], 0.004)


def bubbles(frame: Grid, key: SceneKey) -> list[Overlay]:
    """Return gel bubbles (rings with a spot of glare) and specular flecks, in half the scenes."""
    rng = key.stream("bubbles")
    if rng.uniform() > 0.5:
        return []
    canvas = Canvas(frame)
    for _ in range(int(rng.integers(1, 9))):
        centre = (rng.uniform(0, ASPECT), rng.uniform(0, 1))
        radius = rng.uniform(0.006, 0.03)
        canvas.ring(centre, radius, 0.003, int(rng.integers(60, 150)))
        canvas.disc((centre[0] - radius * 0.4, centre[1] - radius * 0.4), radius * 0.25, 220)
    for _ in range(int(rng.integers(0, 30))):
        centre = (rng.uniform(0, ASPECT), rng.uniform(0, 1))
        length = rng.uniform(0.003, 0.02)
        path = curve(centre, rng.uniform(0, math.tau), length, rng.normal(0, 1), 6)
        canvas.stroke(path, rng.uniform(0.002, 0.006), opacity=int(rng.integers(90, 230)))
    return [Overlay(canvas.coverage(), _GLARE, 0.85)]


def pen_marks(frame: Grid, key: SceneKey, lesion: Point, reach: float) -> list[Overlay]:
    """Return a surgeon's violet strokes outside the lesion, in one scene of twelve."""
    rng = key.stream("pen")
    if rng.uniform() > 0.08:
        return []
    canvas = Canvas(frame)
    for _ in range(int(rng.integers(1, 4))):
        angle, away = rng.uniform(0, math.tau), reach + rng.uniform(0.08, 0.2)
        start = (lesion[0] + away * math.cos(angle), lesion[1] + away * math.sin(angle))
        for _ in range(int(rng.integers(2, 7))):
            length = rng.uniform(0.02, 0.07)
            path = curve(start, rng.uniform(0, math.tau), length, rng.normal(0, 1), 8)
            canvas.stroke(path, 0.007, tip=0.5, opacity=int(rng.integers(90, 200)))
    return [Overlay(canvas.coverage(), _INK, 0.8)]


def sticker(frame: Grid, key: SceneKey, lesion: Point, reach: float) -> list[Overlay]:
    """Return a coloured disc at a side, clear of the lesion, in one scene of twelve."""
    rng = key.stream("sticker")
    if rng.uniform() > 0.08:
        return []
    radius, right = rng.uniform(0.2, 0.35), rng.uniform() < 0.5
    beyond = rng.uniform(0, 0.15)
    centre = (ASPECT + beyond if right else -beyond, rng.uniform(0.2, 0.8))
    if math.dist(centre, lesion) < radius + reach + 0.05:
        return []
    canvas = Canvas(frame)
    canvas.disc(centre, radius)
    hues = ((0.95, 0.62, 0.16), (0.25, 0.62, 0.28), (0.93, 0.85, 0.35), (0.25, 0.45, 0.75))
    return [Overlay(canvas.coverage(), from_srgb(*hues[int(rng.integers(len(hues)))]), 0.95)]


def round_frame(grid: Grid, key: SceneKey) -> tuple[Plane, float] | None:
    """Return the distance beyond a dermoscope's round view and its edge's half width, or None.

    The distance is (H, W) float32, negative where the photograph is black.
    """
    rng = key.stream("frame")
    if rng.uniform() > 0.38:
        return None
    x = grid.x - (ASPECT / 2 + rng.normal(0, 0.03))
    y = grid.y - (0.5 + rng.normal(0, 0.03))
    radius = rng.uniform(0.5, 0.8)
    return radius - np.sqrt(x * x + y * y), rng.uniform(0.003, 0.05)
