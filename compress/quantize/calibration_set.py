"""Chooses the photographs that ranges are measured on: some of `train`, every group among them.

Ranges are fitted numbers like weights, so only `train` rows are ever read. Groups take turns, each
in MD5 order of its ids: the rare ones are as well seen as the common ones, a longer set begins
with a shorter one, and anyone can repeat the draw.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from skinseg_mobile.runtime_py.data.dataset import Dataset, Sample, Split, md5_order
from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.settings import COUNT, Allowed, require

IMAGES = 256
PERCENTILE = Allowed(lambda value: 90 <= value <= 100, "90 to 100")
ORDER = "groups in turn, md5"


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How ranges are measured."""

    count: int = IMAGES
    """Photographs of the calibration set, or all of train where it has fewer."""
    percentile: float = 100.0
    """Share of an operation's values, in percent, that its range holds; 100: all of them."""
    ids: tuple[str, ...] = ()
    """The calibration set itself, in place of the draw."""

    def __post_init__(self) -> None:
        require(self, count=COUNT, percentile=PERCENTILE)


def calibration_set(data: Dataset, calibration: Calibration) -> tuple[Sample, ...]:
    """Return the chosen train samples.

    Raises:
        InputError: there is no train photograph, or an id that is none.
    """
    train = {sample.id: sample for sample in data.of(Split.TRAIN)}
    if not train:
        raise InputError(
            f"{data.root} has no train images, and calibration takes them alone. Add a split.csv."
        )
    if calibration.ids:
        _require_train(calibration.ids, data)
        return tuple(train[id_] for id_ in dict.fromkeys(calibration.ids))
    return tuple(train[id_] for id_ in _in_turn(train)[: calibration.count])


def _in_turn(train: dict[str, Sample]) -> list[str]:
    """Return ids: the first of every group, the second of every group, and so on."""
    seen: Counter[tuple[str, ...]] = Counter()
    turn: dict[str, int] = {}
    for id_ in md5_order(train):
        group = tuple(train[id_].groups.values())
        turn[id_] = seen[group]
        seen[group] += 1
    return sorted(turn, key=lambda id_: turn[id_])  # stable: within a turn, MD5 order


def _require_train(ids: Sequence[str], data: Dataset) -> None:
    splits = {sample.id: sample.split for sample in data.samples}
    for id_ in ids:
        if splits.get(id_) is not Split.TRAIN:
            found = f"of {splits[id_]}" if id_ in splits else f"not in {data.root}"
            raise InputError(
                f"{id_} is {found}, and calibration takes train images alone. Take it off the list."
            )


def read_ids(path: Path) -> tuple[str, ...]:
    """Return the ids of a text file, one a line.

    Raises:
        InputError: it cannot be read or names none.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} could not be read as UTF-8 text ({because(error)}). Save the list of"
            " ids again."
        ) from error
    ids = tuple(filter(None, map(str.strip, lines)))
    if not ids:
        raise InputError(f"{path} names no ids. Write one a line.")
    return ids


def read_images(samples: Sequence[Sample], size: tuple[int, int]) -> Tensor:
    """Decode photographs for a net of `size` (height, width): (N, 3, H, W) float32 in [0, 255]."""
    found = [
        torch.from_numpy(to_tensor(read_photo(sample.image), *size))
        for sample in track(samples, "reading the calibration set")
    ]
    return torch.stack(found).permute(0, 3, 1, 2).contiguous()


@dataclass(frozen=True)
class CalibrationSet:
    """A decoded calibration set."""

    images: Tensor
    """(N, 3, H, W) float32 in [0, 255], at the net's input size."""
    percentile: float
    """Share of the values that a range holds, in percent."""
    record: dict[str, Any]
    """What `quantization.json` says of it."""


def read_calibration_set(
    data: Dataset, calibration: Calibration, size: tuple[int, int]
) -> CalibrationSet:
    """Choose and decode a calibration set for a net of `size` (height, width).

    Raises:
        InputError: there is no train photograph, an id is none, or a file cannot be read.
    """
    samples = calibration_set(data, calibration)
    record = {
        "name": data.root.name,
        "sha256": data.digest(),
        "order": "a list of ids" if calibration.ids else ORDER,
        "percentile": calibration.percentile,
        "ids": [sample.id for sample in samples],
    }
    return CalibrationSet(read_images(samples, size), calibration.percentile, record)
