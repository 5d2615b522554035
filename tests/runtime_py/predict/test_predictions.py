"""Saved predictions: read back as written, never over another file, damage is one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.predict.predictions import (
    Predictions,
    read_predictions,
    write_predictions,
)
from tests.damage import Trap, damaged_copies

MAPS = {
    name: np.random.default_rng(seed).random((6, 4), np.float32)
    for seed, name in enumerate(("läsion", "b", "ISIC_0000001"))
}
SAVED = Predictions("c" * 64, "lean (checkpoint)", MAPS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "saved.npz"
    write_predictions(SAVED, path)
    return path


def test_round_trip(file: Path) -> None:
    found = read_predictions(file)
    assert (found.checkpoint_sha256, found.label) == (SAVED.checkpoint_sha256, SAVED.label)
    assert list(found.maps) == list(MAPS)
    for name, probability in MAPS.items():
        np.testing.assert_array_equal(found.maps[name], probability, strict=True)
    assert [path.name for path in file.parent.iterdir()] == ["saved.npz"]


def test_the_name_is_kept_as_it_was_given(tmp_path: Path) -> None:
    write_predictions(SAVED, tmp_path / "saved")  # numpy alone would add .npz
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


def test_nothing_is_overwritten(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(InputError, match=f"{file} already exists"):
        write_predictions(SAVED, file)
    assert file.read_bytes() == before


def test_unwritable_place(file: Path) -> None:
    with pytest.raises(InputError, match="could not be written"):
        write_predictions(SAVED, file / "below")


def test_damage_is_one_sentence_or_none_at_all(file: Path) -> None:
    sentences: list[str] = []
    for content in damaged_copies(file.read_bytes()):
        file.write_bytes(content)
        try:
            found = read_predictions(file)
        except InputError as error:
            sentences.append(str(error))
        else:
            np.testing.assert_array_equal(found.maps["b"], MAPS["b"])
    assert len(sentences) > 100
    assert all("is no file of predictions" in s and "\n" not in s for s in sentences)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": np.array(["a", "b"])},
        {"ids": np.array([1, 2, 3])},
        {"probabilities": np.zeros((3, 6, 4), np.float64)},
        {"probabilities": np.zeros((3, 6), np.float32)},
        {"checkpoint_sha256": np.array(3)},
        {"label": np.array(["a", "b"])},
    ],
)
def test_arrays_of_another_kind(file: Path, wrong: dict[str, Any]) -> None:
    with np.load(file) as archive:
        arrays = dict(archive) | wrong
    with file.open("wb") as out:
        np.savez(out, **arrays)
    with pytest.raises(InputError, match="is no file of predictions"):
        read_predictions(file)


def test_a_pickle_is_refused_and_never_opened(file: Path) -> None:
    trap = Trap(file.parent / "sprung")
    with np.load(file) as archive:
        arrays: dict[str, Any] = {**archive, "label": np.array(trap, object)}
    with file.open("wb") as out:
        np.savez(out, allow_pickle=True, **arrays)
    with pytest.raises(InputError, match="is no file of predictions"):
        read_predictions(file)
    assert not trap.path.exists()


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"saved\.npz is not there\. Write"):
        read_predictions(tmp_path / "saved.npz")
