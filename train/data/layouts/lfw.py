"""Turns LFW with the Part Labels of Kae et al. into a dataset folder of skin masks.

    SRC/lfw_funneled                   folder, or lfw-funneled.tgz: Name/Name_0001.jpg, 250×250
    SRC/parts_lfw_funneled_gt_images   folder or .tgz: Name_0001.ppm; hair red, face skin green,
                                       background blue

Skin is the green label: face and neck, without hair. A pixel counts for its strongest channel. Only
the 2927 labelled photographs are taken; the lists parts_train.txt and so on are not read, for the
set only teaches. Paper B pre-trains on 1000 of them and does not say which: `--train 1000` takes
the first in MD5 order (fitted).

Source: Kae, Sohn, Lee, Learned-Miller, "Augmenting CRFs with Boltzmann Machine Shape Priors for
Image Labeling", CVPR 2013, vis-www.cs.umass.edu/lfw/part_labels. Names, folders and colours agree
in several public loaders; no file of the set was at hand when this was written.
"""

import re
from pathlib import Path

from skinseg_mobile.runtime_py.images.image_file import Mask, read_photo
from skinseg_mobile.train.data.layouts.files import files_of
from skinseg_mobile.train.data.layouts.prepared import PreparedData, write_skin_set

_IMAGE = re.compile(r"(.+_\d{4})\.jpg")
_LABEL = re.compile(r"(.+_\d{4})\.ppm")
_GREEN = 1


def prepare_lfw(source: Path, out: Path, wanted: int | None = None) -> PreparedData:
    """Write the new dataset folder `out` from the published files in `source`.

    Raises:
        InputError: a part is not there, has no pair or is damaged, or `out` exists.
    """
    with (
        files_of(source, _LABEL, "parts_lfw_funneled_gt_images") as labels,
        files_of(source, _IMAGE, "lfw_funneled", "lfw-funneled") as photographs,
    ):
        return write_skin_set(out, photographs, labels, _skin, wanted)


def _skin(path: Path) -> Mask:
    return read_photo(path).argmax(axis=2) == _GREEN
