"""Frames of files from elsewhere: each rule against torch or by hand, and there and back again."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import Filter, Fit, Frame
from skinseg_mobile.runtime_py.images.frame import fitted, mask_in, reframed, unfitted
from skinseg_mobile.runtime_py.images.pipeline import to_mask
from skinseg_mobile.runtime_py.images.resize import resize

SIZES = [((30, 50), (16, 16)), ((9, 7), (24, 40)), ((64, 64), (32, 32)), ((5, 5), (5, 5))]


def photo_of(size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)


@pytest.mark.parametrize(("source", "target"), SIZES)
@pytest.mark.parametrize("kind", [Filter.BILINEAR, Filter.ALIGNED])
def test_plain_filters_are_torchs(
    source: tuple[int, int], target: tuple[int, int], kind: Filter
) -> None:
    photo = photo_of(source)
    found = fitted(photo, Frame(*target, filter=kind))
    batch = torch.from_numpy(photo.astype(np.float32)).permute(2, 0, 1)[None]
    expected = torch.nn.functional.interpolate(
        batch, target, mode="bilinear", align_corners=kind is Filter.ALIGNED, antialias=False
    )
    np.testing.assert_allclose(found, expected[0].permute(1, 2, 0).numpy(), atol=1e-3)


def test_asymmetric_takes_every_second_pixel() -> None:
    photo = photo_of((8, 12))
    found = fitted(photo, Frame(4, 6, filter=Filter.ASYMMETRIC))
    np.testing.assert_array_equal(found, photo[::2, ::2])


def test_ours_is_the_projects_own_resize() -> None:
    photo = photo_of((40, 30))
    np.testing.assert_array_equal(fitted(photo, Frame(16, 20)), resize(photo, 16, 20))
    probability = np.random.default_rng(0).random((16, 20), np.float32)
    expected = resize(probability, 40, 30)
    np.testing.assert_array_equal(unfitted(probability, (40, 30), Frame(16, 20)), expected)
    mask = mask_in(probability, 40, 30, Frame(16, 20), 0.5)
    np.testing.assert_array_equal(mask, to_mask(expected, 0.5))


def test_a_letterbox_keeps_the_aspect_and_fills_the_rest() -> None:
    photo = np.full((20, 40, 3), 200, np.uint8)
    found = fitted(photo, Frame(32, 32, Fit.LETTERBOX, pad=114))
    inside = np.zeros((32, 32), bool)
    inside[8:24] = True
    assert (found[inside] == 200).all()
    assert (found[~inside] == 114).all()


def test_a_crop_takes_the_middle() -> None:
    photo = photo_of((20, 40))
    found = fitted(photo, Frame(20, 20, Fit.CROP))
    np.testing.assert_array_equal(found, photo[:, 10:30])
    back = unfitted(found[..., 0] / np.float32(255), (20, 40), Frame(20, 20, Fit.CROP))
    np.testing.assert_allclose(back[:, 10:30] * 255, photo[:, 10:30, 0], atol=1e-3)
    assert (back[:, :10] == 0).all()
    assert (back[:, 30:] == 0).all()


@pytest.mark.parametrize("fit", Fit)
@pytest.mark.parametrize("kind", Filter)
@pytest.mark.parametrize("scale", [1, 2])
def test_a_disc_comes_back_to_its_place(fit: Fit, kind: Filter, scale: int) -> None:
    """The output may be twice as large as the input; half a pixel of the net is 1.5 of these."""
    row, column = np.ogrid[:90, :120]
    disc = (row - 45) ** 2 + (column - 60) ** 2 < 30**2
    frame = Frame(40, 40, fit, kind)
    probability = fitted(disc, frame)
    if scale == 2:
        probability = resize(probability, 80, 80)
    found = mask_in(probability, 90, 120, frame, 0.5)
    assert (found & disc).sum() / (found | disc).sum() > 0.93


def test_a_map_of_another_frame_is_taken_over() -> None:
    row, column = np.ogrid[:60, :90]
    smooth = np.exp(-((row - 30) ** 2 + (column - 50) ** 2) / 300).astype(np.float32)
    boxed, squashed = Frame(48, 48, Fit.LETTERBOX), Frame(32, 32)
    found = reframed(fitted(smooth, boxed), (60, 90), (boxed, squashed), (32, 32))
    np.testing.assert_allclose(found, fitted(smooth, squashed), atol=0.03)
    own = fitted(smooth, squashed)
    assert reframed(own, (60, 90), (squashed, squashed), (32, 32)) is own
