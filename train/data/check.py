"""Turns a dataset folder into the list of everything that is wrong with it.

    split           split.csv breaks its rules; leakage is then not checked
    not used        a file that is no image, a folder, an image that split.csv does not name
    unpaired        image without mask, mask without image, row without image
    same id         two files for one id (a.jpg and a.png): which one counts would be chance
    unreadable      missing, damaged, animated or over the limit
    size            a mask of another size than its image as displayed
    empty           a mask without one true pixel
    ground truth    a split in which no mask holds both lesion and background; no command takes it
    inverted        most masks are True along the border of the image
    non-binary      a mask of more than two grey levels (saved as JPEG, or smoothed)
    leakage         the same pixels, patient, lesion or group in several splits: scores would be
                    measured on what was trained on
    near-duplicate  nearly the same image in several splits (see `likeness`)
    duplicate       the same pixels twice in one split

Of each image only its size, a hash and 16×16 values are kept.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.data.columns import families, torn
from skinseg_mobile.runtime_py.data.dataset import rows_of, unknown_id, with_dev
from skinseg_mobile.runtime_py.data.files import ImageFolder, image_and_mask_folders
from skinseg_mobile.runtime_py.data.split_table import SPLIT_TABLE, Row, Split
from skinseg_mobile.runtime_py.errors import InputError, SkinsegError
from skinseg_mobile.runtime_py.images.image_file import MASK_LEVEL, read_mask_levels, read_photo
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.data.likeness import Look, alike, look_of


class DataProblem(StrEnum):
    """What can be wrong; findings are listed in this order."""

    SPLIT = "split"
    NOT_USED = "not used"
    UNPAIRED = "unpaired"
    SAME_ID = "same id"
    UNREADABLE = "unreadable"
    SIZE = "size"
    EMPTY = "empty"
    GROUND_TRUTH = "ground truth"
    INVERTED = "inverted"
    NON_BINARY = "non-binary"
    LEAKAGE = "leakage"
    NEAR_DUPLICATE = "near-duplicate"
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
    """What is kept of a file; None and no findings where it could not be read."""

    id: str
    path: Path
    size: tuple[int, int] | None = None
    """(height, width)."""
    pixels: str | None = None
    """Hash of an image's pixels."""
    look: Look | None = None
    truth: "_Truth | None" = None
    findings: tuple[DataFinding, ...] = ()


@dataclass(frozen=True)
class _Truth:
    """What a mask says as a whole."""

    any: bool
    all: bool
    border: float
    """Share of the border's pixels that are True."""

    @property
    def inverted(self) -> bool:
        """Whether it looks so: True all around something False."""
        return not self.all and self.border > MOSTLY


_Paths = Mapping[str, tuple[Path, ...]]
_KINDS = tuple(DataProblem)
MOSTLY = 0.9


def check(root: Path) -> tuple[DataFinding, ...]:
    """Return everything that is wrong with a dataset folder, kind by kind, in order of the ids.

    Raises:
        InputError: no images in `images/`, or a file name that is not printable UTF-8.
    """
    images, masks = image_and_mask_folders(root)
    rows, broken = _read_rows(root, images)
    splits = with_dev({id_: row.split for id_, row in rows.items()}, family=families(rows))
    photos = [_see_photo(*file) for file in track(_files(images.by_id), "checking images")]
    truths = [_see_mask(*file) for file in track(_files(masks.by_id), "checking masks")]
    findings = (
        *broken,
        *_not_used(images, masks, splits),
        *_unpaired(root, images.by_id, masks.by_id, rows),
        *_same_id(images),
        *_same_id(masks),
        *(finding for seen in (*photos, *truths) for finding in seen.findings),
        *_size_mismatches(photos, truths),
        *_useless(truths, splits),
        *_inverted(truths),
        *_torn(root, rows),
        *_repetitions(photos, splits),
        *_near_duplicates(photos, splits),
    )
    return tuple(sorted(findings, key=lambda f: (_KINDS.index(f.kind), f.ids, f.paths)))


def _read_rows(
    root: Path, images: ImageFolder
) -> tuple[Mapping[str, Row], tuple[DataFinding, ...]]:
    """Return the rows of split.csv as training would use them; none where it is broken."""
    try:
        return rows_of(root, images.by_id), ()
    except InputError as error:
        sentence = f"{error} Leakage was not checked."
        return {}, (DataFinding(DataProblem.SPLIT, (), (root / SPLIT_TABLE,), sentence),)


def _not_used(
    images: ImageFolder, masks: ImageFolder, splits: Mapping[str, Split]
) -> Iterator[DataFinding]:
    for path, sentence in (images.not_used() | masks.not_used()).items():
        yield DataFinding(DataProblem.NOT_USED, (), (path,), sentence)
    for id_ in images.by_id.keys() - splits.keys() if splits else ():
        sentence = f"split.csv does not name {id_}, so it is not used. Add a row for it."
        yield DataFinding(DataProblem.NOT_USED, (id_,), images.by_id[id_], sentence)


def _files(paths: _Paths) -> list[tuple[str, Path]]:
    return [(id_, path) for id_, found in paths.items() for path in found]


def _unpaired(
    root: Path, images: _Paths, masks: _Paths, rows: Mapping[str, Row]
) -> Iterator[DataFinding]:
    for id_ in images.keys() - masks.keys():
        sentence = f"{id_} has no mask in masks/. Add it."
        yield DataFinding(DataProblem.UNPAIRED, (id_,), images[id_], sentence)
    for id_ in masks.keys() - images.keys():
        sentence = f"The mask of {id_} has no image in images/. Add it."
        yield DataFinding(DataProblem.UNPAIRED, (id_,), masks[id_], sentence)
    for id_ in rows.keys() - images.keys():
        sentence = unknown_id(root, id_, rows[id_])
        yield DataFinding(DataProblem.UNPAIRED, (id_,), (root / SPLIT_TABLE,), sentence)


def _same_id(folder: ImageFolder) -> Iterator[DataFinding]:
    for id_, sentence in folder.repeated().items():
        yield DataFinding(DataProblem.SAME_ID, (id_,), folder.by_id[id_], sentence)


def _see_photo(id_: str, path: Path) -> _Seen:
    try:
        photo = read_photo(path)
    except SkinsegError as error:
        return _unreadable(id_, path, error)
    height, width, _ = photo.shape
    pixels = hashlib.sha256(f"{height} {width} ".encode())
    pixels.update(photo.data)
    return _Seen(id_, path, (height, width), pixels.hexdigest(), look_of(photo))


def _see_mask(id_: str, path: Path) -> _Seen:
    try:
        grey = read_mask_levels(path)
    except SkinsegError as error:
        return _unreadable(id_, path, error)
    height, width = grey.shape
    truth = grey >= MASK_LEVEL
    border = np.concatenate((truth[0], truth[-1], truth[:, 0], truth[:, -1]))
    return _Seen(
        id_,
        path,
        (height, width),
        truth=_Truth(bool(truth.any()), bool(truth.all()), float(border.mean())),
        findings=tuple(_odd_levels(id_, path, grey)),
    )


def _unreadable(id_: str, path: Path, error: SkinsegError) -> _Seen:
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


def _useless(masks: Iterable[_Seen], splits: Mapping[str, Split]) -> Iterator[DataFinding]:
    """Yield the splits whose ground truth says nothing, which every command refuses."""
    by_split: defaultdict[str, list[_Seen]] = defaultdict(list)
    for mask in masks:
        if mask.truth:
            by_split[splits.get(mask.id, "no split")].append(mask)
    for split, some in by_split.items():
        if not any(mask.truth and mask.truth.any and not mask.truth.all for mask in some):
            ids, paths = tuple(mask.id for mask in some), tuple(mask.path for mask in some)
            sentence = (
                f"No mask of the {len(some)} in {split} holds both lesion and background, so it"
                " can neither teach nor score. Draw the lesion with 255 and the rest with 0."
            )
            yield DataFinding(DataProblem.GROUND_TRUTH, ids, paths, sentence)


def _inverted(masks: Sequence[_Seen]) -> Iterator[DataFinding]:
    odd = [mask for mask in masks if mask.truth and mask.truth.inverted]
    if 2 * len(odd) > len(masks):
        ids, paths = tuple(mask.id for mask in odd), tuple(mask.path for mask in odd)
        sentence = (
            f"{len(odd)} of {len(masks)} masks are True along the border and False inside, such as"
            f" {paths[0].name}. If the lesion is the False part, invert them."
        )
        yield DataFinding(DataProblem.INVERTED, ids, paths, sentence)


def _torn(root: Path, rows: Mapping[str, Row]) -> Iterator[DataFinding]:
    for apart in torn(rows):
        yield DataFinding(DataProblem.LEAKAGE, apart.ids, (root / SPLIT_TABLE,), apart.sentence)


def _near_duplicates(photos: Iterable[_Seen], splits: Mapping[str, Split]) -> Iterator[DataFinding]:
    """Yield pairs of different splits; the same pixels are `_repetitions`."""
    seen = [photo for photo in photos if photo.look is not None and photo.id in splits]
    looks = np.array([photo.look for photo in seen], np.float32)
    for row, other, correlation in alike(looks) if seen else ():
        pair = seen[row], seen[other]
        one, two = (splits[photo.id] for photo in pair)
        if one is not two and pair[0].pixels != pair[1].pixels:
            sentence = (
                f"{pair[0].id} ({one}) and {pair[1].id} ({two}) show nearly the same image"
                f" (correlation {correlation:.3f}). Keep one, or both in one split."
            )
            ids, paths = (pair[0].id, pair[1].id), (pair[0].path, pair[1].path)
            yield DataFinding(DataProblem.NEAR_DUPLICATE, ids, paths, sentence)
