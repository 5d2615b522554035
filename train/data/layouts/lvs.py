"""Turns the labelled film sequences of Sigal and Sclaroff into a dataset folder of skin masks.

    SRC/<sequence>/frames/…        photographs of the film
    SRC/<sequence>/skin/…          a mask of each labelled frame, skin white on black
    SRC/<sequence>/background/…    not read

Certain, from the authors' page: 21 sequences, every fifth frame labelled, one binary mask for skin
and one for background, and what lies in neither is "don't care". **A lead only**: the names of
folders and files, which could not be looked up; so a frame and its mask are found by the last
number in their names (`frame0005.jpg` and `5.bmp` are a pair), and you sort the download into the
three folders. Don't-care pixels count as background, for a mask here has two values. Frames without
a mask are passed over.

Source: Sigal, Sclaroff, Athitsos, "Skin color-based video segmentation under time-varying
illumination", IEEE PAMI 26(7), 2004, www.cs.bu.edu/groups/ivc/ColorTracking.
"""

import re
from functools import partial
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import SUFFIXES, read_mask
from skinseg_mobile.train.data.layouts.files import File, copy_file
from skinseg_mobile.train.data.layouts.prepared import PreparedData, write_skin_set

_LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")


def prepare_lvs(source: Path, out: Path, wanted: int | None = None) -> PreparedData:
    """Write the new dataset folder `out` from the sequences in `source`; ids are `<sequence>_<n>`.

    Raises:
        InputError: no labelled frame is found, a file is damaged, or `out` exists.
    """
    frames, masks = _files(source, "frames"), _files(source, "skin")
    if not frames.keys() & masks.keys():
        raise InputError(
            f"{source} has no pair of files with the same number in <sequence>/frames and"
            " <sequence>/skin. Sort the download into these folders."
        )
    return write_skin_set(out, frames, masks, read_mask, wanted)


def _files(source: Path, role: str) -> dict[str, File]:
    files: dict[str, File] = {}
    for path in sorted(source.glob(f"*/{role}/*")):
        number = _LAST_NUMBER.search(path.stem)
        if number is None or path.suffix.lower() not in SUFFIXES:
            continue
        id_ = f"{path.parent.parent.name}_{int(number[1]):05d}"
        if id_ in files:
            raise InputError(
                f"{path.parent} has two files with one number, {path.name} and {files[id_].name}."
                " Keep one."
            )
        files[id_] = File(path.name, partial(copy_file, path))
    return files
