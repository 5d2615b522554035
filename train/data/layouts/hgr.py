"""Turns the hand-gesture sets of Kawulok et al. into a dataset folder of skin masks.

    SRC/hgr1_images    folder or .zip: original_images/1_P_hgr1_id01_1.jpg
    SRC/hgr1_skin      folder or .zip: skin_masks/1_P_hgr1_id01_1.bmp, skin black on white
    … the same with hgr2a and hgr2b; or original_images and skin_masks in SRC themselves

The 899 images of paper B are HGR1: leave the other two out to have its set. Where HGR2 is taken,
photographs and masks must be of one resolution, for both large and small files are published.

Source: Kawulok, Kawulok, Nalepa, Smolka, "Self-adaptive algorithm for segmenting skin regions",
EURASIP Journal on Advances in Signal Processing 2014:170, sun.aei.polsl.pl/~mkawulok/gestures.
Folders, names and black skin agree in several public loaders; no file of the set was at hand when
this was written.
"""

import re
from contextlib import ExitStack
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Mask, read_mask
from skinseg_mobile.train.data.layouts.files import File, files_of, place_of, require_pairs
from skinseg_mobile.train.data.layouts.prepared import PreparedData, write_skin_set

_PARTS = (
    ("hgr1_images", "hgr1_skin"),
    ("hgr2a_images", "hgr2a_skin"),
    ("hgr2b_images", "hgr2b_skin"),
    ("original_images", "skin_masks"),
)
_IMAGE = re.compile(r"(.+_id\d+_\d+)\.jpg", re.IGNORECASE)
_MASK = re.compile(r"(.+_id\d+_\d+)\.bmp", re.IGNORECASE)


def prepare_hgr(source: Path, out: Path, wanted: int | None = None) -> PreparedData:
    """Write the new dataset folder `out` from the published files in `source`.

    Raises:
        InputError: no part is there, one is incomplete or damaged, or `out` exists.
    """
    parts = [part for part in _PARTS if place_of(source, *part)]
    if not parts:
        raise InputError(
            f"{source} does not hold hgr1_images and hgr1_skin (folders or .zip). Download both."
        )
    photographs: dict[str, File] = {}
    masks: dict[str, File] = {}
    with ExitStack() as opened:
        for names in parts:
            images = opened.enter_context(files_of(source, _IMAGE, names[0]))
            truths = opened.enter_context(files_of(source, _MASK, names[1]))
            require_pairs(images, truths, names)
            photographs |= images
            masks |= truths
        return write_skin_set(out, photographs, masks, _skin, wanted)


def _skin(path: Path) -> Mask:
    return ~read_mask(path)
