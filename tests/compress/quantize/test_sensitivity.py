"""The ranking finds the operation that rounding hurts; what it names stays in float everywhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.config import QuantizeConfig
from skinseg_mobile.compress.quantize.fake_quantize import round_weight
from skinseg_mobile.compress.quantize.sensitivity import (
    OperationSensitivity,
    rank,
    with_worst_in_float,
)
from skinseg_mobile.compress.quantize.stage import quantize
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split
from skinseg_mobile.train.checkpoint import Checkpoint, save_checkpoint
from skinseg_mobile.train.data.images import DecodedSplit, decode_split

Run = Callable[..., tuple[int, str, str]]
HURT = "blocks.2.layers.2.0"


@pytest.fixture(scope="module")
def dev_split(data: Dataset) -> DecodedSplit:
    return decode_split(data.of(Split.DEV), 64, "reading dev")


@pytest.fixture(scope="module")
def hurt(uneven: Checkpoint, chosen: CalibrationSet) -> Checkpoint:
    """The same net, one layer's rounding steps a hundred times too wide.

    It multiplies a channel that is always zero with large weights, which nothing else shows.
    """
    dead = ranges_on(uneven, chosen).constant_channels["blocks.2.layers.1.0"]
    weight = uneven.weights[f"{HURT}.weight"].clone()
    weight[:, dead[0]] = 100 * weight.abs().max()
    return replace(uneven, weights={**uneven.weights, f"{HURT}.weight": weight})


@pytest.mark.slow
def test_the_worst_operation_comes_first(
    uneven: Checkpoint, hurt: Checkpoint, chosen: CalibrationSet, dev_split: DecodedSplit
) -> None:
    image = chosen.images[:2]
    torch.testing.assert_close(hurt.build()(image), uneven.build()(image), rtol=1e-4, atol=1e-4)
    found = rank(hurt, ranges_on(hurt, chosen), chosen, dev_split, on_dev=2)
    noisiest = max(found, key=lambda item: item.gain_db)
    assert noisiest.operation == HURT
    assert noisiest.gain_db > 3
    others = [item.gain_db for item in found if item.operation != HURT]
    assert max(others) < noisiest.gain_db / 2
    assert [item.delta_jaccard is not None for item in found[:3]] == [True, True, False]
    first, second, *_ = found
    assert (first.delta_jaccard or 0) >= (second.delta_jaccard or 0)
    healthy = rank(uneven, ranges_on(uneven, chosen), chosen, dev_split, on_dev=0)
    assert max(item.gain_db for item in healthy) < noisiest.gain_db / 2
    assert all(item.delta_jaccard is None for item in healthy)


@pytest.mark.slow
def test_every_operation_in_8_bits_is_ranked_once(
    uneven: Checkpoint, chosen: CalibrationSet, dev_split: DecodedSplit
) -> None:
    ranges = ranges_on(uneven, chosen)
    found = rank(uneven, ranges, chosen, dev_split, on_dev=0)
    nodes = [node for item in found for node in item.nodes]
    assert len(nodes) == len(set(nodes))
    assert {*nodes, *ranges.float_nodes} == ranges.ranges.keys() - {"image"}


def test_the_worst_join_the_float_nodes_in_graph_order(
    uneven: Checkpoint, chosen: CalibrationSet
) -> None:
    ranges = ranges_on(uneven, chosen)
    ranked = [
        OperationSensitivity("b", ("conv2d_4", "hardtanh_3"), 2.0),
        OperationSensitivity("a", ("add",), 1.0),
    ]
    one = with_worst_in_float(ranges, ranked, 1).float_nodes
    assert set(one) == {*ranges.float_nodes, "conv2d_4", "hardtanh_3"}
    assert list(one) == [node for node in ranges.ranges if node in one]
    assert "add" in with_worst_in_float(ranges, ranked, 2).float_nodes
    assert with_worst_in_float(ranges, ranked, 0) == ranges


@pytest.mark.slow
def test_a_quantized_checkpoint_leaves_the_worst_in_float(
    hurt: Checkpoint, data: Dataset, tmp_path: Path
) -> None:
    config = QuantizeConfig(epochs=0, equalize=False, float_worst=1)
    said: list[str] = []
    found = quantize(hurt, data, config, tmp_path / "out", said.append)
    assert found.quantization is not None
    (line,) = said
    layer = line.removeprefix("left in float: ").partition(",")[0]
    weight = found.weights[f"{layer}.weight"]
    assert not torch.allclose(round_weight(weight), weight)
    other = found.weights["stem.0.weight" if layer != "stem.0" else f"{HURT}.weight"]
    torch.testing.assert_close(round_weight(other), other)


def test_the_command(run: Run, uneven: Checkpoint, lesions: Path, tmp_path: Path) -> None:
    save_checkpoint(uneven.record, uneven.build(), tmp_path / "net")
    options = ("--data", lesions, "--count", 4, "--on-dev", 1)
    code, out, _ = run("compress", "rank-operations", tmp_path / "net", *options, "--json")
    found = json.loads(out)
    assert code == 0
    assert [item["delta_jaccard"] is not None for item in found][:2] == [True, False]
    assert {"operation", "nodes", "gain_db", "delta_jaccard"} == found[0].keys()


@pytest.mark.slow
def test_the_report_measures_every_precision(
    run: Run, uneven: Checkpoint, lesions: Path, tmp_path: Path
) -> None:
    save_checkpoint(uneven.record, uneven.build(), tmp_path / "net")
    options = ("--data", lesions, "--count", 4, "--epochs", 0, "--out", tmp_path / "q")
    code, out, _ = run("compress", "quantize", tmp_path / "net", *options, "--report", "--json")
    told = json.loads(out)
    rows = {f"{row['target']} {row['precision']}": row for row in told["precisions"]}
    assert code == 0
    failed = any(row["verdict"] == "failed" for name, row in rows.items() if name.endswith("int8"))
    assert failed == bool(told["operations"]), "what costs most is named where an int8 file fails"
    assert set(rows) == {
        "tflite fp32", "tflite fp16", "tflite w8", "tflite int8", "onnx int8", "coreml int8",
    }  # fmt: skip
    assert rows["tflite fp32"]["delta_jaccard"] == pytest.approx(0, abs=1e-3)
    assert rows["tflite int8"]["megabytes"] < rows["tflite fp32"]["megabytes"]
    assert rows["tflite int8"]["milliseconds"] > 0
    assert rows["coreml int8"]["milliseconds"] is None
    assert all(0 <= row["agreement"] <= 1 for row in rows.values())
