"""Graphs in a smaller precision compute what they say, and the net itself stays as it was."""

from typing import Any

import numpy as np
import pytest
import torch

from skinseg_mobile.export.source import Source
from skinseg_mobile.export.targets.rounded import (
    Levels,
    graph_with_weights,
    half_graph,
    levels_of,
    new_constant,
)
from skinseg_mobile.train.checkpoint import Checkpoint


@pytest.fixture(scope="module")
def source(student: Checkpoint) -> Source:
    return Source(student, None)


def probability(net: torch.nn.Module, image: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return net(image)[0]


@pytest.fixture(scope="module")
def image() -> torch.Tensor:
    return torch.rand((1, 3, 192, 192), generator=torch.Generator().manual_seed(0)) * 255


def test_half_is_half_inside_and_float_at_its_ends(source: Source, image: torch.Tensor) -> None:
    before = probability(source.form, image)
    graph = half_graph(source)
    found = probability(graph, image)
    assert found.dtype == torch.float32
    assert 0 < float((found - before).abs().max()) < 0.02
    kinds = [n.args[1] for n in graph.graph.nodes if n.target is torch.ops.aten.to.dtype]
    assert kinds == [torch.float16, torch.float32]
    assert torch.equal(probability(source.form, image), before), "the net's own weights changed"


def test_levels_are_those_of_a_slow_loop() -> None:
    weight = torch.randn((5, 3, 2, 2), generator=torch.Generator().manual_seed(1))
    weight[2] = 0
    for axis in (0, 1):
        found = levels_of(weight, axis, "w")
        assert found.levels.dtype == torch.int8
        for channel in range(weight.shape[axis]):
            values = weight.select(axis, channel).numpy()
            step = max(np.abs(values).max() / 127, 1e-14)
            wanted = np.rint(values / np.float32(step))
            np.testing.assert_allclose(found.levels.select(axis, channel), wanted, atol=1)
            assert np.abs(found.levels.select(axis, channel).numpy()).max() in (0, 127)


def test_weights_keep_the_grid_that_training_put_them_on(
    source: Source, image: torch.Tensor
) -> None:
    names: list[str] = []

    def store(module: torch.fx.GraphModule, node: torch.fx.Node, weight: Levels) -> Any:
        names.append(weight.name)
        levels = new_constant(module, f"{node.name}_levels", weight.levels.float())
        scale = new_constant(module, f"{node.name}_scale", weight.scale)
        return module.graph.call_function(torch.ops.aten.mul.Tensor, (levels, scale))

    graph = graph_with_weights(source, store)
    assert len(names) == 36  # of 38: the stem's two stay in float
    gap = (probability(graph, image) - probability(source.form, image)).abs().max()
    assert float(gap) < 1e-5
