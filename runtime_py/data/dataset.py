"""Reads the one folder format of images and masks; files are found, not yet decoded.

    DIR/images/<id>.jpg|png|…
    DIR/masks/<id>.png  or  <id>_segmentation.png
    DIR/split.csv       optional: id, split, and further columns (see `data.columns`)

Splits: `train`; `dev` for stop rules, searches and rankings; `valid` and `test` are only reported.
A set without `dev` gives it 10 % of train, first in MD5 order of the id; images of one patient,
lesion or group go together.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from skinseg_mobile.runtime_py.data.columns import families, groups_of, torn
from skinseg_mobile.runtime_py.data.files import image_and_mask_folders
from skinseg_mobile.runtime_py.data.samples import Sample, require_ground_truth
from skinseg_mobile.runtime_py.data.split_table import SPLIT_TABLE, Row, Split, read_split
from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.runtime_py.numbers import counted
from skinseg_mobile.runtime_py.storage.atomic import sha256

DEV_SHARE = 0.1


@dataclass(frozen=True)
class Dataset:
    """All samples of a folder, in order of their ids."""

    root: Path
    samples: tuple[Sample, ...]
    unlisted: tuple[str, ...] = ()
    """Ids of images that split.csv does not name; they are not used."""
    notes: tuple[str, ...] = ()
    """Sentences on what is there and not used."""

    def of(self, split: Split) -> tuple[Sample, ...]:
        """Return the samples of one split."""
        return tuple(sample for sample in self.samples if sample.split is split)

    def share(self, chosen: Sequence[Sample]) -> str:
        """Return how many of all images were chosen, as reports say it: `2 of 12 (split valid)`."""
        splits = [split for split in Split if any(sample.split is split for sample in chosen)]
        named = f"split {splits[0]}" if len(splits) == 1 else f"splits {', '.join(splits)}"
        return f"{len(chosen)} of {len(self.samples) + len(self.unlisted)} ({named})"

    def digest(self) -> str:
        """Return the SHA-256 over ids, splits and file contents: names this very data."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        sha = hashlib.sha256()
        for sample in self.samples:
            sha.update(f"{sample.id}\0{sample.split}\0".encode(errors="surrogateescape"))
            for path in (sample.image, sample.mask):
                sha.update(bytes.fromhex(sha256(path)) if path else hashlib.sha256().digest())
        return sha.hexdigest()


def read_dataset(root: Path, dev_share: float = DEV_SHARE) -> Dataset:
    """Find the samples of a folder; where none is `dev`, that share of train becomes it.

    Raises:
        InputError: no images, two files for one id, a mask without an image, a file that is
            neither, a `split.csv` that breaks its rules, or a patient in several splits.
    """
    image_files, mask_files = image_and_mask_folders(root)
    images, masks = image_files.one_each(), mask_files.one_each()
    for id_ in sorted(masks.keys() - images.keys()):
        raise InputError(
            f"The mask {masks[id_]} has no image in images/. Add it or remove the mask."
        )
    rows = rows_of(root, images)
    for id_, row in rows.items():
        if id_ not in images:
            raise InputError(unknown_id(root, id_, row))
    for apart in torn(rows):
        raise InputError(apart.sentence)
    splits = with_dev({id_: row.split for id_, row in rows.items()}, dev_share, families(rows))
    groups, notes = groups_of(rows)
    unlisted = tuple(sorted(images.keys() - rows.keys()))
    if unlisted:
        notes = (f"split.csv does not name {_some(unlisted)}, so they are not used.", *notes)
    samples = (
        Sample(id_, images[id_], masks.get(id_), splits[id_], groups[id_]) for id_ in sorted(rows)
    )
    return Dataset(root, tuple(samples), unlisted, notes)


def rows_of(root: Path, ids: Iterable[str]) -> dict[str, Row]:
    """Return the rows of split.csv by id; without one every id is `train`.

    Raises:
        InputError: as `read_split`.
    """
    rows = read_split(root / SPLIT_TABLE)
    return {id_: Row(Split.TRAIN) for id_ in ids} if rows is None else rows


def unknown_id(root: Path, id_: str, row: Row) -> str:
    """Return what is wrong with a row whose image is not there."""
    return (
        f"Line {row.line} of {root / SPLIT_TABLE} names {id_}, which has no image in images/."
        " An id is a file's name without its ending. Correct or delete the line."
    )


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:5])
    return f"{counted(len(ids), 'image')} ({shown}{', …' if len(ids) > 5 else ''})"


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
        raise InputError(f"The split '{name}' does not exist. {choices(name, Split)}")
    return Split(name)


def select(dataset: Dataset, split: Split | None) -> tuple[Sample, ...]:
    """Return the samples of `split`; None means `valid` where there is one, else all.

    Raises:
        InputError: nothing is in that split, a sample has no mask, or the masks say nothing.
    """
    chosen = dataset.of(split) if split else dataset.of(Split.VALID) or dataset.samples
    if not chosen:
        raise InputError(f"The split {split} of {dataset.root} is empty. Name another --split.")
    require_ground_truth(chosen)
    return chosen


def with_dev(
    splits: Mapping[str, Split],
    share: float = DEV_SHARE,
    family: Mapping[str, str] | None = None,
) -> dict[str, Split]:
    """Return splits by id; where none is `dev`, the first of train in MD5 order become it.

    `family` names the ids that go together; one family alone stays in train.
    """
    if Split.DEV in splits.values():
        return dict(splits)
    train = [id_ for id_, split in splits.items() if split is Split.TRAIN]
    return {
        **splits,
        **dict.fromkeys(first_whole(train, int(len(train) * share), family), Split.DEV),
    }


def first_whole(
    ids: Iterable[str], wanted: int, family: Mapping[str, str] | None = None
) -> list[str]:
    """Return `wanted` ids in MD5 order, or a few more so that no family is torn; never all."""
    ordered = md5_order(ids)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for id_ in ordered:
        members[family[id_] if family else id_].append(id_)
    chosen: list[str] = []
    for some in list(members.values())[:-1]:
        if len(chosen) >= wanted:
            break
        chosen += some
    return chosen
