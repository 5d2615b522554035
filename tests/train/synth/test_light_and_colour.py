"""Light, pigments and noise against the formulas of their sources."""

import numpy as np
import pytest

from skinseg_mobile.train.synth.colour import flat, from_lab, from_srgb, luminance, over, to_bytes
from skinseg_mobile.train.synth.develop import Overlay, Plate, develop
from skinseg_mobile.train.synth.enlarge import enlarge, enlarge_rows
from skinseg_mobile.train.synth.grid import Grid
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.light import uneven_light, white_balance
from skinseg_mobile.train.synth.noise import fractal, stretched
from skinseg_mobile.train.synth.pigment import nearest_two
from skinseg_mobile.train.synth.skin_tone import TYPES, exposed, shine, skin_colour

KEY = SceneKey("lesion", 3, 4)
ITA = {1: (55, 90), 2: (41, 55), 3: (28, 41), 4: (10, 28), 5: (-30, 10), 6: (-90, -30)}
"""Degrees of each type: Chardon, Cretois and Hourseau 1991."""


def angle_of(colour: tuple[float, float, float]) -> float:
    """Individual typology angle of linear light, through CIE's XYZ and L*a*b*."""
    matrix = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    t = matrix @ colour / (0.9505, 1.0, 1.089)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return float(np.degrees(np.arctan2(116 * f[1] - 66, 200 * (f[1] - f[2]))))


def test_bytes_survive_linear_light() -> None:
    light = [from_srgb(*(value / 255 for value in (n, n, n)))[0] for n in range(256)]
    assert to_bytes(np.array(light, np.float32)).tolist() == list(range(256))
    assert to_bytes(np.array([-1, 2], np.float32)).tolist() == [0, 255]


@pytest.mark.parametrize("lightness", [20, 50, 80, 100])
def test_lightness_is_cies(lightness: float) -> None:
    grey = from_lab(lightness, 0, 0)
    assert luminance(grey) == pytest.approx(((lightness + 16) / 116) ** 3, rel=1e-3)
    assert max(grey) - min(grey) < 0.002


def test_laying_over() -> None:
    below, above = np.zeros((3, 2, 2), np.float32), flat((1, 0.5, 0), np.ones((2, 2), np.float32))
    share = np.array([[0, 1], [0.5, 0.25]], np.float32)
    np.testing.assert_allclose(over(below, above, share)[1], share * 0.5)


@pytest.mark.parametrize("skin_type", TYPES)
def test_skin_has_the_angle_of_its_type(skin_type: int) -> None:
    rng = np.random.default_rng(skin_type)
    low, high = ITA[skin_type]
    for _ in range(20):
        assert low - 2 < angle_of(skin_colour(skin_type, rng)) < high + 2


def test_pigment_takes_light_by_beer_and_lambert() -> None:
    none, one = np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32)
    bare, brown, red = (
        shine((0.5, 0.4, 0.3), melanin, blood, one) - 0.006
        for melanin, blood in ((none, none), (one, none), (none, one))
    )
    np.testing.assert_allclose(bare[:, 0, 0], (0.5, 0.4, 0.3), rtol=1e-5)
    assert brown[0, 0, 0] / bare[0, 0, 0] == pytest.approx(np.exp(-1), rel=1e-4)
    assert red[1, 0, 0] / bare[1, 0, 0] == pytest.approx(np.exp(-1), rel=1e-4)
    assert (brown[0] / bare[0] > brown[2] / bare[2]).all(), "melanin takes most of the blue"


def test_a_camera_brightens_dark_skin() -> None:
    dark, fair = ((0.05, 0.04, 0.03), (0.8, 0.7, 0.6))
    gains = [exposed(skin, np.random.default_rng(1)) for skin in (dark, fair)]
    assert gains[0] > gains[1] > 0


def test_the_lamp_is_one_in_the_middle_and_positive() -> None:
    middles = []
    for index in range(40):
        light = uneven_light(Grid(33, 45), SceneKey("skin", 0, index), 0.4, 0.25)
        assert light.dtype == np.float32
        assert light.min() > 0
        middles.append(light[16, 22])
    assert np.mean(middles) == pytest.approx(1, abs=0.05)


def test_a_perfect_white_balance_changes_nothing() -> None:
    assert white_balance(np.random.default_rng(0), 0.0) == (1, 1, 1)


def test_noise_is_the_same_at_every_size() -> None:
    small, large = (fractal(Grid(side, side), KEY, "n") for side in (64, 256))
    reduced = large.reshape(64, 4, 64, 4).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), reduced.ravel())[0, 1] > 0.98


def test_noise_has_mean_0_and_deviation_1() -> None:
    planes = [fractal(Grid(64, 64), SceneKey("skin", 0, index), "n", 8) for index in range(30)]
    assert np.mean(planes) == pytest.approx(0, abs=0.1)
    assert np.std(planes) == pytest.approx(1, abs=0.25)
    assert stretched(Grid(20, 30), KEY, "n", 4, 5).shape == (20, 30)


def test_cells_are_the_distances_to_the_nearest_points() -> None:
    grid, cell = Grid(40, 50), 0.2
    first, second = nearest_two(grid.x, grid.y, KEY, "cells", cell)
    jitter = KEY.stream("cells").uniform(
        0, 1, (2, *(int(np.ceil(s / cell)) + 2 for s in (1, 4 / 3)))
    )
    rows, columns = np.indices(jitter.shape[1:])
    x, y = (jitter[0] + columns - 1).ravel(), (jitter[1] + rows - 1).ravel()
    all_ = np.hypot(grid.x[..., None] / cell - x, grid.y[..., None] / cell - y)
    wanted = np.sort(all_, axis=-1)[..., :2]
    for found, expected in ((first, wanted[..., 0]), (second, wanted[..., 1])):
        near = expected < 1  # a nearer point lies in one of the nine cells that are looked at
        assert near.mean() > 0.8
        np.testing.assert_allclose(found[near], expected[near], atol=1e-4)
        assert (found >= expected - 1e-4).all()


def test_bands_of_an_enlarged_plane_make_the_whole() -> None:
    plane = np.random.default_rng(0).normal(0, 1, (12, 16)).astype(np.float32)
    bands = [enlarge_rows(plane, 48, 64, slice(first, first + 12)) for first in range(0, 48, 12)]
    np.testing.assert_allclose(np.concatenate(bands), enlarge(plane, 48, 64), atol=1e-5)
    assert enlarge(plane, 12, 16) is not None
    np.testing.assert_array_equal(enlarge(plane, 12, 16), plane)


def test_developing_lays_what_is_thin_over_the_light() -> None:
    frame = Grid(8, 10)
    coverage = np.zeros((8, 10), np.uint8)
    coverage[2] = 255
    distance = np.where(np.arange(10) < 5, -1, 1).astype(np.float32)[None].repeat(8, 0)
    plate = Plate(np.ones((3, 8, 10), np.float32), distance, (Overlay(coverage, (0, 0, 0)),))
    image, mask = develop(plate, frame)
    assert (image[2] == 0).all()
    assert (np.delete(image, 2, axis=0) == 255).all()
    assert mask.sum() == 8 * 5
    assert mask[:, :5].all()


def test_a_photograph_of_several_bands_is_one() -> None:
    rng = np.random.default_rng(1)
    light = rng.uniform(0, 1, (3, 1000, 900)).astype(np.float32)
    image, mask = develop(Plate(light, light[0] - 0.5), Grid(1000, 900))
    np.testing.assert_array_equal(image, np.moveaxis(to_bytes(light), 0, 2))
    np.testing.assert_array_equal(mask, light[0] < 0.5)
