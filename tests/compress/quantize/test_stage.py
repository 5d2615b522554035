"""Quantization-aware fine-tuning, and which operations stay in float."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from skinseg_mobile.compress.quantize.calibrate import float_nodes
from skinseg_mobile.compress.quantize.calibration_set import Calibration
from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.fake_quantize import (
    FakeQuantized,
    output_axis,
    round_result,
    round_weight,
)
from skinseg_mobile.compress.quantize.stage import quantize
from skinseg_mobile.runtime_py.data.dataset import Dataset, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint, Record, load_checkpoint, save_checkpoint
from skinseg_mobile.train.nets.fold import ExportForm, folded, unfold
from skinseg_mobile.train.quantization import Quantization, convolutions, graph_of
from tests.train.families import NARROW
from tests.train.nets.test_nets import with_random_statistics
from tests.train.tiny import TINY

Run = Callable[..., tuple[int, str, str]]
CONFIG = QuantizeConfig(epochs=1, batch=4)


@pytest.fixture
def tiny(tmp_path: Path) -> Checkpoint:
    net = with_random_statistics(TINY.spec.build())
    return save_checkpoint(Record("tiny", Task.LESION, TINY.spec), net, tmp_path / "tiny")


def test_weights_round_to_255_levels_a_channel() -> None:
    weight = torch.randn(4, 3, 3, 3)
    found = round_weight(weight).numpy()
    for channel, slow in zip(found, weight.numpy(), strict=True):
        scale = np.abs(slow).max() / 127
        np.testing.assert_allclose(channel, np.rint(slow / scale) * scale, atol=1e-6)


def test_a_transposed_convolution_has_its_outputs_second() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up = nn.ConvTranspose2d(3, 4, 2, stride=2)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return self.up(image)

    program: Any = torch.export.export(Net(), (torch.zeros(1, 3, 4, 4),)).module()
    (node,) = convolutions(program)
    assert output_axis(node) == 1
    weight = torch.randn(3, 4, 2, 2)
    torch.testing.assert_close(
        round_weight(weight, output_axis(node)),
        round_weight(weight.transpose(0, 1)).transpose(0, 1),
    )


def test_results_round_to_256_levels_that_hold_zero() -> None:
    value = torch.linspace(-3, 9, 1001)
    found = round_result(value, (1.0, 6.0))
    assert found.min() == 0
    assert float(found.max()) == pytest.approx(6.0, abs=1e-5)
    inside = (value >= 0) & (value <= 6)
    assert float((found - value)[inside].abs().max()) <= 6 / 255 / 2 + 1e-5


@pytest.mark.parametrize("name", NARROW)
def test_unfolding_undoes_folding(name: str) -> None:
    net = with_random_statistics(NARROW[name].build())
    image = torch.rand(2, 3, *NARROW[name].size) * 255
    with torch.no_grad():
        torch.testing.assert_close(
            unfold(net, folded(net))(image), net(image), rtol=1e-4, atol=1e-4
        )


def test_float_nodes_are_exact_in_the_simulation(tiny: Checkpoint) -> None:
    graph = graph_of(ExportForm(tiny.build()), 64)
    names = tuple(node.name for node in graph.graph.nodes if node.op == "call_function")
    image = torch.rand(2, 3, 64, 64) * 255
    everything = Quantization("", dict.fromkeys(names, (-9.0, 9.0)), names)
    with torch.no_grad():
        (exact,) = FakeQuantized(graph, everything).run(image)
        (rounded,) = FakeQuantized(graph, replace(everything, float_nodes=())).run(image)
        expected = tiny.build()(image).sigmoid()
    torch.testing.assert_close(exact, expected, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(rounded, expected, atol=1e-4)


def test_wide_convolutions_and_the_tail_stay_in_float(tiny: Checkpoint) -> None:
    graph = graph_of(ExportForm(tiny.build()), 64)
    ranges = {node.name: (-10.0, 10.0) for node in graph.graph.nodes}
    tail = float_nodes(graph, ranges)
    assert tail == ("upsample_bilinear2d_1", "sigmoid")
    ranges |= {"conv2d": (-100.0, 100.0), "hardtanh": (0.0, 6.0)}
    assert float_nodes(graph, ranges) == ("mul", "add", "conv2d", "hardtanh", *tail)


def test_statistics_and_logits_of_a_unet_stay_in_float() -> None:
    spec = NARROW["dense-residual-unet"]
    graph = graph_of(ExportForm(spec.build()), spec.size)
    names = [node.name for node in graph.graph.nodes if node.op == "call_function"]
    found = float_nodes(graph, dict.fromkeys(names, (-10.0, 10.0)))
    front = ("mul", "mean", "sub", "mul_1", "mean_1", "add", "sqrt", "div")
    head = [name for name in names if name.startswith("conv2d")][-5]  # 1×1, four residual ones
    assert found == (*front, *names[names.index(head) :])


@pytest.mark.slow
def test_a_tuned_checkpoint_names_its_parent_and_its_ranges(
    tiny: Checkpoint, lesions: Path, tmp_path: Path
) -> None:
    losses: list[str] = []
    found = quantize(tiny, read_dataset(lesions), CONFIG, tmp_path / "tuned", losses.append)
    assert len(losses) == 1
    assert found.record.parent == tiny.digest
    assert found.record.spec == tiny.record.spec
    assert found.quantization is not None
    assert found.quantization.weights_sha256 == found.record.weights_sha256
    assert {
        "parent_dev_jaccard",
        "quantized_dev_jaccard",
        "quantized_dev_jaccard_rounded",
    } == found.record.metrics.keys()
    assert not torch.equal(found.weights["stem.0.weight"], tiny.weights["stem.0.weight"])
    for module in folded(found.build()).modules():
        if isinstance(module, nn.Conv2d):  # tiny leaves no convolution in float
            torch.testing.assert_close(round_weight(module.weight), module.weight)
    with pytest.raises(InputError, match="tuned already exists"):
        quantize(tiny, read_dataset(lesions), CONFIG, tmp_path / "tuned", losses.append)


def test_the_command_prints_what_it_did(
    run: Run, uneven: Checkpoint, lesions: Path, tmp_path: Path
) -> None:
    dead = {**uneven.weights, "stem.1.bias": uneven.weights["stem.1.bias"].clone()}
    dead["stem.1.bias"][3] = -1e4
    save_checkpoint(uneven.record, replace(uneven, weights=dead).build(), tmp_path / "dead")
    options = ("--epochs", 0, "--count", 4, "--out", tmp_path / "out", "--json")
    code, out, err = run("compress", "quantize", tmp_path / "dead", "--data", lesions, *options)
    found = json.loads(out)
    assert code == 0
    assert [line for line in err.splitlines() if "never change" in line] == [
        "Warning: 28 channels of 7 layers never change over the calibration set, 9 in"
        " blocks.2.layers.1.0"
    ]
    assert found["constant_channels"]["stem.0"] == [3]
    written = load_checkpoint(tmp_path / "out")
    assert found["metrics"] == written.record.metrics
    assert written.quantization is not None
    assert len(written.quantization.calibration["ids"]) == 4


def test_without_any_step_only_weights_are_rounded(
    uneven: Checkpoint, data: Dataset, tmp_path: Path
) -> None:
    config = QuantizeConfig(epochs=0, equalize=False, correct_bias=False)
    found = quantize(uneven, data, config, tmp_path / "rounded", print)
    pairs = zip(
        folded(uneven.build()).named_modules(), folded(found.build()).modules(), strict=True
    )
    for (name, before), after in pairs:
        if isinstance(before, nn.Conv2d) and isinstance(after, nn.Conv2d):
            torch.testing.assert_close(after.weight, round_weight(before.weight), msg=name)


@pytest.mark.slow
def test_killed_and_started_again_it_ends_with_the_same_weights(
    uneven: Checkpoint, data: Dataset, tmp_path: Path
) -> None:
    config = QuantizeConfig(epochs=2, batch=4, calibration=Calibration(count=4))
    whole = quantize(uneven, data, config, tmp_path / "whole" / "net", print)
    out, said = tmp_path / "net", list[str]()

    def killed(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt, match="epoch 1"):
        quantize(uneven, data, config, out, killed)
    assert not out.exists()
    with pytest.raises(InputError, match=r"began with another config"):
        quantize(uneven, data, replace(config, seed=1), out, print)
    found = quantize(uneven, data, config, out, said.append)
    assert [line.partition(":")[0] for line in said] == ["epoch 2"]
    assert found.record.weights_sha256 == whole.record.weights_sha256
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("net")] == ["net"]


@pytest.mark.parametrize("out", [".", "/"])
def test_a_folder_that_is_there_is_refused_first(out: str, tiny: Checkpoint, lesions: Path) -> None:
    with pytest.raises(InputError, match=r"already exists\. Choose another output"):
        quantize(tiny, read_dataset(lesions), CONFIG, Path(out), print)
