"""Turns the official lesion-segmentation downloads of ISIC 2017 and 2018 into a dataset folder.

    SRC/ISIC-2017_Training_Data                    folder or .zip: ISIC_xxxxxxx.jpg
    SRC/ISIC-2017_Training_Part1_GroundTruth       folder or .zip: ISIC_xxxxxxx_segmentation.png
    SRC/ISIC-2017_Training_Part3_GroundTruth.csv   optional: gives the column `diagnosis`
    … the same with Validation and Test_v2

    SRC/ISIC2018_Task1-2_Training_Input            folder or .zip: ISIC_xxxxxxx.jpg
    SRC/ISIC2018_Task1_Training_GroundTruth        folder or .zip: ISIC_xxxxxxx_segmentation.png
    … the same with Validation and Test

    SRC/metadata.csv                               optional, from the ISIC Archive: isic_id and
                                                   lesion_id give the column `lesion`

A part that is not there is left out. Training becomes `train` (its first 10 % in MD5 order `dev`),
Validation `valid`, Test `test`. A training image whose bytes or lesion also stand in the others
would be evaluated on what it taught: it is left out and named. Files are copied byte for byte, and
only names of the official form are taken: no member of an archive can lead out of its folder.
"""

import csv
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skinseg_mobile.runtime_py.data.columns import families
from skinseg_mobile.runtime_py.data.dataset import with_dev
from skinseg_mobile.runtime_py.data.files import MASK_SUFFIX
from skinseg_mobile.runtime_py.data.split_table import Row, Split
from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.data.layouts.files import files_of, place_of, require_pairs
from skinseg_mobile.train.data.layouts.prepared import (
    PreparedData,
    new_set,
    read_metadata,
    write_split,
)

IMAGE = re.compile(r"(ISIC_\d{7})\.jpg")  # passes over ISIC_xxxxxxx_superpixels.png
MASK = re.compile(rf"(ISIC_\d{{7}}){MASK_SUFFIX}\.png")
_DIAGNOSES = ("melanoma", "seborrheic_keratosis")
_OTHER_DIAGNOSIS = "nevus"
_METADATA = "metadata.csv"


@dataclass(frozen=True)
class _Part:
    """One of the three official parts, as it is published, and the split it becomes."""

    split: Split
    data: str
    truth: str
    diagnoses: str = ""


def _part_2017(split: Split, name: str) -> _Part:
    kinds = ("Data", "Part1_GroundTruth", "Part3_GroundTruth.csv")
    return _Part(split, *(f"ISIC-2017_{name}_{kind}" for kind in kinds))


def _part_2018(split: Split, name: str) -> _Part:
    return _Part(split, f"ISIC2018_Task1-2_{name}_Input", f"ISIC2018_Task1_{name}_GroundTruth")


@dataclass(frozen=True)
class _Copied:
    """What is known of a copied image; no diagnosis and no lesion is ''."""

    split: Split
    sha256: str
    diagnosis: str
    lesion: str


# Held-out parts come first: training is compared with them.
_PARTS_2017 = (
    _part_2017(Split.TEST, "Test_v2"),
    _part_2017(Split.VALID, "Validation"),
    _part_2017(Split.TRAIN, "Training"),
)
_PARTS_2018 = (
    _part_2018(Split.TEST, "Test"),
    _part_2018(Split.VALID, "Validation"),
    _part_2018(Split.TRAIN, "Training"),
)


def _prepare(official: tuple[_Part, ...], source: Path, out: Path) -> PreparedData:
    """Write the new dataset folder `out` from the official files in `source`.

    Raises:
        InputError: no part is there, one is incomplete or damaged, or `out` exists.
    """
    parts = [part for part in official if place_of(source, part.data, part.truth)]
    if not parts:
        raise InputError(
            f"{source} does not hold {official[-1].data} and {official[-1].truth} (folders or"
            " .zip). Download them from challenge.isic-archive.com/data."
        )
    lesions = _read_lesions(source / _METADATA)
    copied: dict[str, _Copied] = {}
    left_out: list[str] = []
    with new_set(out) as folder:
        for part in parts:
            found, doubles = _copy_part(part, source, folder, copied, lesions)
            copied = {**copied, **found}
            left_out += doubles
        values = {id_: {"diagnosis": c.diagnosis, "lesion": c.lesion} for id_, c in copied.items()}
        family = families({id_: Row(c.split, values[id_]) for id_, c in copied.items()})
        splits = with_dev({id_: c.split for id_, c in copied.items()}, family=family)
        write_split(folder, splits, values)
    return PreparedData.of(out, splits, left_out)


prepare_isic2017 = partial(_prepare, _PARTS_2017)
prepare_isic2018 = partial(_prepare, _PARTS_2018)


def _copy_part(
    part: _Part,
    source: Path,
    folder: Path,
    before: Mapping[str, _Copied],
    lesions: Mapping[str, str],
) -> tuple[dict[str, _Copied], list[str]]:
    """Copy a part's pairs; return what was copied, and ids left out for what is in `before`."""
    diagnoses = _read_diagnoses(source / part.diagnoses) if part.diagnoses else None
    held_out = before if part.split is Split.TRAIN else {}
    known = {row.sha256 for row in held_out.values()}
    taken = {row.lesion for row in before.values()} - {""}
    found: dict[str, _Copied] = {}
    doubles: list[str] = []
    with (
        files_of(source, IMAGE, part.data) as images,
        files_of(source, MASK, part.truth) as masks,
    ):
        if not images:
            raise InputError(
                f"{part.data} holds no image named ISIC_xxxxxxx.jpg. Download it again."
            )
        require_pairs(images, masks, (part.data, part.truth))
        _require_new(images.keys() & (before.keys() - held_out.keys()))
        for id_ in track(sorted(images), f"copying {part.split}"):
            image, lesion = folder / "images" / f"{id_}.jpg", lesions.get(id_, "")
            if id_ in held_out or lesion in taken:
                doubles.append(id_)
                continue
            images[id_].copy(image)
            digest = sha256(image)
            if digest in known:
                image.unlink()
                doubles.append(id_)
                continue
            masks[id_].copy(folder / "masks" / f"{id_}{MASK_SUFFIX}.png")
            found[id_] = _Copied(part.split, digest, _diagnosis_of(id_, diagnoses, part), lesion)
    return found, doubles


def _require_new(repeated: Set[str]) -> None:
    for id_ in sorted(repeated):
        raise InputError(f"The id {id_} is in two held-out parts. Keep one.")


def _read_lesions(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    rows = read_metadata(path, "isic_id", ("lesion_id",))
    return {id_: row["lesion_id"] for id_, row in rows.items()}


def _read_diagnoses(path: Path) -> dict[str, str] | None:
    if not path.exists():
        return None
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["image_id"]: _diagnosis(row) for row in csv.DictReader(file)}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(
            f"{path} could not be read ({because(error)}): it needs the columns image_id,"
            f" {' and '.join(_DIAGNOSES)} (0 or 1). Download it again."
        ) from error


def _diagnosis(row: Mapping[str, str]) -> str:
    flags = [name for name in _DIAGNOSES if float(row[name]) == 1]
    return flags[0] if flags else _OTHER_DIAGNOSIS


def _diagnosis_of(id_: str, diagnoses: Mapping[str, str] | None, part: _Part) -> str:
    if diagnoses is None:
        return ""
    if id_ not in diagnoses:
        raise InputError(f"{part.diagnoses} does not name the image {id_}. Download it again.")
    return diagnoses[id_]
