"""What a scene is put together from: shapes, types, ranges, and nothing where nothing may be."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.train.synth.artefacts import pen_marks, round_frame, sticker
from skinseg_mobile.train.synth.background import background, beige
from skinseg_mobile.train.synth.body import Body, hand, limb, trunk
from skinseg_mobile.train.synth.clinical import clinical
from skinseg_mobile.train.synth.disease import disease
from skinseg_mobile.train.synth.face import face
from skinseg_mobile.train.synth.grid import Grid
from skinseg_mobile.train.synth.hairs import hair_colour, hairs
from skinseg_mobile.train.synth.healthy import freckles, mottled, relief
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.lesion import random_lesion
from skinseg_mobile.train.synth.photographs import SIZES, draw_photographs
from skinseg_mobile.train.synth.scene import dermoscopy
from skinseg_mobile.train.synth.write import split_of

GRID = Grid(36, 48)
KEYS = [SceneKey("skin", 7, index) for index in range(12)]


@pytest.mark.parametrize("pose", [limb, hand, trunk, face])
def test_a_body_is_in_the_frame_and_leaves_room(pose: Callable[..., Body]) -> None:
    shares = [float((pose(GRID, key, (0.1, 0.1, 0.1)).skin < 0).mean()) for key in KEYS]
    assert min(shares) > 0.03
    assert min(shares) < 0.95


def test_backgrounds_are_light_and_never_negative() -> None:
    found = [background(GRID, key) for key in KEYS]
    assert {light.shape for light in found} == {(3, 36, 48)}
    assert all(np.isfinite(light).all() and light.min() >= 0 for light in found)
    assert np.std([light.mean() for light in found]) > 0.02, "they differ"


def test_beige_is_redder_than_green_than_blue() -> None:
    rng = np.random.default_rng(0)
    assert all(red > green > blue for red, green, blue in (beige(rng) for _ in range(50)))


def test_there_is_no_disease_where_no_skin_shows() -> None:
    for key in KEYS:
        found = disease(GRID, key, np.zeros((48, 64), np.bool_))
        assert not np.any([found.melanin, found.blood, found.scales, found.bare])


def test_nine_of_ten_scenes_are_diseased() -> None:
    keys = [SceneKey("skin", 8, index) for index in range(60)]
    shows = np.ones((48, 64), np.bool_)
    planes = [disease(Grid(18, 24), key, shows) for key in keys]
    ill = [np.any([p.melanin, p.blood, p.bare]) for p in planes]
    assert 0.75 <= np.mean(ill) < 1
    assert all(p.scales.min() >= 0 and p.scales.max() <= 1 for p in planes)
    assert all(p.bare.min() >= 0 and p.bare.max() <= 1 for p in planes)


def test_healthy_skin_is_even_but_for_freckles() -> None:
    for key in KEYS:
        melanin, blush = mottled(GRID, key)
        assert blush.min() >= -0.8 * 0.09
        assert np.abs(melanin).max() < 0.3
        assert freckles(GRID, key).min() >= 0
        assert 0.9 < relief(GRID, key).mean() < 1.1


def test_fair_hair_grows_on_fair_skin_only() -> None:
    rng = np.random.default_rng(0)
    brightest = [max(hair_colour(type_, rng)[0] for _ in range(60)) for type_ in range(1, 7)]
    assert min(brightest[:3]) > 0.5 > 0.2 > max(brightest[3:])


def test_two_of_three_scenes_have_hairs() -> None:
    keys = [SceneKey("lesion", 9, index) for index in range(40)]
    found = [hairs(Grid(30, 40), key, 3) for key in keys]
    assert 0.4 < np.mean([bool(overlays) for overlays in found]) < 0.9
    assert all(o.coverage.shape == (30, 40) and 0 < o.opacity < 1 for f in found for o in f)


@pytest.mark.parametrize("draw", [pen_marks, sticker])
def test_ink_and_stickers_stay_off_the_lesion(draw: Callable[..., list[object]]) -> None:
    frame, centre, reach = Grid(60, 80), (0.66, 0.5), 0.15
    inside = np.hypot(frame.x - centre[0], frame.y - centre[1]) < reach
    seen = 0
    for index in range(80):
        for overlay in draw(frame, SceneKey("lesion", 1, index), centre, reach):
            seen += 1
            assert not overlay.coverage[inside].any()  # type: ignore[attr-defined]
    assert seen > 0


def test_a_round_frame_shows_the_middle() -> None:
    frames = [round_frame(GRID, SceneKey("lesion", 2, index)) for index in range(60)]
    shown = [frame[0] for frame in frames if frame]
    assert 0.2 < len(shown) / len(frames) < 0.6
    assert all(distance[18, 24] > 0 for distance in shown)


@pytest.mark.parametrize("skin_type", range(1, 7))
def test_a_lesion_reaches_no_further_than_it_says(skin_type: int) -> None:
    for key in KEYS[:4]:
        lesion = random_lesion(key.stream("lesion"), skin_type)
        distance, _ = lesion.distance(GRID, key)
        rows, columns = np.nonzero(distance < 0)
        away = np.hypot(GRID.x[0, columns] - lesion.centre[0], GRID.y[rows, 0] - lesion.centre[1])
        assert away.max() < lesion.reach * 1.5


@pytest.mark.parametrize("scene", [clinical, dermoscopy])
def test_plates_are_finite_light(scene: Callable[..., object]) -> None:
    for key in KEYS[:4]:
        plate = scene(key, 2, GRID)
        assert np.isfinite(plate.light).all()  # type: ignore[attr-defined]
        assert plate.light.min() >= -0.05  # type: ignore[attr-defined]


def test_a_set_is_split_7_1_2() -> None:
    splits = [split_of(index, 1000) for index in range(1000)]
    assert [splits.count(name) for name in ("train", "dev", "valid")] == [700, 100, 200]
    assert splits == sorted(splits, key=["train", "dev", "valid"].index)


@pytest.mark.slow
def test_photographs_of_the_vectors_are_as_large_as_their_truth(tmp_path: Path) -> None:
    found = draw_photographs(tmp_path)
    assert len(found) == len({p.path for p in found}) == 36
    for photograph in found:
        assert read_photo(photograph.path).shape[:2] == photograph.truth.shape
    sizes = {p.path.stem: p.truth.shape for p in found}
    assert SIZES.items() <= sizes.items()
    with Image.open(tmp_path / "orientation-6.jpg") as stored:
        assert stored.size == (90, 120), "a camera held upright stores the scene lying down"
