"""Synthetic scenes: the same at every size, exact, varied, and no gift to a global threshold."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.synth import Scene, draw, write_set
from skinseg_mobile.train.synth.grid import Grid
from skinseg_mobile.train.synth.key import SceneKey
from skinseg_mobile.train.synth.scene import SCENES

TASKS = ("lesion", "skin")


@cache
def scene(task: str, index: int, size: int = 96) -> Scene:
    return draw(task, 1, index, size)


def shrunk(mask: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    grey = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(grey.resize((side, side), Image.Resampling.BOX)) >= 128


def jaccard(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / (a | b).sum())


def otsu(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The darker side of the threshold that splits the grey levels into the two tightest halves."""
    grey = np.asarray(Image.fromarray(image).convert("L"))
    best, threshold = -1.0, 0
    for level in range(255):
        dark, bright = grey[grey <= level], grey[grey > level]
        if len(dark) and len(bright):
            between = len(dark) * len(bright) * (dark.mean() - bright.mean()) ** 2
            best, threshold = max((best, threshold), (float(between), level))
    return grey <= threshold


@pytest.mark.parametrize("task", TASKS)
def test_same_key_same_scene(task: str) -> None:
    first, second = draw(task, 5, 3, 64), draw(task, 5, 3, 64)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)
    assert (first.skin_type, first.task) == (second.skin_type, task)


@pytest.mark.parametrize("task", TASKS)
def test_other_key_other_scene(task: str) -> None:
    first = draw(task, 5, 3, 64).image
    assert not np.array_equal(first, draw(task, 5, 4, 64).image)
    assert not np.array_equal(first, draw(task, 6, 3, 64).image)


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("index", range(6))
def test_a_scene_is_the_same_at_every_size(task: str, index: int) -> None:
    small, large = draw(task, 2, index, 256), draw(task, 2, index, (900, 1200))
    assert jaccard(small.mask, shrunk(large.mask, 256)) > 0.98
    a, b = (Image.fromarray(s.image).resize((64, 64), Image.Resampling.BOX) for s in (small, large))
    difference = np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64))
    assert difference.mean() < 2.5  # grey levels: what one size shows and the other cannot


@pytest.mark.slow
def test_beyond_the_plate_it_is_still_the_same_scene() -> None:
    small, large = draw("lesion", 2, 0, 256), draw("lesion", 2, 0, (1800, 2400))
    assert large.image.shape == (1800, 2400, 3)
    assert jaccard(small.mask, shrunk(large.mask, 256)) > 0.98


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_shapes_types_and_some_of_both_in_the_mask(task: str) -> None:
    for index in range(60):
        drawn = scene(task, index)
        assert drawn.image.shape == (96, 96, 3)
        assert drawn.image.dtype == np.uint8
        assert drawn.mask.shape == (96, 96)
        assert drawn.mask.dtype == np.bool_
        assert 0.02 < drawn.mask.mean() < 0.97


def test_lesions_cover_three_to_fifty_percent() -> None:
    shares = [float(scene("lesion", index).mask.mean()) for index in range(60)]
    assert min(shares) > 0.025
    assert max(shares) < 0.55
    assert max(shares) > 4 * min(shares)


@pytest.mark.parametrize("task", TASKS)
def test_all_skin_types_appear(task: str) -> None:
    assert {scene(task, index).skin_type for index in range(60)} == {1, 2, 3, 4, 5, 6}


def test_darker_types_have_darker_skin() -> None:
    grey: dict[int, list[float]] = {skin_type: [] for skin_type in range(1, 7)}
    for index in range(60):
        drawn = scene("skin", index)
        grey[drawn.skin_type].append(float(np.median(drawn.image[drawn.mask])))
    assert np.mean(grey[6]) < np.mean(grey[4]) < np.mean(grey[1])


def test_a_lesion_is_darker_or_redder_than_the_skin_around_it() -> None:
    seen = [scene("lesion", index) for index in range(40)]
    inside = np.array([s.image[s.mask][:, 1].mean() for s in seen])
    ring = np.array([s.image[ring_around(s.mask)][:, 1].mean() for s in seen])
    assert ((ring - inside) > 5).mean() > 0.9


def ring_around(mask: NDArray[np.bool_], width: int = 8) -> NDArray[np.bool_]:
    """The pixels outside a mask that are at most `width` steps away from it."""
    grown = mask.copy()
    for _ in range(width):
        padded = np.pad(grown, 1)
        grown = grown | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return grown & ~mask


def test_one_threshold_for_all_does_not_find_the_lesions() -> None:
    scores = [jaccard(otsu(scene("lesion", i).image), scene("lesion", i).mask) for i in range(40)]
    assert np.mean(scores) < 0.6


@pytest.mark.parametrize("task", TASKS)
def test_scenes_are_computed_in_float32(task: str) -> None:
    for index in range(12):  # NumPy turns to float64 without a word: twice the memory and time
        plate = SCENES[task](SceneKey(task, 0, index), 3, Grid(32, 40))
        assert plate.light.dtype == np.float32
        assert plate.distance.dtype == np.float32


def test_a_written_set_reads_back(tmp_path: Path) -> None:
    told: list[int] = []
    write_set(tmp_path / "set", 10, 4, "lesion", (48, 64), told.append)
    assert told == list(range(1, 11))
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
    with (tmp_path / "set" / "split.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f"synth_{index:07d}" for index in range(10)]
    assert [row["split"] for row in rows] == ["train"] * 7 + ["dev"] + ["valid"] * 2
    for index, row in enumerate(rows):
        drawn = draw("lesion", 4, index, (48, 64))
        assert row["skin_type"] == str(drawn.skin_type)
        with Image.open(tmp_path / "set" / "masks" / f"{row['id']}.png") as mask:
            assert mask.mode == "1"
            assert np.array_equal(np.asarray(mask), drawn.mask)
        with Image.open(tmp_path / "set" / "images" / f"{row['id']}.jpg") as image:
            error = np.asarray(image, np.float64) - drawn.image
            assert np.abs(error).mean() < 3  # JPEG at quality 95


def test_an_existing_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(InputError, match="set already exists"):
        write_set(tmp_path / "set", 1, 0, "lesion", (32, 32))
    assert list((tmp_path / "set").iterdir()) == []


def test_a_failed_set_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(done: int) -> None:
        raise RuntimeError(f"stopped after {done}")

    with pytest.raises(RuntimeError, match="stopped after 1"):
        write_set(tmp_path / "set", 3, 0, "lesion", (32, 32), stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("task", "seed", "index", "size"),
    [
        ("wound", 0, 0, 64),
        ("skin", -1, 0, 64),
        ("skin", 0, -1, 64),
        ("skin", 0, 0, (64, 8)),
        ("skin", 0, 0, (20_000, 20_000)),
    ],
)
def test_bad_arguments(task: str, seed: int, index: int, size: int | tuple[int, int]) -> None:
    with pytest.raises(InputError):
        draw(task, seed, index, size)


def test_a_set_needs_a_scene_and_a_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one scene or more"):
        write_set(tmp_path / "set", 0, 0, "lesion")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file.set could not be written \(.+\)"):
        write_set(tmp_path / "file" / "set", 1, 0, "lesion")
