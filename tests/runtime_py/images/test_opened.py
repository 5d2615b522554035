"""Only the formats of the contract are decoded, whatever a file is named; what is not is named."""

import io
import os
import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py import vendors
from skinseg_mobile.runtime_py.errors import InputError, MissingExtraError
from skinseg_mobile.runtime_py.images.image_file import displayed_size, read_mask, read_photo
from skinseg_mobile.runtime_py.images.opened import FORMATS, SUFFIXES
from tests.runtime_py.images.test_image_file import png

ROOT = Path(__file__).parents[3]
READ = (read_photo, read_mask, displayed_size)
SCENE = np.kron(np.arange(6).reshape(2, 3) * 40 + 20, np.ones((16, 16))).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def tiff(values: NDArray[Any], *more: tuple[int, int], bits: int, kind: int = 1) -> bytes:
    """A TIFF of one grey strip written by hand: sample format `kind`, `more` tags, their values."""
    height, width = values.shape
    rows = values.tobytes()
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 8, 277: 1, 278: height}
    tags |= {279: len(rows), 339: kind, **dict(more)}
    entries = [struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in sorted(tags)]
    start = struct.pack("<2sHI", b"II", 42, 8 + len(rows))
    return start + rows + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.tga", "mask"])
@pytest.mark.parametrize("kind", ["TGA", "DDS", "ICO", "PCX", "SGI"])
def test_other_formats_are_not_decoded_under_any_name(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(Image.fromarray(SCENE).convert("RGB"), kind))
    for read in READ:
        with pytest.raises(InputError, match=rf"{name} is not a JPEG, PNG, .* Convert it\."):
            read(path)


def test_one_function_opens_every_image() -> None:
    """Without `formats=` Pillow tries every decoder it knows, by what a file holds."""
    folders = ("runtime_py", "train", "compress", "export", "skinseg_cli", "benchmarks")
    sources = [path for name in folders for path in (ROOT / name).rglob("*.py")]
    found = {
        f"{path.relative_to(ROOT)}: {call}"
        for path in sources
        for call in re.findall(r"Image\.open\([^)]*|ImageFile\.Parser", path.read_text())
    }
    assert found == {
        "runtime_py/images/opened.py: Image.open(path, formats=formats",
        'benchmarks/photo.py: Image.open(file, formats=("JPEG",',  # Pillow alone, to compare with
        'train/data/camera.py: Image.open(file, formats=("JPEG",',  # what it encoded itself
    }


def test_suffixes_are_those_of_the_formats() -> None:
    assert {".jpg", ".jfif", ".png", ".webp", ".tif", ".bmp", ".gif", ".heic", ".dcm"} <= SUFFIXES
    assert len(SUFFIXES) == sum(map(len, FORMATS.values()))


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\0\0\0\x20ftypavif", "an AVIF image"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avif", "an AVIF image"),
        (b"\0\0\0\x18ftypcrx ", "a film or a camera's raw file"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
        (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
        (b"8BPS", "a Photoshop file"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x93NUMPY", "a NumPy array"),
    ],
)
def test_a_format_that_is_not_read_is_named(tmp_path: Path, start: bytes, name: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(start.ljust(200, b"\0"))
    for read in READ:
        with pytest.raises(InputError, match=f"photo.jpg is {name}.* Save it as JPEG"):
            read(tmp_path / "photo.jpg")


def test_a_pipe_is_no_image(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photo.jpg")
    with pytest.raises(InputError, match=r"photo.jpg is no file, not an image. Name one file"):
        read_photo(tmp_path / "photo.jpg")


UNKNOWN_WHITE: Mapping[str, tuple[bytes, str]] = {
    "float of 0..1": (tiff((SCENE / 255).astype("<f4"), bits=32, kind=3), "decimal numbers"),
    "float of 0..255": (tiff(SCENE.astype("<f4"), bits=32, kind=3), "decimal numbers"),
    "float64": (tiff(SCENE.astype("<f8"), bits=64, kind=3), "a TIFF of a kind that is not read"),
    "float16": (tiff(SCENE.astype("<f2"), bits=16, kind=3), "a TIFF of a kind that is not read"),
    "int16": (tiff(SCENE.astype("<i2"), bits=16, kind=2), "signed or 32-bit numbers"),
    "uint32": (tiff(SCENE.astype("<u4"), bits=32), "signed or 32-bit numbers"),
    "int32": (tiff(SCENE.astype("<i4"), bits=32, kind=2), "signed or 32-bit numbers"),
    "8 of 16 bits": (tiff(SCENE.astype("<u2"), bits=16), "below 4096 of 65535: it would read as"),
    "12 of 16 bits": (tiff(SCENE.astype("<u2") * 16, bits=16), "below 4096 of 65535"),
    "white is 0": (tiff(SCENE.astype("<u2") * 256, (262, 0), bits=16), "in which 0 is white"),
    "a preview": (tiff(SCENE, (254, 1), bits=8), "a camera's raw file"),
    "DNG": (tiff(SCENE, (50706, 1), bits=8), "a camera's raw file"),
    "LAB": (encoded(Image.new("LAB", (4, 4)), "TIFF"), "LAB colours"),
    "float PFM": (encoded(Image.fromarray(SCENE / np.float32(255)), "PPM"), "decimal numbers"),
}


@pytest.mark.parametrize("name", UNKNOWN_WHITE)
def test_values_without_a_known_white_are_refused(tmp_path: Path, name: str) -> None:
    content, says = UNKNOWN_WHITE[name]
    (tmp_path / "photo.tif").write_bytes(content)
    with pytest.raises(InputError, match=f"photo.tif .*{says}.*(S|s)ave it"):
        read_photo(tmp_path / "photo.tif")


def test_12_bits_are_all_of_12(tmp_path: Path) -> None:
    values = SCENE.astype(np.uint16) * 16 + 15
    pairs = values.reshape(-1, 2).astype(np.uint32)
    packed = (pairs[:, 0] << 12 | pairs[:, 1]).astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:]
    content = tiff(np.ascontiguousarray(packed.reshape(32, -1)), (256, 48), bits=12)
    (tmp_path / "photo.tif").write_bytes(content)
    np.testing.assert_array_equal(read_photo(tmp_path / "photo.tif")[..., 1], SCENE)


def test_16_bit_greymap(tmp_path: Path) -> None:
    rows = (SCENE.astype(">u2") * 257).tobytes()
    (tmp_path / "photo.pgm").write_bytes(b"P5 48 32 65535\n" + rows)
    np.testing.assert_array_equal(read_photo(tmp_path / "photo.pgm")[..., 0], SCENE)


def test_16_bit_colour_of_8_bits_is_refused(tmp_path: Path) -> None:
    rows = [struct.pack(">6H", 200, 150, 120, 60, 30, 20)]
    for colour in (2, 6):
        (tmp_path / "photo.png").write_bytes(png((6 // (colour // 2 + 2), 1), 16, colour, rows))
        with pytest.raises(InputError, match="would read as black"):
            read_photo(tmp_path / "photo.png")


def heic(tmp_path: Path, orientation: int = 1) -> Path:
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs pip install pillow-heif")
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.heic"
    Image.fromarray(SCENE).convert("RGB").save(path, quality=95, exif=exif.tobytes())
    return path


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_heic_is_turned_once(tmp_path: Path, orientation: int, turn: int) -> None:
    """The encoder writes the turn into the container, as phones do, and into EXIF."""
    path = heic(tmp_path, orientation)
    expected = np.rot90(SCENE, turn)
    assert displayed_size(path) == expected.shape
    difference = read_photo(str(path)).astype(int) - expected[..., None]
    assert np.abs(difference).max() <= 6


def test_damaged_heic(tmp_path: Path) -> None:
    path = heic(tmp_path)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match=r"photo\.heic is (a )?damaged .*Copy it again"):
        read_photo(path)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\0\0\0\x18ftypheic", "a HEIC image: pillow_heif is needed .*'skinseg-mobile.heic.'"),
        (bytes(128) + b"DICM", "a DICOM image: pydicom is needed .*'skinseg-mobile.dicom.'"),
    ],
)
def test_without_its_package_the_format_and_the_extra_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes, said: str
) -> None:
    """The packages are hidden as an install without the extra lacks them."""
    (tmp_path / "photo.jpg").write_bytes(start.ljust(200, b"\0"))
    real = vendors.importlib.import_module

    def hidden(name: str) -> Any:
        if name in ("pillow_heif", "pydicom"):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name)

    monkeypatch.setattr(vendors.importlib, "import_module", hidden)
    for read in READ:
        with pytest.raises(MissingExtraError, match=f"photo.jpg is {said}$"):
            read(tmp_path / "photo.jpg")


def ybr(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(rgb).convert("YCbCr"))


RGB = np.dstack([SCENE, SCENE[::-1], SCENE[:, ::-1]])
LUT = {
    f"{colour}PaletteColorLookupTable{part}": value
    for colour, table in zip(
        ("Red", "Green", "Blue"),
        (255 - np.arange(256), np.arange(256), np.arange(256) // 2),
        strict=True,
    )
    for part, value in (
        ("Descriptor", [256, 0, 16]), ("Data", (table * 257).astype("<u2").tobytes()),
    )
}  # fmt: skip
Store = Callable[[NDArray[Any]], NDArray[Any]]
DICOMS: Mapping[str, tuple[NDArray[Any], Store, dict[str, Any]]] = {
    "RGB": (RGB, lambda rgb: rgb, {}),
    "RGB, plane by plane": (
        RGB, lambda rgb: np.ascontiguousarray(np.moveaxis(rgb, 2, 0)), {"PlanarConfiguration": 1},
    ),
    "YBR_FULL": (RGB, ybr, {"PhotometricInterpretation": "YBR_FULL"}),
    "MONOCHROME2": (SCENE, lambda grey: grey, {"PhotometricInterpretation": "MONOCHROME2"}),
    "MONOCHROME1": (SCENE, lambda grey: 255 - grey, {"PhotometricInterpretation": "MONOCHROME1"}),
    "PALETTE COLOR": (
        np.dstack([255 - SCENE, SCENE, SCENE // 2]), lambda rgb: rgb[..., 1],
        {"PhotometricInterpretation": "PALETTE COLOR"} | LUT,
    ),
    "12 bits": (
        SCENE, lambda grey: grey.astype(np.uint16) * 16,
        {"PhotometricInterpretation": "MONOCHROME2", "BitsAllocated": 16, "BitsStored": 12},
    ),
}  # fmt: skip


def dicom(path: Path, content: bytes, **fields: Any) -> Path:
    pydicom = pytest.importorskip("pydicom", reason="needs pip install pydicom")
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    syntax = fields.pop("TransferSyntaxUID", pydicom.uid.ExplicitVRLittleEndian)
    data.file_meta.TransferSyntaxUID = syntax
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.77.1.4", "1.2.3"
    data.Rows, data.Columns, data.Modality = 32, 48, "XC"
    colours = 1 if fields.get("PhotometricInterpretation", "")[:4] in ("MONO", "PALE") else 3
    data.SamplesPerPixel, data.PhotometricInterpretation = colours, "RGB"
    data.BitsAllocated, data.BitsStored, data.PixelRepresentation = 8, 8, 0
    if colours == 3:
        data.PlanarConfiguration = 0
    for name, value in fields.items():
        setattr(data, name, value)
    data.HighBit, data.PixelData = data.BitsStored - 1, content
    data["PixelData"].VR = "OW" if fields.get("BitsAllocated") == 16 else "OB"
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("name", DICOMS)
def test_dicom(tmp_path: Path, name: str) -> None:
    expected, stored, fields = DICOMS[name]
    path = dicom(tmp_path / "lesion.dcm", stored(expected).tobytes(), **fields)
    photo = read_photo(path)
    shown = expected if expected.ndim == 3 else np.repeat(expected[..., None], 3, axis=2)
    assert photo.dtype == np.uint8
    assert np.abs(photo.astype(int) - shown).max() <= (2 if name == "YBR_FULL" else 0)
    assert displayed_size(path) == (32, 48)


def test_dicom_that_holds_a_jpeg(tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom", reason="needs pip install pydicom")
    content = encoded(Image.fromarray(RGB), "JPEG", quality=98, subsampling=0)
    path = dicom(
        tmp_path / "lesion",
        pydicom.encaps.encapsulate([content]),
        TransferSyntaxUID=pydicom.uid.JPEGBaseline8Bit,
        PhotometricInterpretation="YBR_FULL_422",
    )
    assert np.abs(read_photo(path).astype(int) - RGB).max() <= 12


def test_dicom_mask(tmp_path: Path) -> None:
    mask = (SCENE > 100).astype(np.uint8)
    path = dicom(tmp_path / "mask.dcm", mask.tobytes(), PhotometricInterpretation="MONOCHROME2")
    np.testing.assert_array_equal(read_mask(path), mask == 1)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"NumberOfFrames": 2}, "has 2 frames, and an image must have one"),
        ({"PixelRepresentation": 1}, r"is a DICOM image of measured values \(XC\)"),
        ({"RescaleSlope": 2}, "of measured values"),
        ({"RescaleIntercept": -1024}, "of measured values"),
        ({"Rows": 20000, "Columns": 20000}, "more than 120 megapixels"),
        ({"Rows": 64}, "is damaged"),
        ({"PhotometricInterpretation": "HSV"}, "is a DICOM image of HSV pixels"),
    ],
)
def test_dicom_that_is_no_still_photograph(
    tmp_path: Path, fields: dict[str, Any], says: str
) -> None:
    path = dicom(tmp_path / "lesion.dcm", RGB.tobytes(), **fields)
    with pytest.raises(InputError, match=f"lesion.dcm .*({says})"):
        read_photo(path)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_truncated_dicom(tmp_path: Path, share: float) -> None:
    path = dicom(tmp_path / "lesion.dcm", RGB.tobytes())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"lesion\.dcm is (damaged|a DICOM file without an image)"):
        read_photo(path)
