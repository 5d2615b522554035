"""Shapes, curves and canvases against lengths and areas that are known."""

import math

import numpy as np
import pytest

from skinseg_mobile.train.synth.canvas import Canvas, curve
from skinseg_mobile.train.synth.grid import ASPECT, Grid
from skinseg_mobile.train.synth.outline import random_outline
from skinseg_mobile.train.synth.sdf import box, capsule, covered, ellipse, melt, turned

GRID = Grid(60, 80)
AREA_OF_A_PIXEL = ASPECT / GRID.width / GRID.height


def nearest(rim: np.ndarray) -> np.ndarray:
    """Distance of each pixel centre to the nearest of many points, (N, 2) x and y."""
    dx = GRID.x[..., None] - rim[:, 0]
    dy = GRID.y[..., None] - rim[:, 1]
    return np.sqrt((dx * dx + dy * dy).min(axis=-1))


def test_turning_keeps_distances() -> None:
    u, v = turned(GRID.x, GRID.y, (0.4, 0.3), 0.7)
    expected = np.hypot(GRID.x - 0.4, GRID.y - 0.3)
    np.testing.assert_allclose(np.hypot(u, v), expected, atol=1e-6)
    u, v = turned(np.array([[1.0]], np.float32), np.array([[0.0]], np.float32), (0, 0), math.pi / 2)
    np.testing.assert_allclose((u[0, 0], v[0, 0]), (0, -1), atol=1e-6)


def test_a_capsule_is_the_distance_to_its_line() -> None:
    line = np.linspace((0.3, 0.2), (1.0, 0.7), 800)
    found = capsule(GRID.x, GRID.y, (0.3, 0.2), (1.0, 0.7), (0.1, 0.1))
    np.testing.assert_allclose(found, nearest(line) - 0.1, atol=1e-3)


def test_a_box_is_the_distance_to_its_rim() -> None:
    t = np.linspace(-1, 1, 400)[:, None]
    sides = [t * (0.3, 0) + (0, 0.2), t * (0.3, 0) - (0, 0.2)]
    sides += [t * (0, 0.2) + (0.3, 0), t * (0, 0.2) - (0.3, 0)]
    x, y = GRID.x - 0.6, GRID.y - 0.5
    distance = nearest(np.concatenate(sides) + np.array((0.6, 0.5)))
    inside = (np.abs(x) < 0.3) & (np.abs(y) < 0.2)
    found = box(x, y, (0.3, 0.2), 0.0)
    np.testing.assert_allclose(found, np.where(inside, -distance, distance), atol=2e-3)


def test_an_ellipse_has_its_area() -> None:
    inside = ellipse(GRID.x, GRID.y, (0.6, 0.5), (0.4, 0.25)) < 0
    assert inside.sum() * AREA_OF_A_PIXEL == pytest.approx(math.pi * 0.4 * 0.25, rel=0.01)


def test_melting_fills_the_notch_and_leaves_the_rest() -> None:
    one = capsule(GRID.x, GRID.y, (0.2, 0.5), (1.1, 0.5), (0.1, 0.1))
    other = capsule(GRID.x, GRID.y, (0.6, 0.1), (0.6, 0.9), (0.1, 0.1))
    union, found = np.minimum(one, other), melt([one, other], 0.1)
    assert (found <= union).all()
    far = np.abs(one - other) > 0.1
    np.testing.assert_array_equal(found[far], union[far])
    assert (found < 0).sum() > (union < 0).sum()


def test_a_soft_edge_is_one_half_on_the_line() -> None:
    distance = np.array([-1, -0.1, 0, 0.1, 1], np.float32)
    np.testing.assert_allclose(covered(distance, 0.1), [1, 1, 0.5, 0, 0], atol=1e-6)
    fine = covered(np.linspace(-0.2, 0.2, 101, dtype=np.float32), 0.1)
    assert (np.diff(fine) <= 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_an_outline_has_the_area_of_its_circle(seed: int) -> None:
    outline = random_outline(np.random.default_rng(seed), (0.66, 0.5), 0.2, rough=0.15)
    fine = Grid(480, 640)
    distance, _ = outline.polar(fine.x, fine.y)
    area = (distance < 0).sum() * ASPECT / fine.width / fine.height
    assert area == pytest.approx(math.pi * 0.2**2, rel=0.02)
    rows, columns = np.nonzero(distance < 0)
    assert np.abs(fine.x[0, columns] - 0.66).max() <= outline.reach
    assert np.abs(fine.y[rows, 0] - 0.5).max() <= outline.reach


def test_a_disc_covers_its_area() -> None:
    canvas = Canvas(GRID)
    canvas.disc((0.6, 0.5), 0.2)
    area = canvas.coverage().sum(dtype=np.float64) / 255 * AREA_OF_A_PIXEL
    assert area == pytest.approx(math.pi * 0.2**2, rel=0.02)


@pytest.mark.parametrize("width", [0.1, 0.02])
def test_a_stroke_covers_length_times_width(width: float) -> None:
    canvas = Canvas(GRID)
    canvas.stroke([(0.2, 0.5), (0.6, 0.5), (1.0, 0.5)], width)
    area = canvas.coverage().sum(dtype=np.float64) / 255 * AREA_OF_A_PIXEL
    assert area == pytest.approx(0.8 * width, rel=0.06)


@pytest.mark.parametrize("bend", [0.0, 1.0, -2.5])
def test_a_curve_has_its_length_and_turns(bend: float) -> None:
    points = np.array(curve((0.1, 0.2), 0.3, 0.5, bend, steps=50))
    steps = np.diff(points, axis=0)
    assert np.hypot(*steps.T).sum() == pytest.approx(0.5)
    angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    assert angles.mean() == pytest.approx(0.3 + bend / 2)
    assert angles[-1] - angles[0] == pytest.approx(bend * 49 / 50)
