"""Turns a clinic's own photographs and masks into a dataset folder, chosen in MD5 order.

    SRC/images/a.jpg    any still image
    SRC/masks/a.png     or a_segmentation.png; levels of 128 and more are True

The first `train` ids in MD5 order are learnt from, the next `test` are reported on, the others are
left out: a fixed shuffle that anyone can repeat. Paper B chose its 400 photographs so; that the
100 and 300 follow in that order is fitted. A photograph whose very bytes stand among those taken
before it is left out and named, and the next one takes its place.
"""

from collections.abc import Mapping
from pathlib import Path

from skinseg_mobile.runtime_py.data.dataset import md5_order
from skinseg_mobile.runtime_py.data.files import image_and_mask_folders
from skinseg_mobile.runtime_py.data.split_table import Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.data.layouts.files import copy_file, require_pairs
from skinseg_mobile.train.data.layouts.prepared import PreparedData, new_set, write_split

TRAIN, TEST = 100, 300


def prepare_clinical(source: Path, out: Path, train: int = TRAIN, test: int = TEST) -> PreparedData:
    """Write the new dataset folder `out` from `source`.

    Raises:
        InputError: unpaired files, too few distinct photographs, or `out` exists.
    """
    if train < 1 or test < 0:
        raise InputError(
            f"--train must be 1 or more and --test 0 or more, got {train} and {test}. Change them."
        )
    images, masks = (folder.one_each() for folder in image_and_mask_folders(source))
    require_pairs(images, masks, ("images", "masks"))
    ids, left_out = _choose(images, train + test)
    splits = {id_: Split.TRAIN if place < train else Split.TEST for place, id_ in enumerate(ids)}
    with new_set(out) as folder:
        for id_ in track(ids, "copying pairs"):
            copy_file(images[id_], folder / "images" / images[id_].name)
            copy_file(masks[id_], folder / "masks" / masks[id_].name)
        write_split(folder, splits, {})
    return PreparedData.of(out, splits, left_out)


def _choose(images: Mapping[str, Path], wanted: int) -> tuple[list[str], list[str]]:
    """Return the first `wanted` distinct photographs in MD5 order, and the repeats among them."""
    chosen: dict[str, str] = {}
    repeats: list[str] = []
    for id_ in track(md5_order(images), "choosing"):
        if len(chosen) == wanted:
            return list(chosen.values()), repeats
        digest = sha256(images[id_])
        if digest in chosen:
            repeats.append(id_)
        chosen.setdefault(digest, id_)
    if len(chosen) < wanted:
        raise InputError(
            f"{wanted} distinct images are needed for train and test, and images/ has"
            f" {len(chosen)}. Choose with --train and --test how many of them to take for each."
        )
    return list(chosen.values()), repeats
