"""Opens the image formats of the contract and no others; every failure becomes one sentence.

`FORMATS` is the one list: Pillow may use these decoders alone, whatever a file is named, and a
dataset counts the files with these suffixes. HEIC and DICOM need a package of their own.
"""

import logging
import struct
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from skinseg_mobile.runtime_py.errors import InputError, MissingExtraError
from skinseg_mobile.runtime_py.images.quiet import QUIET
from skinseg_mobile.runtime_py.vendors import vendor

MAX_MEGAPIXELS = 120
FORMATS: Mapping[str, tuple[str, ...]] = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "HEIF": (".heic", ".heif", ".hif"),
    "DICOM": (".dcm", ".dicom"),
}
SUFFIXES = frozenset(suffix for suffixes in FORMATS.values() for suffix in suffixes)
DAMAGED = (
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
"""What decoders are known to raise for damaged files."""
DARK = 16
"""An image of more than 8 bits whose brightest 8-bit level is below this is stored unscaled."""
_HEAD = 132
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_FOREIGN = {  # where a file starts so, this is what it is
    b"\0\0\0\x0cjP  ": "a JPEG 2000 image",
    b"\xff\x4f\xff\x51": "a JPEG 2000 image",
    b"\0\0\0\x0cJXL ": "a JPEG XL image",
    b"\xff\x0a": "a JPEG XL image",
    b"8BPS": "a Photoshop file",
    b"%PDF": "a PDF",
    b"\x93NUMPY": "a NumPy array",
    b"II+\0": "a BigTIFF of a kind that is not read",
    b"MM\0+": "a BigTIFF of a kind that is not read",
    b"II*\0": "a TIFF of a kind that is not read, or damaged",
    b"MM\0*": "a TIFF of a kind that is not read, or damaged",
}
_BITS, _WHITE_IS_ZERO, _DNG = 258, 262, 50706  # TIFF 6.0 and DNG 1.7: tags
_SUBFILE, _PREVIEW = 254, 1
_YBR = {"YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"}
_PHOTOMETRIC = _YBR | {"RGB", "PALETTE COLOR", "MONOCHROME1", "MONOCHROME2"}
for _module in ("PIL", "pydicom"):  # without a handler their warnings go to stderr
    logging.getLogger(_module).addHandler(logging.NullHandler())


@contextmanager
def open_image(path: Path) -> Generator[Image.Image]:
    """Yield the opened still of a file; pixels that would be misread are refused.

    Raises:
        InputError: missing, of another format, damaged, animated, too large, or of values that
            have no known place between black and white.
        MissingExtraError: HEIC or DICOM without the package that reads it.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. Check the path.")
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "no file"
        raise InputError(f"{path} is {kind}, not an image. Name one file.")
    try:
        # A decoder's warnings lead nowhere: either the pixels come or an error does. Its limit
        # on size is checked below, with a clearer sentence.
        with QUIET, _decoder(path) as image:
            _require_size(image.height, image.width, path)
            _require_still(image, path)
            image.info.pop("xmp", None)  # Pillow would turn a TIFF by it; the contract says EXIF
            yield image
    except Image.DecompressionBombError as error:
        raise InputError(_too_large(path)) from error
    except UnidentifiedImageError as error:
        raise InputError(_unknown(path)) from error
    except DAMAGED as error:
        reason = f"{error}".strip() or type(error).__name__
        raise InputError(f"{path} is damaged ({reason}). Copy it again.") from error


def load(image: Image.Image, path: Path) -> None:
    """Decode an opened image, and refuse values of unknown range in what keeps 8 of 16 bits.

    Raises:
        InputError: white is 0 in 16 bits, a preview of a raw file, or no level above `DARK`.
    """
    if image.format == "TIFF":
        _require_plain_tiff(cast(Any, image).tag_v2, image, path)
    deep = any(";16" in str(tile) for tile in getattr(image, "tile", ()))
    image.load()
    if deep and image.format in ("PNG", "TIFF") and image.mode in ("LA", "RGB", "RGBA"):
        bands = cast(list[tuple[int, int]], image.getextrema())
        require_bright(max(high for _, high in bands[: 1 if image.mode == "LA" else 3]), path)


def require_bright(level: int, path: Path) -> None:
    """Raise InputError where 16 bits hold 8, 10 or 12: such an image would read as black."""
    if level < DARK:
        raise InputError(
            f"{path} has 16 bits a value, and its brightest is below {DARK * 256} of 65535: it"
            " would read as black. Save it with 8 bits."
        )


def _require_plain_tiff(tags: Mapping[int, Any], image: Image.Image, path: Path) -> None:
    if tags.get(_SUBFILE, 0) & _PREVIEW or _DNG in tags:
        raise InputError(
            f"{path} is a camera's raw file, and only its preview could be read. Develop it and"
            " save it as JPEG."
        )
    if tags.get(_WHITE_IS_ZERO) == 0 and image.mode.startswith(("I", "F")):
        raise InputError(
            f"{path} is a TIFF in which 0 is white in more than 8 bits, which is not read. Save"
            " it with 8 bits."
        )


def bits_of(image: Image.Image) -> int:
    """Return how many bits of a 16-bit grey image are used; 12-bit TIFFs say so."""
    tags = cast(Mapping[int, Any], getattr(image, "tag_v2", {}))
    return 12 if tags.get(_BITS) == (12,) else 16


@contextmanager
def _decoder(path: Path) -> Generator[Image.Image]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.endswith(b"DICM") and len(head) == _HEAD:
        yield _read_dicom(path)
        return
    formats = [name for name in FORMATS if name not in ("HEIF", "DICOM")]
    if _is_heic(head):
        _reader("pillow_heif", "heic", "HEIC", path).register_heif_opener()
        formats = ["HEIF"]
    with Image.open(path, formats=formats) as image:
        yield image


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC and b"avif" not in head


def _reader(module: str, extra: str, name: str, path: Path) -> Any:
    try:
        return vendor(module, extra)
    except MissingExtraError as error:
        raise MissingExtraError(f"{path} is a {name} image: {error}") from error


def _require_size(height: int, width: int, path: Path) -> None:
    if height * width > MAX_MEGAPIXELS * 1_000_000:
        raise InputError(_too_large(path))


def _require_still(image: Image.Image, path: Path) -> None:
    """Phones write stills as MPO and HEIC, whose further frames are depth and previews."""
    frames = cast(int, getattr(image, "n_frames", 1))
    if frames > 1 and image.format not in ("MPO", "HEIF"):
        raise InputError(_several(frames, path))


def _several(frames: int, path: Path) -> str:
    return (
        f"{path} has {frames} frames, and an image must have one. Save the frame that you need"
        " as a file."
    )


def _too_large(path: Path) -> str:
    return (
        f"{path} has more than {MAX_MEGAPIXELS} megapixels, the most that is read. Make it smaller."
    )


def _unknown(path: Path) -> str:
    """Return the sentence on a file that no decoder of the contract takes; it names the format."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = next((name for start, name in _FOREIGN.items() if head.startswith(start)), None)
    if head[4:8] == b"ftyp":
        if _is_heic(head):
            return f"{path} is a damaged HEIC image. Copy it again."
        avif = b"avif" in head or b"avis" in head
        found = "an AVIF image" if avif else "a film or a camera's raw file"
    if found:
        return f"{path} is {found}. Save it as JPEG, or as PNG with 8 bits."
    return (
        f"{path} is not a JPEG, PNG, WebP, TIFF, BMP, GIF, PPM, HEIC or DICOM image, or it is"
        " damaged. Convert it."
    )


def _read_dicom(path: Path) -> Image.Image:
    """Return the one frame of a DICOM photograph: RGB, YBR, palette or grey (PS3.3, C.7.6.3)."""
    pydicom = _reader("pydicom", "dicom", "DICOM", path)
    try:
        return _dicom_image(pydicom, pydicom.dcmread(path), path)
    except (pydicom.errors.BytesLengthException, pydicom.errors.InvalidDicomError) as error:
        raise ValueError(f"{error}") from error


def _dicom_image(pydicom: Any, data: Any, path: Path) -> Image.Image:
    if "PixelData" not in data:
        raise InputError(f"{path} is a DICOM file without an image. Name one that has one.")
    frames = int(data.get("NumberOfFrames") or 1)
    if frames > 1:
        raise InputError(_several(frames, path))
    _require_size(data.Rows, data.Columns, path)
    if data.PhotometricInterpretation not in _PHOTOMETRIC:
        raise InputError(
            f"{path} is a DICOM image of {data.PhotometricInterpretation} pixels, which are not"
            " read. Save it as PNG with 8 bits."
        )
    scaled = data.get("RescaleSlope", 1) != 1 or data.get("RescaleIntercept", 0) != 0
    if data.PixelRepresentation or scaled or data.BitsStored < 8:
        raise InputError(
            f"{path} is a DICOM image of measured values ({data.get('Modality', 'no modality')}),"
            " not a photograph. Save it as PNG with 8 bits."
        )
    try:
        pixels = pydicom.pixels.pixel_array(data, raw=False)
    except (RuntimeError, NotImplementedError) as error:
        kind = data.file_meta.TransferSyntaxUID.name
        raise InputError(
            f"{path} is a DICOM image in {kind}, which pydicom does not decode here ({error})."
            " Save it as JPEG."
        ) from error
    return Image.fromarray(_eight_bits(pydicom, data, pixels, path))


def _eight_bits(pydicom: Any, data: Any, pixels: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    bits = int(data.BitsStored)
    if data.PhotometricInterpretation == "PALETTE COLOR":
        pixels = pydicom.pixels.apply_color_lut(pixels, data)
        bits = 8 * pixels.itemsize
    if data.PhotometricInterpretation == "MONOCHROME1":
        pixels = (1 << bits) - 1 - pixels
    levels = (pixels >> (bits - 8)).astype(np.uint8)
    if bits > 8:
        require_bright(int(levels.max()), path)
    return np.ascontiguousarray(levels)
