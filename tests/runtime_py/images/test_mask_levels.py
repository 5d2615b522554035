"""Masks of two levels of every kind read as they were drawn; what is ambiguous names its file."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import read_mask, read_mask_levels
from skinseg_mobile.runtime_py.images.mask_levels import FEW

LESION = np.zeros((40, 40), np.bool_)
LESION[10:20, 10:20] = True
CLEAR = (0, 0, 0, 0)


def grey(low: float, high: float, dtype: type = np.uint8) -> Image.Image:
    """An image with `high` inside the lesion."""
    return Image.fromarray(np.where(LESION, high, low).astype(dtype))


def coloured(ground: tuple[int, ...], lesion: tuple[int, ...]) -> Image.Image:
    return Image.fromarray(np.where(LESION[..., None], lesion, ground).astype(np.uint8))


def palette(*colours: tuple[int, int, int], index: NDArray[Any] | None = None) -> Image.Image:
    """The lesion is index 1."""
    image = Image.fromarray((LESION if index is None else index).astype(np.uint8), "P")
    image.putpalette([value for colour in colours for value in colour])
    return image


def one_bit_where_0_is_white() -> bytes:
    """A TIFF of photometric interpretation WhiteIsZero: the lesion's bits are 0."""
    rows = np.packbits(~LESION, axis=1).tobytes()
    tags = {256: 40, 257: 40, 258: 1, 259: 1, 262: 0, 273: 8, 277: 1, 278: 40, 279: len(rows)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"".join(
        [
            struct.pack("<2sHI", b"II", 42, 8 + len(rows)),
            rows,
            struct.pack("<H", len(tags)),
            entries,
            bytes(4),
        ]
    )


SOUND: Mapping[str, Image.Image] = {
    "mask.png": grey(0, 255),
    "one.png": grey(0, 1),
    "pale.png": grey(5, 135),
    "bits.png": Image.fromarray(LESION),
    "16-bit.png": grey(0, 65535, np.uint16),
    "16-bit-of-8.png": grey(0, 255, np.uint16),
    "16-bit-one.tif": grey(0, 1, np.uint16),
    "32-bit.tif": grey(0, 255, np.int32),
    "32-bit-one.tif": grey(0, 1, np.int32),
    "float.tif": grey(0, 1, np.float32),
    "float-255.tif": grey(0, 255, np.float32),
    "mask.bmp": grey(0, 255),
    "mask.gif": grey(0, 255),
    "mask.webp": grey(0, 255),
    "mask.ppm": coloured((0, 0, 0), (255, 255, 255)),
    "rgb.png": coloured((0, 0, 0), (255, 255, 255)),
    "rgb-one.png": coloured((0, 0, 0), (1, 1, 1)),
    "red.png": coloured((0, 0, 0), (255, 0, 0)),
    "blue.png": coloured((0, 0, 0), (0, 0, 255)),
    "red.webp": coloured((0, 0, 0), (255, 0, 0)),
    "navy.bmp": coloured((0, 0, 0), (0, 0, 9)),
    "voc.png": palette((0, 0, 0), (128, 0, 0)),
    "palette-of-0-and-1.png": palette((0, 0, 0), (1, 1, 1)),
    "labels.gif": palette((0, 0, 0), (0, 128, 0)),
    "cmyk.tif": coloured((0, 0, 0), (255, 255, 255)).convert("CMYK"),
    "opaque.png": coloured((0, 0, 0, 255), (255, 255, 255, 255)),
    "opaque-red.png": coloured((0, 0, 0, 255), (255, 0, 0, 255)),
    "white-on-clear.png": coloured(CLEAR, (255, 255, 255, 255)),
    "white-on-clear-white.png": coloured((255, 255, 255, 0), (255, 255, 255, 255)),
    "red-on-clear.png": coloured(CLEAR, (255, 0, 0, 255)),
    "red-on-clear-white.png": coloured((255, 255, 255, 0), (255, 0, 0, 255)),
    "blue-half-clear.webp": coloured(CLEAR, (0, 0, 255, 120)),
    "grey-and-alpha.png": coloured((0, 0), (255, 255)),
    "grey-and-opaque.png": coloured((0, 255), (255, 255)),
}


@pytest.mark.parametrize("name", SOUND)
def test_two_levels_of_any_kind(tmp_path: Path, name: str) -> None:
    SOUND[name].save(tmp_path / name, lossless=True)
    np.testing.assert_array_equal(read_mask(str(tmp_path / name)), LESION)
    levels = read_mask_levels(tmp_path / name)
    assert levels.dtype == np.uint8
    np.testing.assert_array_equal(levels, LESION * 255)


def test_palette_with_a_clear_colour(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    palette((0, 0, 0), (0, 200, 0)).save(path, transparency=0)
    np.testing.assert_array_equal(read_mask(path), LESION)


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_level_that_is_clear(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "mask.png"
    clear = (0, 0, 0) if mode == "RGB" else 0
    Image.fromarray(LESION).convert(mode).save(path, transparency=clear)
    np.testing.assert_array_equal(read_mask(path), LESION)


def test_palettes_are_read_by_colour_not_by_index(tmp_path: Path) -> None:
    palette((255, 255, 255), (0, 0, 0)).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.png"), ~LESION)


def test_bits_that_are_white_as_0_are_read_as_they_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "mask.tif"
    path.write_bytes(one_bit_where_0_is_white())
    np.testing.assert_array_equal(read_mask(path), LESION)


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_jpeg_masks_count_for_the_nearer_level(tmp_path: Path, quality: int) -> None:
    for name in ("mask.jpg", "mask.webp"):
        grey(0, 255).save(tmp_path / name, quality=quality)
        np.testing.assert_array_equal(read_mask(tmp_path / name), LESION)
    coloured((0, 0, 0), (255, 255, 255)).save(tmp_path / "rgb.jpg", quality=quality)
    np.testing.assert_array_equal(read_mask(tmp_path / "rgb.jpg"), LESION)
    grey(0, 255).resize((400, 400), Image.Resampling.NEAREST).save(tmp_path / "large.jpg")
    Image.open(tmp_path / "large.jpg").save(tmp_path / "again.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "again.png")[::10, ::10], LESION)


def test_smoothed_edges_count_for_the_nearer_level(tmp_path: Path) -> None:
    large = grey(0, 255).resize((200, 200), Image.Resampling.BICUBIC)
    large.save(tmp_path / "mask.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.png"), np.asarray(large) >= 128)
    soft = np.asarray(large)
    clear = np.dstack([np.full_like(soft, 200), soft * 0, soft * 0, soft])
    Image.fromarray(clear).save(tmp_path / "clear.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "clear.png"), soft >= 128)


@pytest.mark.parametrize(
    ("level", "dtype", "inside"),
    [(0, np.uint8, False), (1, np.uint8, True), (255, np.uint8, True), (0, np.float32, False),
     (1, np.float32, True), (65535, np.uint16, True), (255, np.uint16, True)],
)  # fmt: skip
def test_one_level(tmp_path: Path, level: int, dtype: type, inside: bool) -> None:
    grey(level, level, dtype).save(tmp_path / "mask.tif")
    assert read_mask(tmp_path / "mask.tif").tolist() == [[inside] * 40] * 40


def test_a_wholly_clear_mask_is_empty(tmp_path: Path) -> None:
    coloured(CLEAR, CLEAR).save(tmp_path / "mask.png")
    assert not read_mask(tmp_path / "mask.png").any()


def third(third: float, dtype: type = np.uint8, high: float = 255) -> Image.Image:
    """A lesion with a third level beside it."""
    values = np.where(LESION, float(high), 0)
    values[25:35, 10:20] = third
    return Image.fromarray(values.astype(dtype))


def layers(lesion: tuple[int, ...], ground: tuple[int, ...], corner: tuple[int, ...]) -> Any:
    pixels = np.where(LESION[..., None], lesion, ground).astype(np.uint8)
    pixels[30:, 30:] = corner
    return Image.fromarray(pixels)


AMBIGUOUS: Mapping[str, tuple[Image.Image, str]] = {
    "three.png": (third(128), "has 3 levels instead of 2"),
    "classes.png": (third(1, high=2), "has 3 levels instead of 2"),
    "ignored.png": (third(255, high=1), "has 3 levels instead of 2"),
    "three.jpg": (third(128), r"has \d+ levels instead of 2"),
    "many.png": (
        Image.fromarray(np.where(LESION, 6 * np.add.outer(range(40), range(40)), 0).astype("u1")),
        "levels instead of 2",
    ),
    "float.tif": (third(0.5, np.float32, 1), "has 3 levels instead of 2"),
    "16-bit.png": (third(30000, np.uint16, 65535), "has 3 levels instead of 2"),
    "soft.png": (Image.linear_gradient("L"), "has 256 levels instead of 2"),
    "negative.tif": (grey(-1, 0, np.int32), "has values from -1 to 0"),
    "no-number.tif": (grey(np.nan, 1, np.float32), "has values from nan to nan"),
    "faint.jpg": (grey(0, 9), "and JPEG changes levels"),
    "middle.png": (grey(127, 127), "has one level, 127, which may be"),
    "red.png": (coloured((255, 0, 0), (255, 0, 0)), "has the colours #ff0000, and must have black"),
    "red-on-white.png": (coloured((255, 255, 255), (255, 0, 0)), "colours #ff0000, #ffffff, and"),
    "two-hues.png": (layers((255, 0, 0), (0, 0, 0), (0, 0, 255)), "#000000, #0000ff, #ff0000, and"),
    "voc.png": (
        palette((0, 0, 0), (128, 0, 0), (224, 224, 192), index=np.asarray(third(2, high=1))),
        "#000000, #800000, #e0e0c0, and must have black and one more",
    ),
    "red.jpg": (coloured((0, 0, 0), (255, 0, 0)), "and must have black and one more"),
    "black-on-clear.png": (coloured(CLEAR, (0, 0, 0, 255)), "do not show one shape"),
    "two-on-clear.png": (
        layers((255, 255, 255, 255), (0, 0, 0, 255), CLEAR), "do not show one shape",
    ),
    "two-hidden.png": (
        layers((255, 255, 255, 255), CLEAR, (255, 255, 255, 0)), "do not show one shape",
    ),
    "all-clear.png": (coloured(CLEAR, (255, 255, 255, 0)), "do not show one shape"),
    "nowhere-clear.png": (
        coloured((0, 0, 0, 128), (255, 255, 255, 255)), "do not show one shape",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_ambiguous_masks_are_refused_by_name(tmp_path: Path, name: str) -> None:
    image, says = AMBIGUOUS[name]
    image.save(tmp_path / name)
    with pytest.raises(InputError, match=f"{name} .*{says}.*(Save the lesion|save it as PNG)"):
        read_mask(tmp_path / name)


def test_levels_of_a_third_class_are_there_to_be_counted(tmp_path: Path) -> None:
    third(128).save(tmp_path / "mask.png")
    assert np.unique(read_mask_levels(tmp_path / "mask.png")).tolist() == [0, 128, 255]


KINDS: Mapping[str, Callable[[NDArray[Any]], Image.Image]] = {
    "png": lambda values: Image.fromarray(values.astype(np.uint8)),
    "tif": lambda values: Image.fromarray(values.astype(np.uint16)),
    "tiff": lambda values: Image.fromarray(values.astype(np.float32)),
}


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    levels=st.lists(st.integers(0, 255), min_size=2, max_size=FEW, unique=True),
)
def test_two_levels_give_the_higher_and_more_give_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, kind: str, levels: list[int]
) -> None:
    place = np.random.default_rng(0).integers(0, len(levels), (30, 30))
    path = tmp_path_factory.getbasetemp() / f"drawn.{kind}"
    KINDS[kind](np.array(levels)[place]).save(path)
    if len(levels) == 2:
        np.testing.assert_array_equal(read_mask(path), place == int(np.argmax(levels)))
    else:
        with pytest.raises(InputError, match=f"{path.name} has {len(levels)} levels"):
            read_mask(path)
