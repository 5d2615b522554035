"""Turns PH2, 200 dermoscopic images of one hospital, into a dataset folder for evaluation alone.

    SRC/PH2 Dataset images    folder or .zip, at any depth:
        IMD002/IMD002_Dermoscopic_Image/IMD002.bmp
        IMD002/IMD002_lesion/IMD002_lesion.bmp
    SRC/PH2_dataset.txt       optional, also at any depth: gives the column `diagnosis`

Every image becomes `test`: the set is used to evaluate nets that were trained on another. The
published archive is a .rar, which you unpack first.

Source: Mendonça, Ferreira, Marques, Marcal, Rozeira, "PH² – A dermoscopic image database for
research and benchmarking", EMBC 2013, www.fc.up.pt/addi/ph2 database.html.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from skinseg_mobile.runtime_py.data.split_table import Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.layouts.files import files_of, place_of, require_pairs
from skinseg_mobile.train.data.layouts.prepared import (
    PreparedData,
    copy_pairs,
    new_set,
    write_split,
)

_PLACES = ("PH2 Dataset images", "PH2Dataset", "PH2")
_IMAGE = re.compile(r"(IMD\d{3})\.bmp", re.IGNORECASE)
_MASK = re.compile(r"(IMD\d{3})_lesion\.bmp", re.IGNORECASE)
_TABLE = "PH2_dataset.txt"
_ROW = re.compile(r"^\s*\|\|\s*(IMD\d{3})\s*\|\|[^|]*\|\|\s*([012])\s*\|\|", re.MULTILINE)
"""`|| IMD003 || histological diagnosis || 0 || asymmetry || …`"""
_DIAGNOSES = {"0": "common nevus", "1": "atypical nevus", "2": "melanoma"}


def prepare_ph2(source: Path, out: Path) -> PreparedData:
    """Write the new dataset folder `out` from the published files in `source`.

    Raises:
        InputError: no image is there, one has no mask or no diagnosis, or `out` exists.
    """
    places = _PLACES if place_of(source, *_PLACES) else (".",)
    with (
        files_of(source, _IMAGE, *places) as images,
        files_of(source, _MASK, *places) as masks,
    ):
        if not images:
            raise InputError(
                f"{source} holds no file such as IMD002_Dermoscopic_Image/IMD002.bmp. Unpack the"
                " published archive there."
            )
        require_pairs(images, masks, ("IMDxxx_Dermoscopic_Image", "IMDxxx_lesion"))
        tables = sorted(source.rglob(_TABLE))
        values = _diagnoses(tables[0], images.keys()) if tables else {}
        splits = dict.fromkeys(images, Split.TEST)
        with new_set(out) as folder:
            copy_pairs(folder, images, masks)
            write_split(folder, splits, values)
    return PreparedData.of(out, splits)


def _diagnoses(table: Path, ids: Iterable[str]) -> dict[str, dict[str, str]]:
    codes = dict(_ROW.findall(table.read_text(encoding="utf-8", errors="replace")))
    for id_ in sorted(set(ids) - codes.keys()):
        raise InputError(f"{table} gives no clinical diagnosis of {id_}. Download it again.")
    return {id_: {"diagnosis": _DIAGNOSES[codes[id_]]} for id_ in ids}
