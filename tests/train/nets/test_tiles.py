"""Tiled inference against the paper's own order, for any size and any cut into tiles."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint, Record
from skinseg_mobile.train.nets.head import upsample
from skinseg_mobile.train.nets.hypercolumn import Hypercolumn, HypercolumnLayout
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.nets.tiles import (
    CPU,
    GPU,
    TiledHypercolumn,
    Tiling,
    from_patches,
    in_patches,
    neighbourhoods,
)
from skinseg_mobile.train.references.engine import TorchEngine
from tests.train.nets.test_nets import with_random_statistics

WIDTHS = (4, 6, 8, 8, 8)
LAYOUTS = {
    "batch norm": HypercolumnLayout(WIDTHS, 12, (16, 12)),
    "plain": HypercolumnLayout(WIDTHS, 12, (16, 12), batch_norm=False),
    "one hidden layer": HypercolumnLayout(WIDTHS, 12, (16,)),
    "three hidden layers": HypercolumnLayout(WIDTHS, 12, (16, 12, 7)),
}


def random_net(layout: HypercolumnLayout) -> Hypercolumn:
    """He et al.'s weights: their logits vary over the frame."""
    torch.manual_seed(0)
    net = layout.build()
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    with_random_statistics(net)
    return net


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("size", [(32, 32), (64, 96), (160, 32)])
@pytest.mark.parametrize(
    "tiling",
    [CPU, GPU, Tiling(patches=1, channels=16, tiles=1), Tiling(patches=7, channels=5, tiles=2)],
    ids=["CPU", "GPU", "one patch a tile", "odd tiles and blocks"],
)
@torch.inference_mode()
def test_tiles_equal_the_papers_order(
    layout: HypercolumnLayout, size: tuple[int, int], tiling: Tiling
) -> None:
    net = random_net(layout)
    image = torch.rand(2, 3, *size) * 255
    expected = net.naive(image)
    found = TiledHypercolumn(net, tiling)(image)
    assert found.shape == expected.shape
    assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()
    assert expected.std() > 0.01 * expected.abs().max(), "a constant map proves nothing"


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_tiles_compute_in_autocasts_type(layout: HypercolumnLayout) -> None:
    net = random_net(layout)
    image = torch.rand(2, 3, 64, 96) * 255
    with torch.inference_mode():
        exact = net(image)
        with torch.autocast("cpu", torch.bfloat16):
            tiled = TiledHypercolumn(net)(image)
    assert tiled.dtype == torch.bfloat16
    assert (tiled - exact).abs().max() <= 0.02 * exact.abs().max()  # bfloat16 has eight bits
    assert exact.std() > 0.01 * exact.abs().max(), "a constant map proves nothing"


@settings(max_examples=30, deadline=None)
@given(
    levels=st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), min_size=1, max_size=3),
    patches=st.tuples(st.integers(1, 4), st.integers(1, 4)),
)
def test_neighbourhoods_upsample_any_ratio(
    levels: list[tuple[int, int]], patches: tuple[int, int]
) -> None:
    size = (patches[0] * 8, patches[1] * 8)
    maps = [torch.rand(1, 1, *level) for level in levels]
    around = neighbourhoods(levels, size)
    cells = torch.cat([level.flatten() for level in maps])[around.cells]
    found = from_patches((around.weights @ cells[..., None]).reshape(-1, 1), size)
    torch.testing.assert_close(found, sum(upsample(level, size) for level in maps))


def test_patches_keep_every_pixel_in_its_place() -> None:
    image = torch.arange(16.0 * 24).view(1, 1, 16, 24)
    assert torch.equal(in_patches(image)[:8, 0], image[0, 0, 0, :8])
    assert torch.equal(in_patches(image)[64:72, 0], image[0, 0, 0, 8:16])
    assert torch.equal(from_patches(in_patches(image), (16, 24)), image)


def test_checkpoints_run_in_tiles() -> None:
    layout = LAYOUTS["batch norm"]
    net = random_net(layout)
    record = Record("tiny", Task.LESION, NetSpec("hypercolumn", 64, layout))
    engine = TorchEngine(Checkpoint(record, net.state_dict()))
    image = torch.rand(64, 64, 3) * 255
    assert isinstance(engine.run, TiledHypercolumn)
    with torch.no_grad():
        expected = net.naive(image.permute(2, 0, 1)[None])
    torch.testing.assert_close(
        torch.from_numpy(engine(image.numpy())), expected.sigmoid()[0, 0], rtol=1e-5, atol=1e-6
    )
    torch.testing.assert_close(
        torch.from_numpy(engine.stages(image.numpy())["head"]), expected[0], rtol=1e-4, atol=1e-5
    )
