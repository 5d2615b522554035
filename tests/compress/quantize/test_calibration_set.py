"""The calibration set: train only, every group in its turn, the same draw each time."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from skinseg_mobile.compress.quantize.calibration_set import (
    Calibration,
    calibration_set,
    read_calibration_set,
    read_ids,
)
from skinseg_mobile.runtime_py.data.dataset import Dataset, Sample, Split, md5_order
from skinseg_mobile.runtime_py.errors import InputError
from tests.refused import Refused


def dataset(rows: Iterable[tuple[str, Split, str]]) -> Dataset:
    samples = (
        Sample(id_, Path(f"{id_}.png"), None, split, {"diagnosis": group})
        for id_, split, group in rows
    )
    return Dataset(Path("somewhere"), tuple(samples))


MIXED = dataset(
    [
        *[(f"n{i}", Split.TRAIN, "nevus") for i in range(40)],
        *[(f"m{i}", Split.TRAIN, "melanoma") for i in range(3)],
        *[(f"k{i}", Split.TRAIN, "keratosis") for i in range(10)],
        *[(f"v{i}", Split.VALID, "melanoma") for i in range(9)],
        ("d", Split.DEV, "melanoma"),
    ]
)


def ids_of(samples: Iterable[Sample]) -> list[str]:
    return [sample.id for sample in samples]


def test_groups_take_turns_until_one_is_used_up() -> None:
    chosen = calibration_set(MIXED, Calibration(count=15))
    counts = Counter(sample.groups["diagnosis"] for sample in chosen)
    assert counts == {"nevus": 6, "keratosis": 6, "melanoma": 3}
    for letter in "nmk":
        mine = [id_ for id_ in ids_of(chosen) if id_.startswith(letter)]
        every = [s.id for s in MIXED.of(Split.TRAIN) if s.id.startswith(letter)]
        assert mine == md5_order(every)[: len(mine)]


def test_a_longer_set_begins_with_a_shorter_one_and_ends_with_all_of_train() -> None:
    longest = ids_of(calibration_set(MIXED, Calibration(count=1000)))
    assert set(longest) == {s.id for s in MIXED.of(Split.TRAIN)}
    for count in (1, 4, 15):
        assert ids_of(calibration_set(MIXED, Calibration(count=count))) == longest[:count]


def test_named_ids_keep_their_order_and_count_once() -> None:
    chosen = calibration_set(MIXED, Calibration(ids=("n3", "m1", "n3")))
    assert ids_of(chosen) == ["n3", "m1"]


@pytest.mark.parametrize(
    ("id_", "why"), [("v1", "v1 is of valid"), ("d", "d is of dev"), ("x", "x is not in somewhere")]
)
def test_ids_of_other_splits_are_refused(id_: str, why: str) -> None:
    with pytest.raises(InputError, match=f"{why}, and calibration takes train images alone"):
        calibration_set(MIXED, Calibration(ids=("n3", id_)))


def test_the_record_says_what_was_measured_on(data: Dataset) -> None:
    train = [sample.id for sample in data.of(Split.TRAIN)]
    found = read_calibration_set(data, Calibration(ids=tuple(train[:2]), percentile=99.9), (32, 48))
    assert found.images.shape == (2, 3, 32, 48)
    assert found.record["ids"] == train[:2]
    assert found.record["percentile"] == 99.9
    assert found.record["sha256"] == data.digest()


def test_lists_of_ids(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("a\n\nb\n")
    assert read_ids(tmp_path / "ids.txt") == ("a", "b")
    (tmp_path / "none.txt").write_text("\n")
    with pytest.raises(InputError, match="names no ids"):
        read_ids(tmp_path / "none.txt")
    with pytest.raises(InputError, match="UTF-8 text"):
        read_ids(tmp_path)


def test_the_command_refuses_before_it_writes(
    refused: Refused, tiny: Path, lesions: Path, data: Dataset, tmp_path: Path
) -> None:
    valid, *_ = data.of(Split.VALID)
    (tmp_path / "ids.txt").write_text(valid.id)
    command = ("compress", "quantize", tiny, "--data", lesions, "--out", tmp_path / "out")
    assert f"{valid.id} is of valid" in refused(*command, "--ids", "ids.txt")
    assert "count is 0" in refused(*command, "--count", "0")
    assert "missing.txt could not be read" in refused(*command, "--ids", "missing.txt")


def test_an_id_may_hold_spaces(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("my photo 1\n\n  b  \r\nc")
    assert read_ids(tmp_path / "ids.txt") == ("my photo 1", "b", "c")
