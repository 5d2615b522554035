"""Cameras: torchvision's blur, the light they say, JPEG in its range, and nothing at rest."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from skinseg_mobile.train.data.camera import CAMERA_DRAWS, CameraRanges, camera, taken
from skinseg_mobile.train.vision import torchvision

AT_REST = camera(torch.full((1, CAMERA_DRAWS), 0.5), CameraRanges())
STILL = torch.zeros(1, 3, 40, 56)
WIDE = CameraRanges(
    white_balance=0.15, slope=0.25, vignette=0.5, blur=1.8, noise=6, worst_quality=30
)


def scene() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, 3, 40, 56, generator=generator) * 255


def test_a_camera_at_rest_changes_nothing() -> None:
    assert torch.equal(taken(scene(), AT_REST, STILL), scene())


@pytest.mark.parametrize("deviation", [0.5, 1.0, 1.8])
def test_blur_is_torchvisions(deviation: float) -> None:
    """Away from the edges, which it pads with a mirror."""
    found = taken(scene(), replace(AT_REST, blur=torch.tensor([deviation])), STILL)
    theirs = torchvision().transforms.v2.functional.gaussian_blur(scene(), [9, 9], [deviation] * 2)
    inside = (..., slice(4, -4), slice(4, -4))
    torch.testing.assert_close(found[inside], theirs[inside], rtol=1e-5, atol=1e-3)


def test_gains_are_those_of_the_channels() -> None:
    gains = torch.tensor([[0.1, 0.0, -0.1]])
    found = taken(torch.full((1, 3, 40, 56), 100.0), replace(AT_REST, gains=gains), STILL)
    torch.testing.assert_close(found[0, :, 7, 9], 100 * gains[0].exp())


def test_the_corners_lose_the_vignettes_light() -> None:
    grey = torch.full((1, 3, 41, 57), 200.0)
    found = taken(grey, replace(AT_REST, vignette=torch.tensor([0.5])), torch.zeros_like(grey))
    assert found[0, 0, 20, 28] == 200
    corners = found[0, 0, [0, 0, -1, -1], [0, -1, 0, -1]]
    torch.testing.assert_close(corners, (200 * torch.tensor(-0.5).exp()).expand(4))


def test_the_light_falls_off_along_the_slope() -> None:
    found = taken(STILL + 100, replace(AT_REST, slope=torch.tensor([[0.2, 0.0]])), STILL)[0, 0, 3]
    ends = 100 * torch.tensor([-0.2, 0.2]).exp()
    torch.testing.assert_close(found[[0, -1]], ends)
    assert (found.diff() > 0).all()


def test_noise_has_its_deviation() -> None:
    normal = torch.randn(1, 3, 40, 56, generator=torch.Generator().manual_seed(1))
    found = taken(STILL + 128, replace(AT_REST, noise=torch.tensor([5.0])), normal)
    torch.testing.assert_close(found, 128 + 5 * normal)


def test_jpeg_is_pillows() -> None:
    whole = scene().round()
    found = taken(whole, replace(AT_REST, quality=torch.tensor([40])), STILL)
    file = BytesIO()
    Image.fromarray(whole[0].permute(1, 2, 0).to(torch.uint8).numpy()).save(
        file, "JPEG", quality=40
    )
    assert np.array_equal(found[0].permute(1, 2, 0), np.asarray(Image.open(file)))
    assert not torch.equal(found, whole)


def test_settings_fill_their_ranges_and_no_more() -> None:
    drawn = torch.rand(4000, CAMERA_DRAWS, generator=torch.Generator().manual_seed(2))
    found = camera(drawn, WIDE)
    spans = {
        "gains": (-0.15, 0.15), "slope": (-0.25, 0.25), "vignette": (0, 0.5),
        "blur": (0, 1.8), "noise": (0, 6), "quality": (30, 170),
    }  # fmt: skip
    assert spans.keys() == vars(found).keys()
    for name, (low, high) in spans.items():
        values: Tensor = getattr(found, name)
        assert low - 1e-6 <= values.min() <= low + 0.05 * (high - low)
        assert high + 1e-6 >= values.max() >= high - 0.05 * (high - low)
    assert (found.blur == 0).float().mean() == pytest.approx(0.5, abs=0.05)
    assert (found.quality < 100).float().mean() == pytest.approx(0.5, abs=0.05)
