"""Sparse hypercolumns against the dense net read at the same pixels: numbers and gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skinseg_mobile.train.nets.head import upsample
from skinseg_mobile.train.nets.hypercolumn import Hypercolumn, HypercolumnLayout
from skinseg_mobile.train.nets.sparse import bilinear_at, values_at
from tests.train.nets.test_nets import with_random_statistics

WIDTHS = (4, 6, 8, 8, 8)
TINY = HypercolumnLayout(WIDTHS, 12, (16, 12))
PLAIN = HypercolumnLayout(WIDTHS, 12, (16, 12), batch_norm=False)
SIZE = (64, 96)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draw_pixels(batch: int, count: int, size: tuple[int, int]) -> torch.Tensor:
    """Return (batch, count, 2): other distinct pixels of each image."""
    cells = torch.rand(batch, size[0] * size[1], generator=seeded()).topk(count).indices
    return torch.stack((cells // size[1], cells % size[1]), dim=-1)


def gradients(net: Hypercolumn, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    net.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    return {
        name: value.grad.clone() for name, value in net.named_parameters() if value.grad is not None
    }


@settings(max_examples=40, deadline=None)
@given(
    cells=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_gathered_values_are_those_of_the_upsampled_map(
    cells: tuple[int, int], size: tuple[int, int]
) -> None:
    level = torch.rand(2, 3, *cells, generator=seeded(), dtype=torch.float64)
    pixels = draw_pixels(2, size[0] * size[1], size)
    dense = upsample(level, size)
    expected = torch.stack([values_at(dense[:, i : i + 1], pixels) for i in range(3)], dim=1)
    torch.testing.assert_close(bilinear_at(level, pixels, size)[..., 0], expected)


@pytest.mark.parametrize("layout", [TINY, PLAIN], ids=["batch norm", "plain"])
@pytest.mark.parametrize("count", [5, 300], ids=["gather first", "project coarse levels first"])
def test_sparse_equals_dense_in_numbers_and_gradients(
    layout: HypercolumnLayout, count: int
) -> None:
    torch.manual_seed(0)
    net = layout.build().double()
    with_random_statistics(net)
    image = torch.rand(2, 3, *SIZE, dtype=torch.float64) * 255
    pixels = draw_pixels(2, count, SIZE)
    weight = torch.randn(2, count, dtype=torch.float64)
    sparse, dense = net.at_pixels(image, pixels), values_at(net(image), pixels)
    torch.testing.assert_close(sparse, dense)
    found, expected = (
        gradients(net, (sparse * weight).sum()),
        gradients(net, (dense * weight).sum()),
    )
    assert set(found) == {name for name, _ in net.named_parameters()}
    torch.testing.assert_close(found, expected)
    assert all(bool(value.any()) for value in found.values()), "an all-zero gradient proves nothing"


def test_in_training_with_every_pixel_batch_norm_sees_what_dense_sees() -> None:
    torch.manual_seed(0)
    sparse, dense = TINY.build().double().train(), TINY.build().double().train()
    dense.load_state_dict(sparse.state_dict())
    image = torch.rand(2, 3, *SIZE, dtype=torch.float64) * 255
    pixels = draw_pixels(2, SIZE[0] * SIZE[1], SIZE)
    found, expected = sparse.at_pixels(image, pixels), values_at(dense(image), pixels)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(
        gradients(sparse, found.square().sum()), gradients(dense, expected.square().sum())
    )
    torch.testing.assert_close(dict(sparse.named_buffers()), dict(dense.named_buffers()))


def test_gradients_are_those_of_finite_differences() -> None:
    torch.manual_seed(0)
    net = TINY.build().double()
    with_random_statistics(net)
    image = (torch.rand(1, 3, 32, 32, dtype=torch.float64) * 255).requires_grad_()
    pixels = draw_pixels(1, 9, (32, 32))
    assert torch.autograd.gradcheck(net.at_pixels, (image, pixels), fast_mode=True)
