"""Views: torchvision's operations one by one, image and mask together, the same draws anywhere."""

from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from skinseg_mobile.train.data.augment import (
    DRAWS,
    RANGES,
    Augmentation,
    Changes,
    changed,
    changes,
    colour_map,
    space_map,
)
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.data.views import Views
from skinseg_mobile.train.vision import torchvision

CPU = torch.device("cpu")
SIZES = [(48, 48), (32, 64)]
NOTHING = Changes(
    flip=torch.ones(1, 2),
    quarters=torch.zeros(1, dtype=torch.long),
    degrees=torch.zeros(1),
    scale=torch.ones(1),
    shift=torch.zeros(1, 2),
    brightness=torch.ones(1),
    contrast=torch.ones(1),
    saturation=torch.ones(1),
    hue=torch.zeros(1),
)


def photograph(size: tuple[int, int], low: int = 0, high: int = 256) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(low, high, (1, 3, *size), generator=generator, dtype=torch.uint8)


def blob(size: tuple[int, int]) -> Tensor:
    """A mask that no flip or turn leaves as it is."""
    mask = torch.zeros(1, 1, *size, dtype=torch.uint8)
    mask[..., size[0] // 6 : size[0] // 2, size[1] // 4 : size[1] // 3] = 1
    return mask


def apply(image: Tensor, mask: Tensor, **values: Tensor) -> tuple[Tensor, Tensor]:
    change = replace(NOTHING, **values)
    grey = torchvision().transforms.v2.functional.rgb_to_grayscale(image.float())
    colour = colour_map(change, grey.mean((1, 2, 3)))
    return changed(image, mask, space_map(change, (image.shape[-2], image.shape[-1])), colour)


@pytest.mark.parametrize("size", SIZES)
def test_no_change_is_no_change(size: tuple[int, int]) -> None:
    image, mask = photograph(size), blob(size)
    found, moved = apply(image, mask)
    torch.testing.assert_close(found, image.float(), atol=2e-3, rtol=0)
    assert torch.equal(moved, mask.float())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("across", [0, 1], ids=["left-right", "up-down"])
def test_flips(size: tuple[int, int], across: int) -> None:
    image, mask = photograph(size), blob(size)
    flip = torch.ones(1, 2)
    flip[0, across] = -1
    found, moved = apply(image, mask, flip=flip)
    expected = (-1,) if across == 0 else (-2,)
    torch.testing.assert_close(found, image.float().flip(expected), atol=2e-3, rtol=0)
    assert torch.equal(moved, mask.float().flip(expected))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns(quarters: int) -> None:
    image, mask = photograph((48, 48)), blob((48, 48))
    found, moved = apply(image, mask, quarters=torch.tensor([quarters]))
    torch.testing.assert_close(found, image.float().rot90(quarters, (2, 3)), atol=2e-3, rtol=0)
    assert torch.equal(moved, mask.float().rot90(quarters, (2, 3)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("degrees", "scale", "right", "down"),
    [
        (20, 1, 0, 0),
        (-35, 1, 0, 0),
        (0, 1.25, 0, 0),
        (0, 0.8, 0, 0),
        (0, 1, 4, -2),
        (15, 0.9, 3, 2),
    ],
)
def test_turns_scales_and_shifts_are_torchvisions(
    size: tuple[int, int], degrees: float, scale: float, right: int, down: int
) -> None:
    image, mask = photograph(size), blob(size)
    found, moved = apply(
        image,
        mask,
        degrees=torch.tensor([float(degrees)]),
        scale=torch.tensor([float(scale)]),
        shift=torch.tensor([[right / size[1], down / size[0]]]),
    )
    v2: Any = torchvision().transforms.v2
    bilinear, nearest = v2.InterpolationMode.BILINEAR, v2.InterpolationMode.NEAREST
    place = (degrees, [right, down], scale, [0.0, 0.0])
    expected = v2.functional.affine(image.float(), *place, interpolation=bilinear)
    torch.testing.assert_close(found, expected, atol=5e-2, rtol=0)
    truth = v2.functional.affine(mask.float(), *place, interpolation=nearest)
    assert (moved != truth).float().mean() < 2e-3  # a pixel exactly between two may go either way


@pytest.mark.parametrize("factor", [0.75, 1.2])
@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_colours_are_torchvisions(name: str, factor: float) -> None:
    image, mask = photograph((48, 48)), blob((48, 48))
    found, moved = apply(image, mask, **{name: torch.tensor([factor])})
    operation = getattr(torchvision().transforms.v2.functional, f"adjust_{name}")
    expected = operation(image.float() / 255, factor) * 255  # torchvision's floats end at 1
    torch.testing.assert_close(found, expected, atol=5e-2, rtol=0)
    assert torch.equal(moved, mask.float())


def test_hue_turns_the_circle_and_leaves_grey() -> None:
    """A third of the circle takes red to green exactly; torchvision's HSV does the same."""
    red = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
    red[:, 0] = 200
    third = torch.tensor([1 / 3])
    found, _ = apply(red, blob((8, 8)), hue=third)
    hsv = torchvision().transforms.v2.functional.adjust_hue(red.float() / 255, 1 / 3) * 255
    torch.testing.assert_close(found, hsv, atol=0.2, rtol=0)
    grey = torch.full((1, 3, 8, 8), 90, dtype=torch.uint8)
    turned, _ = apply(grey, blob((8, 8)), hue=torch.tensor([0.13]))
    torch.testing.assert_close(turned, grey.float(), atol=1e-2, rtol=0)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(list(Augmentation)),
    seed=st.integers(0, 2**63 - 1),
    size=st.sampled_from(SIZES),
)
def test_image_and_mask_stay_together(name: Augmentation, seed: int, size: tuple[int, int]) -> None:
    """A bright blob on black: wherever the view is bright, its mask is, up to the blob's edge."""
    mask = blob(size)
    bright = DecodedSplit(("a",), (mask * 200).expand(1, 3, *size).contiguous(), mask, ())
    views = Views(bright, name, seed, CPU)
    scale = (max(0.8, views.ranges.scale[0]), views.ranges.scale[1])  # smaller, it is all edge
    views.ranges = replace(views.ranges, scale=scale, camera=None)  # a camera blurs the edge
    image, moved = views.draw(0, [0])
    assert image.shape == (1, 3, *size)
    assert set(moved.unique().tolist()) <= {0.0, 1.0}
    assert image.min() >= 0
    assert image.max() <= 255 + 1e-4  # a weighted mean of values up to 255, rounded
    level = (image.amax(1) - image.amin()) / (image.amax() - image.amin()).clamp_min(1)
    inside = torch.nn.functional.max_pool2d(moved, 3, 1, 1)[:, 0]
    outside = torch.nn.functional.max_pool2d(1 - moved, 3, 1, 1)[:, 0]
    whole = (..., slice(1, -1), slice(1, -1))  # where all neighbours are in the frame
    assert (level[whole][inside[whole] == 0] < 0.5).all()
    assert (level[whole][outside[whole] == 0] > 0.5).all()


@pytest.mark.parametrize("name", list(Augmentation))
def test_changes_fill_their_ranges_and_no_more(name: Augmentation) -> None:
    ranges = RANGES[name]
    found = changes(torch.rand(4000, DRAWS, generator=torch.Generator().manual_seed(1)), ranges)
    spans = {
        "degrees": (-ranges.degrees, ranges.degrees),
        "scale": ranges.scale,
        "shift": (-ranges.shift, ranges.shift),
        "hue": (-ranges.hue, ranges.hue),
        **{
            field: (1 - getattr(ranges, field), 1 + getattr(ranges, field))
            for field in ("brightness", "contrast", "saturation")
        },
    }
    for field, (low, high) in spans.items():
        values: Tensor = getattr(found, field)
        assert low - 1e-6 <= values.min() <= low + 0.05 * (high - low) + 1e-6
        assert high + 1e-6 >= values.max() >= high - 0.05 * (high - low) - 1e-6
    kinds = 4 if ranges.mirrored else 1
    assert len(found.quarters.unique()) == kinds
    assert len({tuple(flip) for flip in found.flip.tolist()}) == kinds
    assert {field.name for field in fields(Changes)} == {*spans, "flip", "quarters"}


def several(count: int = 6) -> DecodedSplit:
    generator = torch.Generator().manual_seed(3)
    images = torch.randint(0, 256, (count, 3, 32, 32), generator=generator, dtype=torch.uint8)
    masks = (images[:, :1] > 128).to(torch.uint8)
    return DecodedSplit(tuple("abcdef"[:count]), images, masks, ())


@pytest.mark.parametrize("name", [Augmentation.DEFAULT, Augmentation.STRONG])
def test_a_view_is_a_function_of_seed_epoch_and_row(name: Augmentation) -> None:
    """Whatever else is in the batch: any number of processes draws the same views."""
    views = Views(several(), name, 3, CPU)
    together = views.draw(0, [4, 1, 2])
    for place, row in enumerate([4, 1, 2]):
        alone = views.draw(0, [row])
        assert torch.equal(together[0][place], alone[0][0])
        assert torch.equal(together[1][place], alone[1][0])
    assert not torch.equal(views.draw(1, [1])[0], views.draw(0, [1])[0])
    other = Views(several(), name, 4, CPU)
    assert not torch.equal(other.draw(0, [1])[0], views.draw(0, [1])[0])


def test_pixels_are_a_function_of_seed_epoch_and_row() -> None:
    views = Views(several(), Augmentation.DEFAULT, 3, CPU)
    together = views.pixels(2, [5, 0], 40)
    assert together.shape == (2, 40, 2)
    assert torch.equal(together[1:], views.pixels(2, [0], 40))
    assert not torch.equal(views.pixels(3, [0], 40), views.pixels(2, [0], 40))
    assert len({tuple(pixel) for pixel in together[0].tolist()}) == 40


def test_batches_hold_each_row_once_in_the_epochs_own_order() -> None:
    views = Views(several(), Augmentation.DEFAULT, 0, CPU)
    batches = views.batches(0, 2)
    assert sorted(row for rows in batches for row in rows) == [0, 1, 2, 3, 4, 5]
    assert views.batches(0, 2) == batches
    assert views.batches(1, 2) != batches
    assert [len(rows) for rows in views.batches(0, 4)] == [4]  # what fills no batch is left out
