"""Turns an image file into the pixels a person sees: (H, W, 3) uint8 RGB, upright.

Rules, repeated by every port: EXIF orientation is applied; ICC profiles are ignored (phones hand
over sRGB); transparency lies on white; 16-bit values keep their high byte; one still frame.
"""

import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from skinseg_mobile.runtime_py.errors import InputError

Photo = NDArray[np.uint8]
Mask = NDArray[np.bool_]

MAX_MEGAPIXELS = 100
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".ppm"})
MASK_LEVEL = 128
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {  # EXIF orientation: the turn that undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's decoders are known to raise for damaged files.
_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    SyntaxError,
    EOFError,
    struct.error,
)


def read_photo(path: Path | str) -> Photo:
    """Read a photograph as (H, W, 3) uint8 RGB in the orientation it is displayed in.

    Raises:
        InputError: missing, unreadable, truncated, animated, or over `MAX_MEGAPIXELS`.
    """
    return np.asarray(_on_white(_decode(Path(path))))


def read_mask(path: Path) -> Mask:
    """Read a mask as (H, W) bool; a grey level of 128 or more is True.

    Raises:
        InputError: as `read_photo`.
    """
    return read_mask_levels(path) >= MASK_LEVEL


def read_mask_levels(path: Path) -> NDArray[np.uint8]:
    """Read a mask's grey levels as (H, W) uint8, before any threshold; 1-bit files give 0 and 255.

    Raises:
        InputError: as `read_photo`.
    """
    return np.asarray(_on_white(_decode(path)).convert("L"))


def displayed_size(path: Path) -> tuple[int, int]:
    """Return (height, width) as displayed, from the header alone.

    Raises:
        InputError: as `read_photo`, save truncation.
    """
    with _open(path) as image:
        turned = image.format != "TIFF" and _orientation(image) >= 5  # Pillow turns TIFF itself
        width, height = reversed(image.size) if turned else image.size
        return height, width


def _decode(path: Path) -> Image.Image:
    """Return the decoded, upright frame."""
    with _open(path) as image:
        image.load()
        turn = _UPRIGHT.get(_orientation(image))
        return image.copy() if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none or the EXIF block is damaged."""
    try:
        value: object = image.getexif().get(_ORIENTATION_TAG, 1)
    except _DAMAGED:  # the pixels are whole: viewers, too, then show them as they are stored
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


@contextmanager
def _open(path: Path) -> Generator[Image.Image]:
    """Yield the opened still; every way a decoder fails, then or later, becomes one sentence."""
    if not path.exists():
        raise InputError(f"{path} does not exist. Check the path.")
    if not path.is_file():
        raise InputError(f"{path} is a folder, not an image. Name one file.")
    try:
        # A decoder's warnings lead nowhere: either the pixels come or an error does. Its limit
        # on size is checked below, with a clearer sentence.
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            _require_still(image, path)
            yield image
    except Image.DecompressionBombError as error:
        raise InputError(_too_large(path)) from error
    except UnidentifiedImageError as error:
        raise InputError(
            f"{path} is not a JPEG, PNG, WebP, TIFF, BMP or GIF image, or it is damaged. Convert"
            " it."
        ) from error
    except _DAMAGED as error:
        reason = f"{error}".strip() or type(error).__name__
        raise InputError(f"{path} is damaged ({reason}). Copy it again.") from error


def _require_still(image: Image.Image, path: Path) -> None:
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        raise InputError(_too_large(path))
    frames = cast(int, getattr(image, "n_frames", 1))
    if (
        frames > 1 and image.format != "MPO"
    ):  # phones write stills as MPO; the first frame is the photo
        raise InputError(
            f"{path} has {frames} frames, and an image must have one. Save the frame that you need"
            " as a file."
        )


def _too_large(path: Path) -> str:
    return (
        f"{path} has more than {MAX_MEGAPIXELS} megapixels, the most that is read. Make it smaller."
    )


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits: Pillow's own conversion would clip, not scale
        return Image.fromarray(
            (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        ).convert("RGB")
    if image.mode == "F":
        return Image.fromarray(np.asarray(image).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")
