"""Turns the official ISIC 2017 Part 1 download into a dataset folder.

    SRC/ISIC-2017_Training_Data                    folder or .zip: ISIC_xxxxxxx.jpg
    SRC/ISIC-2017_Training_Part1_GroundTruth       folder or .zip: ISIC_xxxxxxx_segmentation.png
    SRC/ISIC-2017_Training_Part3_GroundTruth.csv   optional: gives the column `diagnosis`
    … the same with Validation and Test_v2; a part that is not there is left out

Training becomes `train` (its first 10 % in MD5 order `dev`), Validation `valid`, Test_v2 `test`.
A training image that also stands in Validation or Test_v2 would be judged on what it taught: it
is left out and named. Files are hard-linked or copied byte for byte, and only names of the official
form are taken, so no member of an archive can lead out of its folder.
"""

import csv
import io
import re
import shutil
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from skinseg_mobile.runtime_py.dataset import MASK_SUFFIX, Split, with_dev
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.folders import new_folder, sha256
from skinseg_mobile.runtime_py.progress import track

_IMAGE = re.compile(r"(ISIC_\d{7})\.jpg")  # passes over ISIC_xxxxxxx_superpixels.png
_MASK = re.compile(rf"(ISIC_\d{{7}}){MASK_SUFFIX}\.png")
_DIAGNOSES = ("melanoma", "seborrheic_keratosis")
_OTHER_DIAGNOSIS = "nevus"

_Copy = Callable[[Path], None]  # writes one file of the source to a path that is still free


@dataclass(frozen=True)
class Prepared:
    """What was written: the folder, photographs per split, training ids that were left out."""

    root: Path
    counts: dict[str, int]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """One of the three official parts, and the split it becomes."""

    name: str
    split: Split

    @property
    def data(self) -> str:
        return f"ISIC-2017_{self.name}_Data"

    @property
    def truth(self) -> str:
        return f"ISIC-2017_{self.name}_Part1_GroundTruth"

    @property
    def diagnoses(self) -> str:
        return f"ISIC-2017_{self.name}_Part3_GroundTruth.csv"


@dataclass(frozen=True)
class _Row:
    """What is known of a copied photograph; no diagnosis is ''."""

    split: Split
    sha256: str
    diagnosis: str


_TRAINING = _Part("Training", Split.TRAIN)
# Held-out parts come first: training is compared with them.
_PARTS = (_Part("Test_v2", Split.TEST), _Part("Validation", Split.VALID), _TRAINING)


def prepare_isic2017(source: Path, out: Path) -> Prepared:
    """Write the new dataset folder `out` from the official files in `source`.

    Raises:
        InputError: no part is there, one is incomplete or damaged, or `out` exists.
    """
    parts = [part for part in _PARTS if _is_there(source, part)]
    if not parts:
        raise InputError(
            f"an ISIC 2017 folder must hold {_TRAINING.data} and {_TRAINING.truth}"
            f" (folders or .zip), {source} does not; download them from the ISIC challenge"
        )
    rows: dict[str, _Row] = {}
    left_out: list[str] = []
    with new_folder(out) as folder:
        for name in ("images", "masks"):
            (folder / name).mkdir()
        for part in parts:
            copied, doubles = _copy_part(part, source, folder, rows)
            rows = {**rows, **copied}
            left_out += doubles
        splits = with_dev({id_: row.split for id_, row in rows.items()})
        (folder / "split.csv").write_text(_table(rows, splits), encoding="utf-8")
    counts = Counter(splits.values())
    return Prepared(out, {s.value: counts[s] for s in Split if s in counts}, tuple(left_out))


def _copy_part(
    part: _Part, source: Path, folder: Path, before: Mapping[str, _Row]
) -> tuple[dict[str, _Row], list[str]]:
    """Copy a part's pairs; return their rows by id, and training ids that stood in `before`."""
    diagnoses = _read_diagnoses(source / part.diagnoses)
    held_out = before if part is _TRAINING else {}
    known = {row.sha256 for row in held_out.values()}
    rows: dict[str, _Row] = {}
    doubles: list[str] = []
    with _files(source, part.data, _IMAGE) as images, _files(source, part.truth, _MASK) as masks:
        _require_pairs(part, images, masks)
        _require_new(images.keys() & (before.keys() - held_out.keys()))
        for id_ in track(sorted(images), f"copying {part.name}"):
            image = folder / "images" / f"{id_}.jpg"
            if id_ in held_out:
                doubles.append(id_)
                continue
            images[id_](image)
            digest = sha256(image)
            if digest in known:
                image.unlink()
                doubles.append(id_)
                continue
            masks[id_](folder / "masks" / f"{id_}{MASK_SUFFIX}.png")
            rows[id_] = _Row(part.split, digest, _diagnosis_of(id_, diagnoses, part))
    return rows, doubles


def _is_there(source: Path, part: _Part) -> bool:
    names = (part.data, part.truth)
    return any((source / f"{name}{end}").exists() for name in names for end in ("", ".zip"))


@contextmanager
def _files(source: Path, name: str, form: re.Pattern[str]) -> Generator[dict[str, _Copy]]:
    """Yield by id how to copy each file of that form, from the folder or the archive `name`."""
    folder, packed = source / name, source / f"{name}.zip"
    if folder.is_dir():
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        yield _by_id(((path.name, partial(_link, path)) for path in paths), form, folder)
    elif packed.is_file():
        with _whole(packed):
            archive = zipfile.ZipFile(packed)
        with archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            named = ((m.filename, partial(_unpack, archive, packed, m)) for m in members)
            yield _by_id(named, form, packed)
    else:
        raise InputError(
            f"each part of ISIC 2017 needs photographs and masks, {name} is not in {source}"
            " as a folder or .zip; download it, too"
        )


@contextmanager
def _whole(path: Path) -> Generator[None]:
    """Turn every way in which reading or copying `path` fails into one sentence."""
    try:
        yield
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            f"a download must be whole and have room to be copied, {path} failed ({error});"
            " fetch it again or free the disk"
        ) from error


def _by_id(
    named: Iterable[tuple[str, _Copy]], form: re.Pattern[str], place: Path
) -> dict[str, _Copy]:
    files: dict[str, _Copy] = {}
    for name, copy in named:
        match = form.fullmatch(PurePosixPath(name).name)
        if match and match[1] in files:
            raise InputError(
                f"each file must be there once, {place} has {match[0]} twice; keep one"
            )
        if match:
            files[match[1]] = copy
    return files


def _link(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path.resolve())
    except OSError:  # another disk, or a file system without links
        with _whole(path), path.open("rb") as file:
            _write(file, target)


def _unpack(archive: zipfile.ZipFile, packed: Path, member: zipfile.ZipInfo, target: Path) -> None:
    with _whole(packed), archive.open(member) as file:
        _write(file, target)


def _write(file: IO[bytes], target: Path) -> None:
    with target.open("xb") as out:  # x: writing onto a hard link would change the source
        shutil.copyfileobj(file, out)


def _require_pairs(part: _Part, images: Mapping[str, _Copy], masks: Mapping[str, _Copy]) -> None:
    if not images:
        raise InputError(
            f"{part.data} must hold photographs named ISIC_xxxxxxx.jpg, it has none; fetch it again"
        )
    odd = sorted(images.keys() ^ masks.keys())
    if odd:
        raise InputError(
            f"each photograph of {part.data} must have its mask in {part.truth},"
            f" {odd[0]} ({len(odd)} in all) stands in one only; fetch both again"
        )


def _require_new(repeated: Set[str]) -> None:
    for id_ in sorted(repeated):
        raise InputError(f"an id may stand in one held-out part, {id_} stands in two; keep one")


def _read_diagnoses(path: Path) -> dict[str, str] | None:
    if not path.exists():
        return None
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["image_id"]: _diagnosis(row) for row in csv.DictReader(file)}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(
            f"{path.name} must have the columns image_id, {' and '.join(_DIAGNOSES)} (0 or 1),"
            f" {path} breaks that ({error}); fetch it again"
        ) from error


def _diagnosis(row: Mapping[str, str]) -> str:
    flags = [name for name in _DIAGNOSES if float(row[name]) == 1]
    return flags[0] if flags else _OTHER_DIAGNOSIS


def _diagnosis_of(id_: str, diagnoses: Mapping[str, str] | None, part: _Part) -> str:
    if diagnoses is None:
        return ""
    if id_ not in diagnoses:
        raise InputError(
            f"{part.diagnoses} must name every photograph, {id_} is missing; fetch it again"
        )
    return diagnoses[id_]


def _table(rows: Mapping[str, _Row], splits: Mapping[str, Split]) -> str:
    """Return split.csv; the column `diagnosis` is there where any part gave it."""
    known = any(row.diagnosis for row in rows.values())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "split", "diagnosis") if known else ("id", "split"))
    for id_ in sorted(rows):
        writer.writerow((id_, splits[id_], *([rows[id_].diagnosis] if known else ())))
    return text.getvalue()
