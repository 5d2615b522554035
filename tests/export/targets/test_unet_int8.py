"""A U-Net of paper B in 8 and 16 bits, on trained weights: random ones agree with anything."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.compress.quantize.calibrate import calibrate
from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import unpack
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint
from tests.export.targets.trained_unet import TRAINED_UNET
from tests.train.families import NARROW

pytestmark = pytest.mark.slow
JOBS = {
    "tflite": [Precision.INT8],
    "onnx": [Precision.INT8],
    "coreml": [Precision.W8, Precision.FP16],
}
FRONT = ("mul", "mean", "sub", "mul_1", "mean_1", "add", "sqrt", "div")


@pytest.fixture(scope="module")
def tuned() -> Checkpoint:
    return load_checkpoint(TRAINED_UNET)


@pytest.fixture(scope="module")
def artefacts(tuned: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = export(tuned, JOBS, tmp_path_factory.mktemp("unet"))
    return {w.path.name: w.path for w in written}


@pytest.mark.parametrize("name", ["tflite-int8", "onnx-int8", "coreml-w8", "coreml-fp16"])
def test_few_bits_are_within_the_limits(name: str, artefacts: dict[str, Path]) -> None:
    report = evaluate_artifact(str(artefacts[f"tuned-{name}"])).report
    assert report.verdict is Verdict.PASSED, report


def test_wrong_ranges_are_noticed(tuned: Checkpoint, tmp_path: Path) -> None:
    quantization = tuned.quantization
    assert quantization is not None
    ranges = {node: (low / 4, high / 4) for node, (low, high) in quantization.ranges.items()}
    broken = replace(tuned, quantization=replace(quantization, ranges=ranges))
    (written,) = export(broken, {"onnx": [Precision.INT8]}, tmp_path)
    assert evaluate_artifact(str(written.path)).report.verdict is Verdict.FAILED


def test_normalisation_stays_in_float(tuned: Checkpoint, artefacts: dict[str, Path]) -> None:
    assert tuned.quantization is not None
    assert tuned.quantization.float_nodes[: len(FRONT)] == FRONT
    model = unpack((artefacts["tuned-tflite-int8"] / "model.tflite").read_bytes())
    graph = model.subgraphs[0]
    float32 = 0
    for operator in graph.operators[: len(FRONT)]:
        assert graph.tensors[operator.outputs[0]].type == float32
    assert graph.tensors[graph.operators[len(FRONT)].outputs[0]].type != float32


def test_colour_spaces_stay_in_float(lesions: Path, tmp_path: Path) -> None:
    """`fcdn` computes HSV and L before its first convolution; both int8 files must hold it."""
    from skinseg_mobile.runtime_py.engines.load import load
    from skinseg_mobile.runtime_py.images.image_file import read_photo
    from skinseg_mobile.train.checkpoint import Record, save_checkpoint
    from skinseg_mobile.train.quantization import write_quantization
    from skinseg_mobile.train.references.engine import segmenter_of
    from tests.train.nets.test_nets import with_random_statistics

    data = read_dataset(lesions)
    spec = NARROW["fcdn"]
    net = with_random_statistics(spec.build())
    saved = save_checkpoint(Record("fcdn", Task.LESION, spec), net, tmp_path / "fcdn")
    write_quantization(calibrate(saved, data), tmp_path / "fcdn")
    checkpoint = load_checkpoint(tmp_path / "fcdn")
    photo = read_photo(data.samples[0].image)
    expected = segmenter_of(checkpoint).at_net_size(photo)
    jobs = {target: [Precision.INT8] for target in ("onnx", "tflite")}
    for written in export(checkpoint, jobs, tmp_path):
        found = load(written.path).at_net_size(photo)
        assert np.abs(found - expected).mean() < 0.1 * np.ptp(expected)
