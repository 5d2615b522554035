"""Turns a dataset folder into the list of everything that is wrong with it.

    split        split.csv breaks its rules; leakage is then not judged
    unpaired     photograph without mask, mask without photograph, row without photograph
    same id      two files for one id (a.jpg and a.png): which one counts would be chance
    unreadable   missing, damaged, animated or over the limit
    size         a mask of another size than its photograph as displayed
    empty        a mask without one true pixel
    non-binary   a mask of more than two grey levels (saved as JPEG, or smoothed)
    leakage      the same pixels in several splits: scores would be measured on what was trained on
    duplicate    the same pixels twice in one split

Every file is decoded once, and nothing but its size and a hash is kept of it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.data.dataset import (
    Split,
    mask_paths_by_id,
    paths_by_id,
    read_split,
    with_dev,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import MASK_LEVEL, read_mask_levels, read_photo
from skinseg_mobile.runtime_py.progress import track


class DataProblem(StrEnum):
    """What can be wrong; findings are listed in this order."""

    SPLIT = "split"
    UNPAIRED = "unpaired"
    SAME_ID = "same id"
    UNREADABLE = "unreadable"
    SIZE = "size"
    EMPTY = "empty"
    NON_BINARY = "non-binary"
    LEAKAGE = "leakage"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class DataFinding:
    """One thing that is wrong: what, at which ids and files, and a sentence that says it."""

    kind: DataProblem
    ids: tuple[str, ...]
    paths: tuple[Path, ...]
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {
            "kind": str(self.kind),
            "ids": list(self.ids),
            "paths": [str(path) for path in self.paths],
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class _Seen:
    """What is kept of a file: (height, width), a hash of a photograph's pixels, what is wrong."""

    id: str
    path: Path
    size: tuple[int, int] | None = None
    pixels: str | None = None
    findings: tuple[DataFinding, ...] = ()


_Paths = Mapping[str, tuple[Path, ...]]
_KINDS = tuple(DataProblem)


def check(root: Path) -> tuple[DataFinding, ...]:
    """Return everything that is wrong with a dataset folder, kind by kind, in order of the ids.

    Raises:
        InputError: the folder has no `images/` or nothing in it.
    """
    images, masks = paths_by_id(root / "images"), mask_paths_by_id(root / "masks")
    if not images:
        raise InputError(
            f"{root} has no images in its folder images/. See `skinseg-mobile data --help`."
        )
    splits, broken = _read_splits(root / "split.csv", images)
    photos = [_see_photo(*file) for file in track(_files(images), "checking photographs")]
    truths = [_see_mask(*file) for file in track(_files(masks), "checking masks")]
    findings = (
        *broken,
        *_unpaired(root, images, masks, splits),
        *_same_id(images),
        *_same_id(masks),
        *(finding for seen in (*photos, *truths) for finding in seen.findings),
        *_size_mismatches(photos, truths),
        *_repetitions(photos, splits),
    )
    return tuple(sorted(findings, key=lambda f: (_KINDS.index(f.kind), f.ids, f.paths)))


def _read_splits(path: Path, images: _Paths) -> tuple[dict[str, Split], tuple[DataFinding, ...]]:
    """Return the split of each id as training would use it; none where split.csv is broken."""
    try:
        rows = read_split(path)
    except InputError as error:
        return {}, (
            DataFinding(DataProblem.SPLIT, (), (path,), f"{error} Leakage was not judged."),
        )
    if rows is None:
        return with_dev(dict.fromkeys(images, Split.TRAIN)), ()
    return with_dev({id_: Split(row["split"]) for id_, row in rows.items()}), ()


def _files(paths: _Paths) -> list[tuple[str, Path]]:
    return [(id_, path) for id_, found in paths.items() for path in found]


def _unpaired(
    root: Path, images: _Paths, masks: _Paths, splits: Mapping[str, Split]
) -> Iterator[DataFinding]:
    for id_ in images.keys() - masks.keys():
        sentence = f"{id_} has no mask in masks/. Add it."
        yield DataFinding(DataProblem.UNPAIRED, (id_,), images[id_], sentence)
    for id_ in masks.keys() - images.keys():
        sentence = f"The mask of {id_} has no image in images/. Add it."
        yield DataFinding(DataProblem.UNPAIRED, (id_,), masks[id_], sentence)
    for id_ in splits.keys() - images.keys():
        sentence = f"split.csv names {id_}, which has no image in images/. Delete its row."
        yield DataFinding(DataProblem.UNPAIRED, (id_,), (root / "split.csv",), sentence)


def _same_id(files: _Paths) -> Iterator[DataFinding]:
    for id_, paths in files.items():
        if len(paths) > 1:
            names = " and ".join(path.name for path in paths)
            folder = paths[0].parent.name
            sentence = f"The id {id_} has several files in {folder}/: {names}. Keep one."
            yield DataFinding(DataProblem.SAME_ID, (id_,), paths, sentence)


def _see_photo(id_: str, path: Path) -> _Seen:
    try:
        photo = read_photo(path)
    except InputError as error:
        return _unreadable(id_, path, error)
    height, width, _ = photo.shape
    pixels = hashlib.sha256(f"{height} {width} ".encode())
    pixels.update(np.ascontiguousarray(photo).data)
    return _Seen(id_, path, (height, width), pixels.hexdigest())


def _see_mask(id_: str, path: Path) -> _Seen:
    try:
        grey = read_mask_levels(path)
    except InputError as error:
        return _unreadable(id_, path, error)
    height, width = grey.shape
    return _Seen(id_, path, (height, width), findings=tuple(_odd_levels(id_, path, grey)))


def _unreadable(id_: str, path: Path, error: InputError) -> _Seen:
    finding = DataFinding(DataProblem.UNREADABLE, (id_,), (path,), str(error))
    return _Seen(id_, path, findings=(finding,))


def _odd_levels(id_: str, path: Path, grey: NDArray[np.uint8]) -> Iterator[DataFinding]:
    levels = np.flatnonzero(np.bincount(grey.ravel(), minlength=256))
    if levels[-1] < MASK_LEVEL:
        sentence = (
            f"The mask {path.name} has no pixel of grey level {MASK_LEVEL} or more, its brightest"
            f" is {levels[-1]}. Draw it with 0 and 255."
        )
        yield DataFinding(DataProblem.EMPTY, (id_,), (path,), sentence)
    if len(levels) > 2:
        sentence = (
            f"The mask {path.name} has {len(levels)} grey levels instead of 2. Threshold it and"
            " save it as PNG."
        )
        yield DataFinding(DataProblem.NON_BINARY, (id_,), (path,), sentence)


def _size_mismatches(photos: Iterable[_Seen], masks: Iterable[_Seen]) -> Iterator[DataFinding]:
    by_id: dict[str, list[_Seen]] = {}
    for mask in masks:
        by_id.setdefault(mask.id, []).append(mask)
    for photo in photos:
        for mask in by_id.get(photo.id, ()):
            if photo.size and mask.size and photo.size != mask.size:
                sentence = (
                    f"The image {photo.path.name} is {photo.size[1]}×{photo.size[0]} pixels as"
                    f" displayed (EXIF applied) and its mask {mask.path.name} is"
                    f" {mask.size[1]}×{mask.size[0]}. Save the mask at the image's size."
                )
                yield DataFinding(DataProblem.SIZE, (photo.id,), (photo.path, mask.path), sentence)


def _repetitions(photos: Iterable[_Seen], splits: Mapping[str, Split]) -> Iterator[DataFinding]:
    by_pixels: dict[str, list[_Seen]] = {}
    for photo in photos:
        if photo.pixels:
            by_pixels.setdefault(photo.pixels, []).append(photo)
    return (_repetition(same, splits) for same in by_pixels.values() if len(same) > 1)


def _repetition(same: list[_Seen], splits: Mapping[str, Split]) -> DataFinding:
    """Return LEAKAGE where the photographs stand in several splits, else DUPLICATE."""
    ids = tuple(dict.fromkeys(photo.id for photo in same))
    paths = tuple(photo.path for photo in same)
    where = {id_: splits[id_] for id_ in ids if id_ in splits}
    if len(set(where.values())) > 1:
        names = " and ".join(f"{id_} ({split})" for id_, split in where.items())
        sentence = f"{names} show the same image in different splits. Keep one."
        return DataFinding(DataProblem.LEAKAGE, ids, paths, sentence)
    names = " and ".join(path.name for path in paths)
    sentence = f"{names} show the same image. Keep one."
    return DataFinding(DataProblem.DUPLICATE, ids, paths, sentence)
