"""Turns an image file into the pixels a person sees, and a mask file into True and False.

Rules, repeated by every port: the EXIF orientation is applied (TIFF: tag 274; HEIC: the container's
own turn), one in XMP alone is not; ICC profiles are ignored (phones hand over sRGB); transparency
lies on white; 16-bit values keep their high byte; one still frame.

A mask has two levels of any kind, and docs/contract.md says which of them is the lesion.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images import Mask, Photo
from skinseg_mobile.runtime_py.images.mask_levels import MaskLevels, mask_levels
from skinseg_mobile.runtime_py.images.opened import (
    DAMAGED,
    SUFFIXES,
    bits_of,
    load,
    open_image,
    require_bright,
)

__all__ = [
    "MASK_LEVEL",
    "SUFFIXES",
    "Mask",
    "Photo",
    "displayed_size",
    "read_mask",
    "read_mask_levels",
    "read_photo",
    "read_unturned",
]

MASK_LEVEL = 128
_BAND = 256  # rows that are converted at a time: a large photograph is never held in two forms
_ORIENTATION_TAG = 0x0112
_Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
_UPRIGHT: Mapping[int, _Turn] = {  # undoes an EXIF orientation
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored[::-1].swapaxes(0, 1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: stored[:, ::-1].swapaxes(0, 1),
}


def read_photo(path: Path | str) -> Photo:
    """Read a photograph as (H, W, 3) uint8 RGB in the orientation it is displayed in.

    Raises:
        InputError: missing, unreadable, truncated, animated, over `MAX_MEGAPIXELS`, or of values
            that have no known place between black and white, such as decimal numbers.
        MissingExtraError: HEIC or DICOM without the package that reads it.
    """
    path = Path(path)
    return np.ascontiguousarray(_turned(*_stored(path)))


def read_unturned(path: Path) -> Photo | None:
    """Return a photograph as a program sees it that ignores EXIF; None where that is the same.

    Raises:
        InputError: as `read_photo`.
        MissingExtraError: as `read_photo`.
    """
    pixels, orientation = _stored(path)
    return None if orientation == 1 else pixels


def read_mask(path: Path | str) -> Mask:
    """Read a mask of two levels as (H, W) bool, True at the lesion; the rule is `mask_levels`'.

    Raises:
        InputError: as `read_photo`, or it is not known which of its levels is the lesion.
        MissingExtraError: as `read_photo`.
    """
    path = Path(path)
    found = _mask_levels(path)
    found.require_two(path)
    return found.levels >= MASK_LEVEL


def read_mask_levels(path: Path | str) -> NDArray[np.uint8]:
    """Read a mask as (H, W) uint8 before any threshold: 0 is ground, 255 lesion, edges between.

    Raises:
        InputError: as `read_mask`, save a third class, whose levels lie between.
        MissingExtraError: as `read_photo`.
    """
    return _mask_levels(Path(path)).levels


def displayed_size(path: Path | str) -> tuple[int, int]:
    """Return (height, width) as displayed, from the header alone.

    Raises:
        InputError: as `read_photo`, save truncation.
        MissingExtraError: as `read_photo`.
    """
    with open_image(Path(path)) as image:
        if image.format == "PNG" and "exif" not in image.info:  # it may stand behind the pixels
            with contextlib.suppress(*DAMAGED):
                image.load()
        width, height = reversed(image.size) if _orientation(image) >= 5 else image.size
        return height, width


def _stored(path: Path) -> tuple[Photo, int]:
    """Return the pixels as stored, (H, W, 3) uint8 RGB on white, and the EXIF orientation."""
    with open_image(path) as image:
        load(image, path)
        shift = _shift(image, path)
        pixels = np.empty((image.height, image.width, 3), np.uint8)
        for top in range(0, image.height, _BAND):
            band = image.crop((0, top, image.width, min(top + _BAND, image.height)))
            pixels[top : top + _BAND] = _on_white(band, shift)
        if shift:
            require_bright(int(pixels.max()), path)
        return pixels, _orientation(image)


def _mask_levels(path: Path) -> MaskLevels:
    with open_image(path) as image:
        load(image, path)
        seen = image.has_transparency_data and not image.mode.startswith("I")
        found = mask_levels(image, _rgba(image) if seen else None, path)
        return replace(found, levels=_turned(found.levels, _orientation(image)))


def _turned(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    return _UPRIGHT[orientation](stored) if orientation in _UPRIGHT else stored


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none, or the file was turned by it.

    Pillow's own `getexif` would also take an orientation from XMP or an old text chunk.
    """
    if image.format in ("TIFF", "HEIF"):  # their decoders turn
        return 1
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        value: object = exif.get(_ORIENTATION_TAG, 1)
    except DAMAGED:  # the pixels are whole: viewers, too, then show them as they are stored
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _shift(image: Image.Image, path: Path) -> int:
    """Return how many low bits a photograph's values drop; refuse values without a known white."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        return bits_of(image) - 8
    kinds = {"F": "decimal numbers", "I": "signed or 32-bit numbers"}
    if image.mode in (*kinds, "LAB", "HSV"):
        kind = kinds.get(image.mode, f"{image.mode} colours")
        raise InputError(
            f"{path} holds {kind}, and what is white in it is not known. Save it as RGB or grey"
            " of 8 bits."
        )
    return 0


def _on_white(image: Image.Image, shift: int) -> Photo:
    if shift:  # 16 bits: Pillow's own conversion would clip, not scale
        levels = (np.asarray(image).astype(np.int64) >> shift).clip(0, 255).astype(np.uint8)
        return np.repeat(levels[..., None], 3, axis=2)
    if image.has_transparency_data:
        layer = _rgba(image)
        paper = Image.new("RGBA", layer.size, "white")
        return np.asarray(Image.alpha_composite(paper, layer).convert("RGB"))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _rgba(image: Image.Image) -> Image.Image:
    return (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
