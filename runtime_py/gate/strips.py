"""The worst images as strips of small pictures, each inside a data URI.

    image | truth | checkpoint | artefact | difference

Pictures are at most 240 pixels wide and high, so that a report of many artefacts can be mailed.
"""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.gate.cases import Case
from skinseg_mobile.runtime_py.gate.compare import ImageResult
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.images.overlay import border, overlay

SIDE = 240
MISSED = (255, 196, 0)
ADDED = (255, 0, 128)


@dataclass(frozen=True)
class Picture:
    """One picture: what it shows, its data URI, and a number under it."""

    caption: str
    source: str
    note: str


@dataclass(frozen=True)
class Strip:
    """One image's pictures in order."""

    id: str
    pictures: tuple[Picture, ...]


def worst_ids(images: Sequence[ImageResult], count: int) -> list[str]:
    """Return the images to look at: least agreement first, then the largest loss."""
    ranked = sorted(images, key=lambda image: (image.agreement, image.delta))
    return [image.id for image in ranked[:count]]


def strips_of(
    segmenter: Segmenter, cases: Iterable[Case], images: Sequence[ImageResult]
) -> tuple[Strip, ...]:
    """Run the net on some cases again and draw what it says, in the order of `worst_ids`."""
    results = {image.id: image for image in images}
    drawn = {case.id: _strip(segmenter, case, results[case.id]) for case in cases}
    return tuple(drawn[id_] for id_ in worst_ids(images, len(results)) if id_ in drawn)


def _strip(segmenter: Segmenter, case: Case, result: ImageResult) -> Strip:
    size, photo = case.truth.shape, case.photo
    expected = case.expected(segmenter.threshold, segmenter.frame).mask
    mask = segmenter.mask(segmenter.engine(case.tensor(segmenter.frame)), *size)
    changed = np.count_nonzero(mask ^ expected) / mask.size
    shown = (
        ("image", photo, ""),
        ("truth", overlay(photo, case.truth), ""),
        ("checkpoint", overlay(photo, expected), f"Jaccard {result.jaccard_reference:.3f}"),
        ("artefact", overlay(photo, mask), f"Jaccard {result.jaccard_artefact:.3f}"),
        ("difference", difference(mask, expected), f"{changed:.2%} of pixels"),
    )
    return Strip(case.id, tuple(Picture(name, data_url(p), note) for name, p, note in shown))


def difference(mask: Mask, expected: Mask) -> Photo:
    """Grey where both agree on True, black on False; yellow is missed, magenta is added.

    Changed pixels are drawn three wide: single ones would vanish when the page is scaled down.
    """
    out = np.zeros((*mask.shape, 3), np.uint8)
    out[mask & expected] = 90
    out[_widened(expected & ~mask)] = MISSED
    out[_widened(mask & ~expected)] = ADDED
    return out


def data_url(photo: Photo) -> str:
    """Return a small copy of a picture as a data URI."""
    image = Image.fromarray(photo)
    image.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=82)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _widened(mask: Mask) -> Mask:
    return mask | border(~mask, 1)
