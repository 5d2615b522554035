"""Equalization changes the weights and not the function; into ReLU6's clip it would."""

import numpy as np
import pytest
import torch
from torch import fx

from skinseg_mobile.compress.quantize import equalize as module
from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.equalize import equalize, pairs, scales
from skinseg_mobile.compress.quantize.extremes import Extremes, extremes_of
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint, Record
from skinseg_mobile.train.quantization import weight_of
from tests.train.families import NARROW
from tests.train.nets.test_nets import with_random_statistics


def logits(checkpoint: Checkpoint, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return checkpoint.build()(images)


@pytest.fixture(scope="module")
def equal(uneven: Checkpoint, chosen: CalibrationSet) -> Checkpoint:
    return equalize(uneven, chosen)


def test_the_function_stays(uneven: Checkpoint, equal: Checkpoint, chosen: CalibrationSet) -> None:
    expected = logits(uneven, chosen.images)
    torch.testing.assert_close(logits(equal, chosen.images), expected, rtol=1e-4, atol=1e-4)
    assert equal.record.spec == uneven.record.spec
    assert equal.weights.keys() == uneven.weights.keys()


def test_channels_use_more_of_their_range(
    uneven: Checkpoint, equal: Checkpoint, chosen: CalibrationSet
) -> None:
    """Between expansion and depthwise the result's range stays and its narrow channels widen."""
    graphs = trace(uneven), trace(equal)
    before, after = (extremes_of(graph, chosen.images) for graph in graphs)
    widened = 0
    for pair in pairs(graphs[0]):
        name = str(pair.activation or pair.first)
        high_before, high_after = before[name][1], after[name][1]
        assert float(high_after.max()) == pytest.approx(float(high_before.max()), rel=1e-4)
        assert bool((high_after >= high_before - 1e-4).all())
        widened += int((high_after > 1.2 * high_before + 1e-4).sum())
    assert widened >= 10
    assert ranges_on(equal, chosen).float_nodes == ranges_on(uneven, chosen).float_nodes


def test_scales_equal_a_slow_loop(uneven: Checkpoint, chosen: CalibrationSet) -> None:
    graph = trace(uneven)
    extremes = extremes_of(graph, chosen.images)
    kinds: set[bool] = set()
    for pair in pairs(graph):
        low, high = (end.numpy() for end in extremes[pair.first.name])
        weight = weight_of(graph, pair.second).detach().numpy()
        depthwise = weight.shape[1] == 1
        kinds.add(depthwise)
        found = scales(graph, pair, extremes).detach().numpy()
        reach = high.clip(0) if pair.activation else np.maximum(abs(low), abs(high))
        kept = [min(float(value), 6.0) if pair.activation else float(value) for value in reach]
        for channel, scale in enumerate(found):
            wanted = kept[channel] / max(kept)
            if not depthwise:
                columns = [float(np.abs(weight[:, i]).max()) for i in range(weight.shape[1])]
                wanted = (wanted / (columns[channel] / max(columns))) ** 0.5
            span = float((high - low)[channel] / (high - low).max())
            clip = 2 * float(reach[channel]) / 6 if pair.activation else 0.0
            slow = min(1.0, max(wanted, span, clip)) if reach[channel] > 0 else 1.0
            assert scale == pytest.approx(slow, rel=1e-4)
    assert kinds == {True, False}


def test_ignoring_the_clip_changes_the_function(
    uneven: Checkpoint, chosen: CalibrationSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: scaled as if ReLU6 were ReLU, the net is another."""

    def careless(graph: fx.GraphModule, pair: module.Pair, extremes: Extremes) -> torch.Tensor:
        return scales(graph, pair, extremes) / 16

    monkeypatch.setattr(module, "scales", careless)
    broken = logits(equalize(uneven, chosen), chosen.images)
    assert not torch.allclose(broken, logits(uneven, chosen.images), rtol=1e-2, atol=1e-2)


def test_pairs_end_at_sums_and_branches(uneven: Checkpoint) -> None:
    """A residual sum or a level that the head reads has other readers: nothing may scale it."""
    found = {(pair.first.name, pair.second.name) for pair in pairs(trace(uneven))}
    assert ("conv2d_1", "conv2d_2") in found  # depthwise, projection
    graph = trace(uneven)
    shared = {node.name for node in graph.graph.nodes if len(node.users) > 1}
    assert shared
    assert not shared & {name for pair in found for name in pair[:1]}


@pytest.mark.slow
@pytest.mark.parametrize("name", NARROW)
def test_every_family_keeps_its_function(name: str) -> None:
    spec = NARROW[name]
    net = with_random_statistics(spec.build())
    checkpoint = Checkpoint(Record(name, Task.LESION, spec), net.state_dict())
    images = torch.rand(2, 3, *spec.size, generator=torch.Generator().manual_seed(0)) * 255
    found = logits(equalize(checkpoint, CalibrationSet(images, 100.0, {})), images)
    expected = logits(checkpoint, images)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
