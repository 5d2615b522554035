"""Every still image gives the pixels a person sees; every other file one sentence."""

import contextlib
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import (
    displayed_size,
    read_mask,
    read_mask_levels,
    read_photo,
)
from skinseg_mobile.runtime_py.images.opened import MAX_MEGAPIXELS
from skinseg_mobile.runtime_py.images.resize import resize

Pixels = NDArray[np.uint8]
ORIENTATION = 0x0112
JPEG_LEVELS = 6  # what flat squares lose at most, saved as:
SHARP = {"quality": 95, "subsampling": 0}

# How a camera stores the picture that is displayed as `shown` (EXIF 2.32, tag 274).
STORED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda shown: shown,
    2: lambda shown: shown[:, ::-1],
    3: lambda shown: shown[::-1, ::-1],
    4: lambda shown: shown[::-1],
    5: lambda shown: shown.swapaxes(0, 1),
    6: lambda shown: shown.swapaxes(0, 1)[::-1],
    7: lambda shown: shown[::-1, ::-1].swapaxes(0, 1),
    8: lambda shown: shown.swapaxes(0, 1)[:, ::-1],
}


def scene() -> Pixels:
    """A (32, 48, 3) picture of six flat squares: no flip or turn of it equals another."""
    top = [[220, 30, 30], [30, 220, 30], [30, 30, 220]]
    bottom = [[240, 240, 90], [9, 9, 9], [250, 250, 250]]
    return np.kron(np.array([top, bottom], np.uint8), np.ones((16, 16, 1), np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def turned(shown: Pixels, orientation: int, kind: str) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = np.ascontiguousarray(STORED[orientation](shown))
    return encoded(Image.fromarray(stored), kind, exif=exif, lossless=True, **SHARP)


def png(
    size: tuple[int, int], depth: int, colour: int, rows: list[bytes], *between: tuple[bytes, bytes]
) -> bytes:
    """A PNG written by hand: (width, height), bits, colour type, rows, chunks before the pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", header), *between, (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def photo_of(folder: Path, content: bytes) -> Pixels:
    path = folder / "photo.jpg"
    path.write_bytes(content)
    return read_photo(path)


def assert_near(pixels: Pixels, expected: Pixels, levels: int = 0) -> None:
    assert pixels.dtype == np.uint8
    assert pixels.shape == expected.shape
    assert int(np.abs(pixels.astype(int) - expected.astype(int)).max()) <= levels


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_photograph_is_shown_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    path = tmp_path / "photo"
    path.write_bytes(turned(scene(), orientation, kind))
    assert_near(read_photo(path), scene(), JPEG_LEVELS if kind == "JPEG" else 0)
    assert displayed_size(path) == (32, 48)


@pytest.mark.parametrize("orientation", STORED)
def test_mask_is_in_the_displayed_orientation(tmp_path: Path, orientation: int) -> None:
    truth = scene()[..., 0] >= 128
    (tmp_path / "upright.png").write_bytes(encoded(Image.fromarray(truth), "PNG"))
    grey = truth.astype(np.uint8) * 255
    (tmp_path / "turned.png").write_bytes(turned(grey, orientation, "PNG"))
    (tmp_path / "photo.jpg").write_bytes(turned(scene(), orientation, "JPEG"))
    np.testing.assert_array_equal(read_mask(tmp_path / "upright.png"), truth)
    np.testing.assert_array_equal(read_mask(tmp_path / "turned.png"), truth)
    assert read_photo(tmp_path / "photo.jpg").shape[:2] == truth.shape


@pytest.mark.parametrize("orientation", [0, 9, 200])
def test_unknown_orientation_is_shown_as_stored(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = encoded(Image.fromarray(scene()), "PNG", exif=exif)
    assert_near(photo_of(tmp_path, content), scene())
    assert displayed_size(tmp_path / "photo.jpg") == (32, 48)


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:tiff="http://ns.adobe.com/tiff/1.0/">
<rdf:Description tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_orientation_in_xmp_alone_does_not_turn(tmp_path: Path, kind: str) -> None:
    image, options = Image.fromarray(scene()), dict[str, object]()
    if kind == "PNG":
        information = PngInfo()
        information.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options["pnginfo"] = information
    elif kind == "TIFF":
        options["tiffinfo"] = {700: XMP}
    else:
        options["xmp"] = XMP
    content = encoded(image, kind, lossless=True, **SHARP, **options)
    assert XMP in content
    assert_near(photo_of(tmp_path, content), scene(), JPEG_LEVELS if kind == "JPEG" else 0)
    assert displayed_size(tmp_path / "photo.jpg") == (32, 48)


def test_orientation_behind_the_pixels_of_a_png_turns(tmp_path: Path) -> None:
    content = turned(scene(), 6, "PNG")
    start, block = content.index(b"eXIf") - 4, content[content.index(b"eXIf") - 4 :]
    block = block[: 12 + struct.unpack(">I", block[:4])[0]]
    moved = content.replace(block, b"").replace(content[-12:], block + content[-12:])
    assert moved.index(b"IDAT") < moved.index(b"eXIf")
    assert start < content.index(b"IDAT")
    assert_near(photo_of(tmp_path, moved), scene())
    assert displayed_size(tmp_path / "photo.jpg") == (32, 48)


def test_exif_in_a_text_chunk_of_a_png_does_not_turn(tmp_path: Path) -> None:
    """ImageMagick wrote EXIF so before PNG had a chunk for it; browsers and phones pass it over."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    text = exif.tobytes().hex()
    information = PngInfo()
    information.add_text("Raw profile type exif", f"\nexif\n{len(text) // 2:8}\n{text}\n")
    content = encoded(Image.fromarray(scene()), "PNG", pnginfo=information)
    assert_near(photo_of(tmp_path, content), scene())


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\x08\0\0\0\xff\xff"])
def test_damaged_exif_does_not_cost_the_photograph(tmp_path: Path, kind: str, exif: bytes) -> None:
    content = encoded(Image.fromarray(scene()), kind, exif=exif)
    assert photo_of(tmp_path, content).shape == (32, 48, 3)
    assert displayed_size(tmp_path / "photo.jpg") == (32, 48)


def test_exif_that_cannot_be_written_again_is_still_read(tmp_path: Path) -> None:
    # Orientation 3, and a tag whose text stands where a number belongs, as some phones write it.
    turn = struct.pack("<HHIHH", ORIENTATION, 3, 1, 3, 0)
    text = struct.pack("<HHI4s", 0x0103, 2, 4, b"one")
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + turn + text + bytes(4)
    content = encoded(Image.fromarray(scene()), "JPEG", exif=exif, **SHARP)
    assert_near(photo_of(tmp_path, content), scene()[::-1, ::-1], JPEG_LEVELS)


def test_cmyk_jpeg(tmp_path: Path) -> None:
    inks = [[[0, 0, 0, 0], [0, 255, 255, 0]], [[255, 255, 0, 0], [0, 0, 0, 255]]]
    seen = [[[255, 255, 255], [255, 0, 0]], [[0, 0, 255], [0, 0, 0]]]
    square = np.ones((16, 16, 1), np.uint8)
    image = Image.fromarray(np.kron(np.array(inks, np.uint8), square), "CMYK")
    expected = np.kron(np.array(seen, np.uint8), square)
    assert_near(photo_of(tmp_path, encoded(image, "JPEG", quality=95)), expected, JPEG_LEVELS)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF"])
def test_palette(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(scene()).quantize(8)
    assert image.mode == "P"
    assert_near(photo_of(tmp_path, encoded(image, kind)), scene())


def test_palette_with_transparency_lies_on_white(tmp_path: Path) -> None:
    palette = (b"PLTE", bytes([10, 20, 30, 200, 100, 0]))
    content = png((2, 1), 8, 3, [b"\0\1"], palette, (b"tRNS", b"\0"))
    assert_near(photo_of(tmp_path, content), np.array([[[255] * 3, [200, 100, 0]]], np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_greyscale(tmp_path: Path, kind: str) -> None:
    grey = scene()[..., 1]
    expected = np.repeat(grey[..., None], 3, axis=2)
    content = encoded(Image.fromarray(grey), kind)
    assert_near(photo_of(tmp_path, content), expected, JPEG_LEVELS if kind == "JPEG" else 0)


def test_grey_and_alpha_lie_on_white(tmp_path: Path) -> None:
    pixels = np.array([[[40, 255], [40, 0], [0, 128]]], np.uint8)
    content = encoded(Image.fromarray(pixels, "LA"), "PNG")
    assert_near(photo_of(tmp_path, content), np.array([[[40] * 3, [255] * 3, [127] * 3]], np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_lies_on_white(tmp_path: Path, kind: str) -> None:
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 200, 51]]], np.uint8)
    content = encoded(Image.fromarray(pixels), kind, lossless=True)
    expected = np.array([[[10, 20, 30], [255, 255, 255], [204, 224, 244]]], np.uint8)
    assert_near(photo_of(tmp_path, content), expected, 1)


def test_16_bit_grey_keeps_the_high_byte(tmp_path: Path) -> None:
    pixels = np.array([[0x00FF, 0x1234, 0xABFF, 0xFFFF]], np.uint16)
    high = np.array([[0x00, 0x12, 0xAB, 0xFF]], np.uint8)
    expected = np.repeat(high[..., None], 3, axis=2)
    assert_near(photo_of(tmp_path, encoded(Image.fromarray(pixels), "PNG")), expected)
    assert_near(photo_of(tmp_path, encoded(Image.fromarray(pixels), "TIFF")), expected)


def test_16_bit_colour_keeps_the_high_byte(tmp_path: Path) -> None:
    rows = [struct.pack(">6H", 0x1234, 0xABFF, 0xFF80, 0, 1, 0xFFFF)]
    expected = np.array([[[0x12, 0xAB, 0xFF], [0, 0, 0xFF]]], np.uint8)
    assert_near(photo_of(tmp_path, png((2, 1), 16, 2, rows)), expected)


def test_16_bit_colour_and_alpha_lie_on_white(tmp_path: Path) -> None:
    rows = [struct.pack(">8H", 0x1234, 0xABFF, 0xFF80, 0xFFFF, 0, 0, 0, 0)]
    expected = np.array([[[0x12, 0xAB, 0xFF], [255, 255, 255]]], np.uint8)
    assert_near(photo_of(tmp_path, png((2, 1), 16, 6, rows)), expected)


def test_1_bit(tmp_path: Path) -> None:
    content = encoded(Image.fromarray(np.array([[True, False, True]])), "PNG")
    assert_near(photo_of(tmp_path, content), np.array([[[255] * 3, [0] * 3, [255] * 3]], np.uint8))
    np.testing.assert_array_equal(read_mask_levels(tmp_path / "photo.jpg"), [[255, 0, 255]])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM"])
def test_1_pixel(tmp_path: Path, kind: str) -> None:
    content = encoded(Image.new("RGB", (1, 1), (120, 120, 120)), kind)
    assert_near(photo_of(tmp_path, content), np.full((1, 1, 3), 120, np.uint8), JPEG_LEVELS)


def test_mpo_gives_its_first_picture(tmp_path: Path) -> None:
    preview = Image.new("RGB", (8, 8))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stored = Image.fromarray(np.ascontiguousarray(STORED[6](scene())))
    content = encoded(stored, "MPO", save_all=True, append_images=[preview], exif=exif, **SHARP)
    assert Image.open(io.BytesIO(content)).format == "MPO"
    assert_near(photo_of(tmp_path, content), scene(), JPEG_LEVELS)


PREDICT = """
import sys
from pathlib import Path
from skinseg_mobile.runtime_py import load
from skinseg_mobile.runtime_py.bench.memory import peak_bytes
from skinseg_mobile.runtime_py.predict.write_masks import predict

predict(load("lean-isic2017"), [Path(sys.argv[1])], Path(sys.argv[2]))
print(peak_bytes())
"""


@pytest.mark.slow
def test_108_megapixels_fit_into_1500_megabytes(tmp_path: Path) -> None:
    image = Image.new("RGB", (12_000, 9_000), (200, 150, 120))
    image.paste((60, 30, 20), (3_000, 2_250, 9_000, 6_750))
    image.save(tmp_path / "photo.jpg", quality=95)
    paths = [tmp_path / "photo.jpg", tmp_path / "out"]
    done = subprocess.run(
        [sys.executable, "-c", PREDICT, *paths], capture_output=True, check=True, text=True
    )
    assert int(done.stdout) < 1_500_000_000
    assert displayed_size(tmp_path / "out" / "photo-mask.png") == (9_000, 12_000)
    small = resize(read_photo(tmp_path / "photo.jpg"), 64, 64)
    assert_near(np.rint(small[32, 32]).astype(np.uint8), np.array([60, 30, 20], np.uint8), 3)
    assert_near(np.rint(small[2, 2]).astype(np.uint8), np.array([200, 150, 120], np.uint8), 3)


@pytest.mark.parametrize("megapixels", [MAX_MEGAPIXELS + 20, 400])
def test_over_the_limit_is_refused_by_the_header(tmp_path: Path, megapixels: int) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png((megapixels * 100, 10_000), 8, 2, [b""]))
    for read in (read_photo, read_mask, displayed_size):
        with pytest.raises(
            InputError, match=f"photo.png has more than {MAX_MEGAPIXELS} megapixels.*smaller"
        ):
            read(path)


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(png((MAX_MEGAPIXELS * 100, 10_000), 8, 2, [b""]))
    assert displayed_size(path) == (10_000, MAX_MEGAPIXELS * 100)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_several_frames_are_refused(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(
        InputError, match=r"photo.jpg has 2 frames, .* must have one. Save the frame"
    ):
        photo_of(tmp_path, content)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jpg does not exist\. Check the path"):
        read_photo(tmp_path / "none.jpg")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{tmp_path} is a folder, not an image. Name one file"):
        read_photo(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an image\n", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"])
def test_not_an_image(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(
        InputError, match=r"photo.jpg is not a JPEG, PNG.*or it is damaged. Convert it"
    ):
        photo_of(tmp_path, content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated_file(tmp_path: Path, kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    with pytest.raises(InputError, match="damaged"):
        photo_of(tmp_path, content[: int(len(content) * share)])


def test_size_of_a_truncated_palette_png(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(Image.fromarray(scene()).quantize(8), "PNG")[:-40])
    assert displayed_size(path) == (32, 48)


@settings(deadline=None, max_examples=150)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"]),
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damage_gives_pixels_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, kind: str, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(turned(scene(), 6, kind))
    for place, value in changes:
        content[place % len(content)] = value
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content)
    for read in (read_photo, read_mask_levels, displayed_size):
        with contextlib.suppress(InputError):  # whatever else is raised fails the test
            read(path)
