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
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.runtime_py.data.dataset import MASK_SUFFIX, Split, with_dev
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.data.layouts.files import files_of, place_of, require_pairs
from skinseg_mobile.train.data.layouts.prepared import PreparedData, new_set, write_split

_IMAGE = re.compile(r"(ISIC_\d{7})\.jpg")  # passes over ISIC_xxxxxxx_superpixels.png
_MASK = re.compile(rf"(ISIC_\d{{7}}){MASK_SUFFIX}\.png")
_DIAGNOSES = ("melanoma", "seborrheic_keratosis")
_OTHER_DIAGNOSIS = "nevus"


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


def prepare_isic2017(source: Path, out: Path) -> PreparedData:
    """Write the new dataset folder `out` from the official files in `source`.

    Raises:
        InputError: no part is there, one is incomplete or damaged, or `out` exists.
    """
    parts = [part for part in _PARTS if place_of(source, part.data, part.truth)]
    if not parts:
        raise InputError(
            f"{source} does not hold {_TRAINING.data} and {_TRAINING.truth} (folders or .zip)."
            " Run `skinseg-mobile data download isic2017`."
        )
    rows: dict[str, _Row] = {}
    left_out: list[str] = []
    with new_set(out) as folder:
        for part in parts:
            copied, doubles = _copy_part(part, source, folder, rows)
            rows = {**rows, **copied}
            left_out += doubles
        splits = with_dev({id_: row.split for id_, row in rows.items()})
        known = any(row.diagnosis for row in rows.values())
        groups = {id_: {"diagnosis": row.diagnosis} for id_, row in rows.items()} if known else {}
        write_split(folder, splits, groups)
    return PreparedData.of(out, splits, left_out)


def _copy_part(
    part: _Part, source: Path, folder: Path, before: Mapping[str, _Row]
) -> tuple[dict[str, _Row], list[str]]:
    """Copy a part's pairs; return their rows by id, and training ids that stood in `before`."""
    diagnoses = _read_diagnoses(source / part.diagnoses)
    held_out = before if part is _TRAINING else {}
    known = {row.sha256 for row in held_out.values()}
    rows: dict[str, _Row] = {}
    doubles: list[str] = []
    with (
        files_of(source, _IMAGE, part.data) as images,
        files_of(source, _MASK, part.truth) as masks,
    ):
        if not images:
            raise InputError(
                f"{part.data} holds no image named ISIC_xxxxxxx.jpg. Download it again."
            )
        require_pairs(images, masks, (part.data, part.truth))
        _require_new(images.keys() & (before.keys() - held_out.keys()))
        for id_ in track(sorted(images), f"copying {part.name}"):
            image = folder / "images" / f"{id_}.jpg"
            if id_ in held_out:
                doubles.append(id_)
                continue
            images[id_].copy(image)
            digest = sha256(image)
            if digest in known:
                image.unlink()
                doubles.append(id_)
                continue
            masks[id_].copy(folder / "masks" / f"{id_}{MASK_SUFFIX}.png")
            rows[id_] = _Row(part.split, digest, _diagnosis_of(id_, diagnoses, part))
    return rows, doubles


def _require_new(repeated: Set[str]) -> None:
    for id_ in sorted(repeated):
        raise InputError(f"The id {id_} is in two held-out parts. Keep one.")


def _read_diagnoses(path: Path) -> dict[str, str] | None:
    if not path.exists():
        return None
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["image_id"]: _diagnosis(row) for row in csv.DictReader(file)}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(
            f"{path} could not be read ({error}): it needs the columns image_id,"
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
