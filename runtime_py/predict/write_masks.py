"""Images in, mask and overlay PNGs at their own size out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.overlay import overlay
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import new_folder


@dataclass(frozen=True)
class Prediction:
    """What was written for one image; `area` is the share of the frame, 0 to 1."""

    photo: Path
    mask: Path
    overlay: Path
    area: float


def predict(segmenter: Segmenter, photos: Sequence[Path], out: Path) -> list[Prediction]:
    """Write `<stem>-mask.png` and `<stem>-overlay.png` of each image into `out`.

    Raises:
        InputError: an image is unreadable, two have one name, or `out` exists;
            nothing is written.
    """
    _require_distinct(photos)
    with new_folder(out) as folder:
        areas = [_write(segmenter, photo, folder) for photo in track(photos, "predicting")]
    return [
        Prediction(photo, out / _name(photo, "mask"), out / _name(photo, "overlay"), area)
        for photo, area in zip(photos, areas, strict=True)
    ]


def _write(segmenter: Segmenter, path: Path, folder: Path) -> float:
    photo = read_photo(path)
    mask = segmenter.mask(segmenter.at_net_size(photo), *photo.shape[:2])
    Image.fromarray(mask.view(np.uint8) * 255).save(folder / _name(path, "mask"))
    marked = overlay(photo, mask)
    del photo  # a 108-megapixel photograph and its overlay are 1 GB while one is encoded
    Image.fromarray(marked).save(folder / _name(path, "overlay"), compress_level=1)
    return float(mask.mean())


def _name(photo: Path, kind: str) -> str:
    return f"{photo.stem}-{kind}.png"


def _require_distinct(photos: Sequence[Path]) -> None:
    stems = [photo.stem for photo in photos]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise InputError(
            f"images need distinct names, {twice[0]} stands for several; predict them apart"
        )
