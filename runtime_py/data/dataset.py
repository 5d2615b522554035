"""Reads the one folder format of photographs and masks; files are found, not yet decoded.

    DIR/images/<id>.jpg|png|…
    DIR/masks/<id>.png  or  <id>_segmentation.png
    DIR/split.csv       optional: id, split, any group columns

Splits: `train`; `dev` for stop rules, searches and rankings; `valid` and `test` are only reported.
A set without `dev` gives it 10 % of train, first in MD5 order of the id.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import SUFFIXES
from skinseg_mobile.runtime_py.storage.atomic import sha256

MASK_SUFFIX = "_segmentation"
DEV_SHARE = 0.1
_BEYOND_HEADER = "\0"  # no column of a readable table can be named so


class Split(StrEnum):
    """What a row of a dataset may be used for."""

    TRAIN = "train"
    DEV = "dev"
    VALID = "valid"
    TEST = "test"


@dataclass(frozen=True)
class Sample:
    """One photograph, its mask where there is one, its split and its groups (column: value)."""

    id: str
    image: Path
    mask: Path | None
    split: Split
    groups: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Dataset:
    """All samples of a folder, in order of their ids."""

    root: Path
    samples: tuple[Sample, ...]

    def of(self, split: Split) -> tuple[Sample, ...]:
        """Return the samples of one split."""
        return tuple(sample for sample in self.samples if sample.split is split)

    def digest(self) -> str:
        """Return the SHA-256 over ids, splits and file contents: names this very data."""
        sha = hashlib.sha256()
        for sample in self.samples:
            sha.update(f"{sample.id}\0{sample.split}\0".encode(errors="surrogateescape"))
            for path in (sample.image, sample.mask):
                sha.update(bytes.fromhex(sha256(path)) if path else hashlib.sha256().digest())
        return sha.hexdigest()


def read_dataset(root: Path, dev_share: float = DEV_SHARE) -> Dataset:
    """Find the samples of a folder; where none is `dev`, that share of train becomes it.

    Raises:
        InputError: no `images/`, nothing in it, two files for one id, or a `split.csv` that
            breaks its rules.
    """
    images = files_by_id(root / "images")
    if not images:
        raise InputError(
            f"{root} has no images in its folder images/. See `skinseg-mobile data --help`."
        )
    masks = masks_by_id(root / "masks")
    table = read_split(root / "split.csv")
    rows = {id_: {"split": "train"} for id_ in images} if table is None else table
    unknown = sorted(set(rows) - set(images))
    if unknown:
        raise InputError(
            f"split.csv names {unknown[0]}, which has no image in {root}. Run `skinseg-mobile"
            " data check`."
        )
    splits = with_dev({id_: Split(row["split"]) for id_, row in rows.items()}, dev_share)
    return Dataset(
        root,
        tuple(
            Sample(id_, images[id_], masks.get(id_), splits[id_], _groups(rows[id_]))
            for id_ in sorted(rows)
        ),
    )


def files_by_id(folder: Path) -> dict[str, Path]:
    """Return the image files of a folder by stem.

    Raises:
        InputError: two files have the same stem.
    """
    return _one_each(paths_by_id(folder))


def masks_by_id(folder: Path) -> dict[str, Path]:
    """Return the mask files of a folder by the id of their photograph.

    Raises:
        InputError: two files are masks of one photograph.
    """
    return _one_each(mask_paths_by_id(folder))


def paths_by_id(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return every image file of a folder by stem; a sound folder has one file each."""
    if not folder.is_dir():
        return {}
    paths: dict[str, tuple[Path, ...]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            paths[path.stem] = (*paths.get(path.stem, ()), path)
    return paths


def mask_paths_by_id(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return every mask file of a folder by the id of its photograph."""
    paths: dict[str, tuple[Path, ...]] = {}
    for stem, found in paths_by_id(folder).items():
        id_ = stem.removesuffix(MASK_SUFFIX)
        paths[id_] = (*paths.get(id_, ()), *found)
    return paths


def _one_each(paths: dict[str, tuple[Path, ...]]) -> dict[str, Path]:
    for id_, found in paths.items():
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise InputError(
                f"The id {id_} has several files in {found[0].parent}: {names}. Keep one."
            )
    return {id_: found[0] for id_, found in paths.items()}


def md5_order(ids: Iterable[str]) -> list[str]:
    """Return ids in the order of their MD5: a fixed shuffle anyone can repeat."""
    return sorted(
        ids,
        key=lambda id_: hashlib.md5(
            id_.encode(errors="surrogateescape"), usedforsecurity=False
        ).hexdigest(),
    )


def split_named(name: str) -> Split:
    """Return a split by name.

    Raises:
        InputError: there is none of that name.
    """
    if name not in list(Split):
        raise InputError(f"The split '{name}' does not exist. Choose one of {', '.join(Split)}.")
    return Split(name)


def select(dataset: Dataset, split: Split | None) -> tuple[Sample, ...]:
    """Return the samples of `split`; None means `valid` where there is one, else all.

    Raises:
        InputError: nothing is in that split, or a sample has no mask.
    """
    chosen = dataset.of(split) if split else dataset.of(Split.VALID) or dataset.samples
    if not chosen:
        raise InputError(f"The split {split} of {dataset.root} is empty. Name another --split.")
    require_masks(chosen)
    return chosen


def require_masks(samples: Sequence[Sample]) -> None:
    """Raise InputError for the first sample without a mask."""
    for sample in samples:
        if sample.mask is None:
            raise InputError(
                f"{sample.id} has no mask, and every image needs one here. Run `skinseg-mobile"
                " data check`."
            )


def read_split(path: Path) -> dict[str, dict[str, str]] | None:
    """Return the rows of `split.csv` by id (column: value, `split` among them), None without one.

    Raises:
        InputError: unreadable, no rows, a column missing, or a row that breaks a rule.
    """
    if not path.exists():
        return None
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey=_BEYOND_HEADER)
            header = list(reader.fieldnames or [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path} could not be read as a UTF-8 table ({error}). Save it again."
        ) from error
    if not {"id", "split"} <= set(header):
        raise InputError(
            f"The header of {path} is '{','.join(header)}' and must name id and split. Add the"
            " missing columns."
        )
    if not rows:
        raise InputError(f"{path} has no rows. Fill it or delete it.")
    for row in rows:
        _require_sound_row(row, path)
    table = {row["id"]: {k: v or "" for k, v in row.items() if k != "id"} for row in rows}
    if len(table) < len(rows):
        raise InputError(
            f"{path} names {len(rows) - len(table)} ids twice. Delete the repeated rows."
        )
    return table


def with_dev(splits: Mapping[str, Split], share: float = DEV_SHARE) -> dict[str, Split]:
    """Return splits by id; where none is `dev`, the first of train in MD5 order become it."""
    if Split.DEV in splits.values():
        return dict(splits)
    train = md5_order(id_ for id_, split in splits.items() if split is Split.TRAIN)
    return {**splits, **dict.fromkeys(train[: int(len(train) * share)], Split.DEV)}


def _require_sound_row(row: dict[str, str], path: Path) -> None:
    if _BEYOND_HEADER in row:
        raise InputError(
            f"The row of {row['id']} in {path} has more values than the header. Quote values that"
            " hold a comma."
        )
    if row["split"] not in list(Split):
        raise InputError(
            f"The split of {row['id']} in {path} is '{row['split'] or ''}'. Write train, dev,"
            " valid or test."
        )


def _groups(row: dict[str, str]) -> dict[str, str]:
    return {column: value for column, value in row.items() if column != "split"}
