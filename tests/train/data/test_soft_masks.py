"""Soft masks: averaged as said, back from the disk to the bit, and refused once damaged."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.finite import require_numbers
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.data.soft_masks import (
    LARGEST,
    SoftMasks,
    read_soft_masks,
    soft_masks,
    write_soft_masks,
)
from tests.damage import damaged_copies

CPU = torch.device("cpu")


class Slope(nn.Module):
    """A net that is no friend of symmetry: its logit grows to the right and down."""

    def forward(self, image: Tensor) -> Tensor:
        down = torch.linspace(-3, 1, image.shape[-2]).view(-1, 1)
        right = torch.linspace(-2, 2, image.shape[-1]).view(1, -1)
        return image[:, :1] / 255 + down + 2 * right


def some(size: tuple[int, int], count: int = 3) -> DecodedSplit:
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (count, 3, *size), generator=generator, dtype=torch.uint8)
    return DecodedSplit(tuple("abc"[:count]), images, images[:, :1] // 255, ())


def slow(image: np.ndarray) -> np.ndarray:
    """The mean over eight views, one after the other, of (H, W) red values."""
    total = np.zeros(image.shape)
    for turn in range(4):
        for flip in (False, True):
            view = np.rot90(image, turn)
            view = view[:, ::-1] if flip else view
            batch = torch.from_numpy(view.astype(np.float32).copy())[None, None].expand(
                1, 3, -1, -1
            )
            found = Slope()(batch).sigmoid()[0, 0].numpy()
            total += np.rot90(found[:, ::-1] if flip else found, -turn)
    return total / 8


def test_masks_are_the_mean_over_flips_and_turns() -> None:
    shown = some((32, 32))
    found = soft_masks(Slope(), shown, CPU, batch=2)
    assert found.shape == (3, 32, 32)
    assert found.dtype == np.uint8
    for mask, image in zip(found, shown.images[:, 0].numpy(), strict=True):
        assert np.abs(mask - slow(image) * 255).max() <= 0.51


def test_one_view_is_the_photograph_as_it_is() -> None:
    shown = some((32, 32))
    found = soft_masks(Slope(), shown, CPU, views=1)
    alone = Slope()(shown.images.float()).sigmoid()[:, 0].numpy()
    assert np.abs(found - alone * 255).max() <= 0.51
    assert not np.array_equal(found, soft_masks(Slope(), shown, CPU))


@pytest.mark.parametrize("size", [(224, 224), (192, 256), (64, 96)])
def test_sides_are_112_at_most(size: tuple[int, int]) -> None:
    found = soft_masks(Slope(), some(size, 1), CPU)
    assert found.shape == (1, min(size[0], LARGEST), min(size[1], LARGEST))


class Diverged(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        return image[:, :1] * torch.nan


def test_a_net_that_diverged_writes_no_soft_masks() -> None:
    with pytest.raises(InputError, match=r"no numbers: its training has diverged\. Start anew"):
        soft_masks(Diverged(), some((32, 32)), CPU)
    assert torch.equal(require_numbers(torch.ones(2)), torch.ones(2))
    with pytest.raises(InputError, match="no numbers"):
        require_numbers(torch.tensor([0, -torch.inf]))


def example() -> SoftMasks:
    masks = np.random.default_rng(0).integers(0, 256, (3, 16, 16)).astype(np.uint8)
    return SoftMasks(("a", "b", "ä"), masks, "t" * 64, "d" * 64)


def test_round_trip(tmp_path: Path) -> None:
    write_soft_masks(example(), tmp_path / "soft.npz")
    found = read_soft_masks(tmp_path / "soft.npz")
    assert (found.ids, found.teacher, found.data) == (("a", "b", "ä"), "t" * 64, "d" * 64)
    assert np.array_equal(found.masks, example().masks)
    with pytest.raises(InputError, match=r"soft\.npz already exists"):
        write_soft_masks(example(), tmp_path / "soft.npz")


def test_damage_is_a_sentence(tmp_path: Path) -> None:
    """A flipped bit is found, or it was one of the zip's own that say nothing of the content."""
    path = tmp_path / "soft.npz"
    write_soft_masks(example(), path)
    content = path.read_bytes()
    refused = 0
    for damaged in damaged_copies(content, flips=100):
        path.write_bytes(damaged)
        try:
            assert np.array_equal(read_soft_masks(path).masks, example().masks)
        except InputError as error:
            assert f"soft masks {path} could not be read" in str(error)  # noqa: PT017 - either way is right
            refused += 1
    assert refused > 80


def test_masks_that_were_changed(tmp_path: Path) -> None:
    """A sound file with other masks under the old hash."""
    path = tmp_path / "soft.npz"
    found = example()
    changed = found.masks.copy()
    changed[0, 0, 0] ^= 1
    kept = {"teacher": found.teacher, "data": found.data, "sha256": found.digest}
    np.savez_compressed(path, ids=np.array(found.ids), masks=changed, **kept)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="own hash"):
        read_soft_masks(path)
