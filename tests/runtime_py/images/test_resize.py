"""The one resize: against a slow, obvious reference, against Pillow, and by its properties."""

from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image as Pillow

from skinseg_mobile.runtime_py.images import resize as rule
from skinseg_mobile.runtime_py.images.resize import Image, reaches, resize, taps

SIDES = st.integers(1, 12)
IMAGES = st.tuples(SIDES, SIDES).flatmap(lambda shape: arrays(np.uint8, shape))
MAPS = st.tuples(SIDES, SIDES).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(0, 1, width=32))
)
AXES = st.tuples(st.integers(1, 300), st.integers(1, 300))


def slow_axis(values: list[int], target: int) -> list[int]:
    """Resample a list: every source sample weighs by a triangle around the target's centre.

    The share of the samples up to each is rounded to 65,536ths; a weight is the step between two.
    """
    scale = Fraction(len(values), target)
    support = max(Fraction(1), scale)
    out: list[int] = []
    for place in range(target):
        centre = (place + Fraction(1, 2)) * scale
        heights = [
            max(Fraction(0), 1 - abs(i + Fraction(1, 2) - centre) / support)
            for i in range(len(values))
        ]
        until = [round(65536 * share / sum(heights)) for share in accumulate(heights, initial=0)]
        weights = [after - before for before, after in pairwise(until)]
        out.append(sum(w * v for w, v in zip(weights, values, strict=True)))
    return out


def slow_resize(image: NDArray[Any], height: int, width: int, one: int = 1) -> NDArray[np.float32]:
    """Columns first, in Python's whole numbers; `one` is the value that stands for 1."""
    columns = [slow_axis([int(v) for v in column], height) for column in image.T]
    rows = [slow_axis(list(row), width) for row in zip(*columns, strict=True)]
    return np.array([[np.float32(v / (one << 32)) for v in row] for row in rows])


@settings(deadline=None)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_levels_equal_whole_numbers(image: NDArray[np.uint8], height: int, width: int) -> None:
    small = resize(image, height, width)
    assert small.dtype == np.float32
    np.testing.assert_array_equal(small, slow_resize(image, height, width))


@settings(deadline=None)
@given(image=MAPS, height=SIDES, width=SIDES)
def test_probabilities_equal_whole_numbers(
    image: NDArray[np.float32], height: int, width: int
) -> None:
    steps = np.floor(image.astype(np.float64) * 2**20 + 0.5)
    expected = slow_resize(steps, height, width, one=2**20)
    np.testing.assert_array_equal(resize(image, height, width), expected)
    for level in (np.float32(0.5 - 1e-6), *expected.flat):
        found = reaches(image, height, width, level)
        np.testing.assert_array_equal(found, expected >= level)


@pytest.mark.parametrize("level", [np.float32(0.75), np.nextafter(np.float32(0.75), np.float32(1))])
def test_half_way_between_two_floats(level: np.float32) -> None:
    """Sums just below, at and above the middle below a level with an even and an odd last bit."""
    middle = round((float(level) + float(np.nextafter(level, np.float32(0)))) / 2 * 2**52)
    for total in (middle - 1, middle, middle + 1):
        least = rule._least(level, 2.0**52)  # pyright: ignore[reportPrivateUsage]
        assert (total >= least) == (np.float32(total / 2**52) >= level)


@settings(deadline=None)
@given(axis=AXES)
def test_weights_are_exact(axis: tuple[int, int]) -> None:
    found = taps(*axis)
    assert found.weight.min() >= 0
    np.testing.assert_array_equal(found.weight.sum(axis=1), 65536)


@pytest.mark.parametrize(("block", "band"), [(1, 1), (3, 7), (50, 1000)])
def test_blocks_change_no_bit(block: int, band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    images = [rng.integers(0, 256, (131, 97, 3), np.uint8), rng.random((13, 9), np.float32)]
    expected = [resize(image, 70, 81) for image in images]
    monkeypatch.setattr(rule, "BAND", band)
    monkeypatch.setattr(rule, "_block", lambda *_: block)  # pyright: ignore
    rule._columns.cache_clear()  # pyright: ignore[reportPrivateUsage]
    for image, wanted in zip(images, expected, strict=True):
        np.testing.assert_array_equal(resize(image, 70, 81), wanted)
    rule._columns.cache_clear()  # pyright: ignore[reportPrivateUsage]


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", [(1, 65500, 3), (65500, 1, 3), (9000, 12000, 3)], ids=["wide", "high", "large"]
)
def test_the_largest_frames_are_exact(shape: tuple[int, ...]) -> None:
    """All 255 is the largest sum; 108 megapixels are a phone's largest photograph."""
    np.testing.assert_array_equal(resize(np.full(shape, 255, np.uint8), 192, 192), 255)


@pytest.mark.parametrize("size", [(3000, 4000), (719, 1081), (191, 193)])
def test_is_near_the_filter_with_unrounded_weights(size: tuple[int, int]) -> None:
    image = np.random.default_rng(4).integers(0, 256, size, np.uint8)
    floats = Pillow.fromarray(image.astype(np.float32))  # Pillow rounds these to float32 alone
    expected = np.asarray(floats.resize((192, 192), Pillow.Resampling.BILINEAR))
    assert np.abs(resize(image, 192, 192) - expected).max() < 0.02


_ROUNDED_TWICE = np.full((4, 5), 39, np.uint8)
_ROUNDED_TWICE[:2, :2] = [[74, 180], [39, 105]]


@settings(deadline=None)
@given(image=IMAGES, height=SIDES, width=SIDES)
@example(image=_ROUNDED_TWICE, height=10, width=4)
def test_equals_pillow_within_one_level(image: NDArray[np.uint8], height: int, width: int) -> None:
    """Pillow rounds to levels after each pass; our weights are off by at most 0.02 levels more."""
    expected = Pillow.fromarray(image).resize((width, height), Pillow.Resampling.BILINEAR)
    assert np.abs(resize(image, height, width) - np.asarray(expected, np.float32)).max() <= 1.02


@settings(deadline=None)
@given(level=st.integers(0, 255), size=st.tuples(SIDES, SIDES), target=st.tuples(SIDES, SIDES))
def test_constant_stays_constant(
    level: int, size: tuple[int, int], target: tuple[int, int]
) -> None:
    np.testing.assert_array_equal(resize(np.full(size, level, np.uint8), *target), level)


@settings(deadline=None)
@given(image=IMAGES)
def test_kept_size_is_identity(image: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(resize(image, *image.shape), image)


@settings(deadline=None)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_stays_within_the_levels_that_came(
    image: NDArray[np.uint8], height: int, width: int
) -> None:
    small = resize(image, height, width)
    assert image.min() <= small.min()
    assert small.max() <= image.max()


@settings(deadline=None)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_mirror_and_turn_commute(image: NDArray[np.uint8], height: int, width: int) -> None:
    # True of half-pixel centres, false of align_corners and of asymmetric taps.
    small = resize(image, height, width)
    mirrored = resize(image[::-1, ::-1], height, width)
    np.testing.assert_array_equal(mirrored, small[::-1, ::-1])
    np.testing.assert_array_equal(resize(image.T, width, height), small.T)


@pytest.mark.parametrize("target", [(192, 256), (900, 40), (1200, 700)])
def test_large_frame_in_bands_is_near_pillow(target: tuple[int, int]) -> None:
    """Pillow's weights are not rounded to 65,536ths: 256 times nearer than a level of 8 bits."""
    image = np.random.default_rng(1).random((600, 517), np.float32)  # more rows than one band
    expected = Pillow.fromarray(image).resize((target[1], target[0]), Pillow.Resampling.BILINEAR)
    np.testing.assert_allclose(resize(image, *target), np.asarray(expected), rtol=0, atol=1e-4)


@pytest.mark.parametrize("target", [(3, 4), (40, 30)])
def test_channels_are_resized_one_by_one(target: tuple[int, int]) -> None:
    image = np.random.default_rng(2).integers(0, 256, (11, 9, 3), np.uint8)
    together = resize(image, *target)
    assert together.shape == (*target, 3)
    for channel in range(3):
        np.testing.assert_array_equal(together[..., channel], resize(image[..., channel], *target))


@pytest.mark.parametrize(
    "image",
    [
        np.array([[False, True], [True, True]]),
        np.array([[0, 1], [1, 1]], np.uint8),
        np.array([[0, 1], [1, 1]], np.float32),
    ],
)
def test_dtypes(image: Image) -> None:
    np.testing.assert_array_equal(resize(image, 1, 1), np.array([[0.75]], np.float32))


def test_what_is_no_probability_stays_beside_its_neighbours() -> None:
    image = np.array([[np.nan, 0.25, np.inf, -np.inf, 2, -3]], np.float32)
    np.testing.assert_array_equal(resize(image, 1, 6), [[0, 0.25, 1, 0, 1, 0]])


def test_doubling_has_half_pixel_centres() -> None:
    # torch's interpolate(mode="bilinear", align_corners=False) gives these very numbers
    doubled = resize(np.array([[0, 4, 8]], np.uint8), 1, 6)
    np.testing.assert_array_equal(doubled, [[0, 1, 3, 5, 7, 8]])


def test_shrinking_is_antialiased() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))
    assert np.abs(resize(stripes, 8, 8)[:, 1:-1] - 127.5).max() < 1


@pytest.mark.parametrize("size", [(1, 1), (5, 1), (1, 7), (300, 200)])
def test_one_pixel(size: tuple[int, int]) -> None:
    np.testing.assert_array_equal(resize(np.array([[77]], np.uint8), *size), np.full(size, 77))
    np.testing.assert_array_equal(resize(np.full(size, 77, np.uint8), 1, 1), [[77]])
