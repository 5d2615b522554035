"""The golden file: the same bytes for the same values, and damage never reaches a verdict."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.golden import Golden, read_golden, write_golden
from skinseg_mobile.runtime_py.errors import InputError
from tests.damage import Trap, damaged_copies


@pytest.fixture
def golden() -> Golden:
    generator = np.random.default_rng(0)
    return Golden(
        ("a", "läsion", "c"),
        generator.integers(0, 256, (3, 5, 7, 3), np.uint8),
        generator.random((3, 5, 7)) < 0.5,
        generator.random((3, 4, 4), np.float32),
    )


def test_round_trip(golden: Golden, tmp_path: Path) -> None:
    write_golden(golden, tmp_path / "golden.npz")
    found = read_golden(tmp_path / "golden.npz")
    assert found.ids == golden.ids
    for name in ("images", "truths", "probabilities"):
        np.testing.assert_array_equal(getattr(found, name), getattr(golden, name), strict=True)


def test_the_same_values_give_the_same_bytes(golden: Golden, tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        write_golden(golden, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_damage_is_one_sentence_or_none_at_all(golden: Golden, tmp_path: Path) -> None:
    path = tmp_path / "golden.npz"
    write_golden(golden, path)
    sentences: list[str] = []
    for content in damaged_copies(path.read_bytes()):
        path.write_bytes(content)
        try:
            found = read_golden(path)
        except InputError as error:
            sentences.append(str(error))
        else:  # the flipped bit was a date or the like
            np.testing.assert_array_equal(found.probabilities, golden.probabilities)
    assert len(sentences) > 100
    assert all(f"golden file {path} is damaged" in s and "\n" not in s for s in sentences)


@pytest.mark.parametrize("name", ["ids", "images", "truths", "probabilities"])
def test_every_array_must_be_there(golden: Golden, tmp_path: Path, name: str) -> None:
    write_golden(golden, tmp_path / "golden.npz")
    with np.load(tmp_path / "golden.npz") as file:
        arrays = {key: file[key] for key in file if key != name}
    np.savez(tmp_path / "golden.npz", **arrays)
    with pytest.raises(InputError, match=name):
        read_golden(tmp_path / "golden.npz")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": ("a", "b")},
        {"ids": ()},
        {"images": np.zeros((3, 5, 7, 4), np.uint8)},
        {"images": np.zeros((3, 5, 7, 3), np.float32)},
        {"images": np.zeros((3, 7, 5, 3), np.uint8)},
        {"images": np.zeros((2, 5, 7, 3), np.uint8)},
        {"truths": np.zeros((3, 5, 7), np.uint8)},
        {"truths": np.zeros((3, 5, 6), bool)},
        {"probabilities": np.zeros((3, 4, 4), np.float64)},
        {"probabilities": np.zeros((3, 1, 4, 4), np.float32)},
        {"probabilities": np.zeros((3, 0, 4), np.float32)},
        {"probabilities": np.zeros((1, 4, 4), np.float32)},
    ],
)
def test_arrays_must_belong_together(golden: Golden, tmp_path: Path, wrong: dict[str, Any]) -> None:
    write_golden(replace(golden, **wrong), tmp_path / "golden.npz")
    with pytest.raises(
        InputError, match=r"golden\.npz (is damaged|does not hold one ground truth)"
    ):
        read_golden(tmp_path / "golden.npz")


def test_no_images_at_all(tmp_path: Path) -> None:
    nothing = Golden(
        (),
        np.zeros((0, 5, 7, 3), np.uint8),
        np.zeros((0, 5, 7), bool),
        np.zeros((0, 4, 4), np.float32),
    )
    write_golden(nothing, tmp_path / "golden.npz")
    with pytest.raises(
        InputError, match=r"golden\.npz (is damaged|does not hold one ground truth)"
    ):
        read_golden(tmp_path / "golden.npz")


def test_a_pickle_is_refused_and_never_opened(golden: Golden, tmp_path: Path) -> None:
    trap = Trap(tmp_path / "sprung")
    arrays: dict[str, Any] = {
        "ids": np.array([trap], object),
        "images": golden.images,
        "truths": golden.truths,
        "probabilities": golden.probabilities,
    }
    np.savez(tmp_path / "golden.npz", allow_pickle=True, **arrays)
    with pytest.raises(InputError, match=r"The golden file .*golden\.npz is damaged"):
        read_golden(tmp_path / "golden.npz")
    assert not trap.path.exists()
    with np.load(tmp_path / "golden.npz", allow_pickle=True) as file:
        file["ids"]
    assert trap.path.exists(), "the trap must be one"
