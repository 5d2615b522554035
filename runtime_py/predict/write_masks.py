"""Images in, mask and overlay PNGs at their own size out; a broken image costs only its own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from PIL import Image

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError, SkinsegError, no_memory
from skinseg_mobile.runtime_py.images.ahead import ahead
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


@dataclass(frozen=True)
class NotPredicted:
    """An image without a mask, and why in one sentence."""

    photo: Path
    reason: str


@dataclass(frozen=True)
class Predicted:
    """All images, each in one of two lists, in their order."""

    predictions: list[Prediction]
    failures: list[NotPredicted]


def predict(segmenter: Segmenter, photos: Sequence[Path], out: Path) -> Predicted:
    """Write `<stem>-mask.png` and `<stem>-overlay.png` of each image into `out`.

    Raises:
        InputError: two images have one name, or `out` exists or cannot be written.
        SkinsegError: no image could be read; nothing is written.
    """
    require_distinct(photos)
    found = Predicted([], [])
    with new_folder(out) as folder:
        engine = Lock()  # a vendor's may not be asked by two threads at once
        areas = ahead(lambda photo: _write(segmenter, engine, photo, folder), photos)
        for photo, result in track(areas, "predicting", len(photos)):
            try:
                area = result.result()
            except Exception as error:
                known = error if isinstance(error, SkinsegError) else no_memory(error)
                if known is None:
                    raise
                found.failures.append(NotPredicted(photo, str(known)))
            else:
                mask, drawn = (out / _name(photo, kind) for kind in ("mask", "overlay"))
                found.predictions.append(Prediction(photo, mask, drawn, area))
        if photos and not found.predictions:
            raise SkinsegError(found.failures[0].reason)
    return found


def _write(segmenter: Segmenter, engine: Lock, path: Path, folder: Path) -> float:
    photo = read_photo(path)
    with engine:
        mask = segmenter.mask_of(photo)
    Image.fromarray(mask.view(np.uint8) * 255).save(folder / _name(path, "mask"))
    marked = overlay(photo, mask)
    del photo  # a 108-megapixel photograph and its overlay are 1 GB while one is encoded
    Image.fromarray(marked).save(folder / _name(path, "overlay"), compress_level=1)
    return float(mask.mean())


def _name(photo: Path, kind: str) -> str:
    return f"{photo.stem}-{kind}.png"


def require_distinct(photos: Sequence[Path]) -> None:
    """Raise InputError where two images would write one mask."""
    stems = Counter(photo.stem for photo in photos)
    twice = sorted(stem for stem, count in stems.items() if count > 1)
    if twice:
        raise InputError(
            f"Two images are called {twice[0]}, and so would their masks be. Predict them apart."
        )
