"""The one resize: against a slow, obvious reference, against Pillow, and by its properties."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image as Pillow

from skinseg_mobile.runtime_py.images.resize import Image, resize

SIDES = st.integers(1, 12)
IMAGES = st.tuples(SIDES, SIDES).flatmap(lambda shape: arrays(np.uint8, shape))
# float32 holds 255 to 1.5e-5; two passes of sums may differ from the reference by a few of these
FLOAT32_LEVELS = 1e-4


def slow_axis(values: list[float], target: int) -> list[float]:
    """Resample a list: every source sample weighs by a triangle around the target's centre."""
    scale = len(values) / target
    support = max(1.0, scale)
    out: list[float] = []
    for place in range(target):
        centre = (place + 0.5) * scale
        weights = [max(0.0, 1 - abs(i + 0.5 - centre) / support) for i in range(len(values))]
        total = math.fsum(weights)
        out.append(math.fsum(w * v for w, v in zip(weights, values, strict=True)) / total)
    return out


def slow_resize(image: NDArray[Any], height: int, width: int) -> NDArray[np.float64]:
    rows = [slow_axis([float(v) for v in row], width) for row in image]
    columns = [slow_axis(list(column), height) for column in zip(*rows, strict=True)]
    return np.array(columns).T


@settings(deadline=None)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_equals_the_slow_reference(image: NDArray[np.uint8], height: int, width: int) -> None:
    small = resize(image, height, width)
    assert small.dtype == np.float32
    expected = slow_resize(image, height, width)
    np.testing.assert_allclose(small, expected, rtol=0, atol=FLOAT32_LEVELS)


@settings(deadline=None)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_equals_pillow_within_one_level(image: NDArray[np.uint8], height: int, width: int) -> None:
    expected = Pillow.fromarray(image).resize((width, height), Pillow.Resampling.BILINEAR)
    assert np.abs(resize(image, height, width) - np.asarray(expected, np.float32)).max() <= 1


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
    np.testing.assert_allclose(mirrored, small[::-1, ::-1], rtol=0, atol=FLOAT32_LEVELS)
    np.testing.assert_allclose(resize(image.T, width, height), small.T, rtol=0, atol=FLOAT32_LEVELS)


@pytest.mark.parametrize("target", [(192, 256), (900, 40), (1200, 700)])
def test_large_frame_in_bands_equals_pillow(target: tuple[int, int]) -> None:
    image = np.random.default_rng(1).random((600, 517), np.float32)  # more rows than one band
    expected = Pillow.fromarray(image).resize((target[1], target[0]), Pillow.Resampling.BILINEAR)
    np.testing.assert_allclose(resize(image, *target), np.asarray(expected), rtol=0, atol=1e-5)


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
