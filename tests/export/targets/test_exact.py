"""What an 8-bit ONNX file computes in float is exact: no processor rounds it differently."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.train.checkpoint import Checkpoint

pytestmark = pytest.mark.slow  # exports
Values = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def folder(artefacts: dict[str, Path]) -> Path:
    return artefacts["onnx-int8"]


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    return onnx.load(folder / "model.onnx")


@pytest.fixture(scope="module")
def values(folder: Path, model: Any) -> Values:
    """Every float tensor around what was made exact, on a golden image; and the weights."""
    named = [
        name for node in exact(model, "Conv", "Resize") for name in (node.input[0], *node.output)
    ]
    tapped = onnx.ModelProto()
    tapped.CopyFrom(model)
    tapped.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in named
    )
    photo = read_golden(folder / GOLDEN).images[0]
    tensor = to_tensor(photo, *read_manifest(folder).side).transpose(2, 0, 1)[None]
    session = onnxruntime.InferenceSession(tapped.SerializeToString())
    found = dict(zip(named, session.run(named, {"image": tensor}), strict=True))
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return cast("Values", {**found, **weights})


def exact(model: Any, *kinds: str) -> list[Any]:
    """Return the operations that read whole numbers."""
    made_by = {name: node.op_type for node in model.graph.node for name in node.output}
    return [
        node
        for node in model.graph.node
        if node.op_type in kinds and made_by.get(node.input[0]) in ("Round", "Cast")
    ]


def in_double(node: Any, image: NDArray[Any], weight: NDArray[Any], bias: NDArray[Any]) -> Any:
    settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    top, left, bottom, right = settings["pads"]
    padded = np.pad(image, ((0, 0), (0, 0), (top, bottom), (left, right)))
    arrays = (torch.from_numpy(array.astype(np.float64)) for array in (padded, weight, bias))
    return torch.nn.functional.conv2d(
        *arrays, stride=settings["strides"], groups=settings["group"]
    ).numpy()


def test_float_convolutions_round_nothing(model: Any, values: Values) -> None:
    convolutions = exact(model, "Conv")
    assert len(convolutions) == 2  # the stem
    for node in convolutions:
        image, weight, bias = (values[name] for name in node.input)
        np.testing.assert_array_equal(in_double(node, image, weight, bias), values[node.output[0]])
        finer = weight * np.float32(1.1)  # the twin: other weights do round
        rounded = in_double(node, image, finer, bias)
        assert (rounded != rounded.astype(np.float32)).any()


def test_a_convolution_in_the_middle(student: Checkpoint, tmp_path: Path) -> None:
    """What `compress quantize --float-worst` leaves in float, too."""
    assert student.quantization
    more = (*student.quantization.float_nodes, "conv2d_18")
    changed = replace(student, quantization=replace(student.quantization, float_nodes=more))
    (written,) = export(changed, {"onnx": [Precision.INT8]}, tmp_path / "out")
    assert len(exact(onnx.load(written.path / "model.onnx"), "Conv")) == 3
    report = evaluate_artifact(str(written.path)).report
    assert report.verdict is Verdict.PASSED, report.reasons


def test_upsampling_rounds_nothing(model: Any, values: Values) -> None:
    resizes = exact(model, "Resize")
    assert len(resizes) == 2
    for node in resizes:
        parts = values[node.output[0]] * 64  # of a factor of 4: eighths in both directions
        np.testing.assert_array_equal(parts, np.rint(parts))
        assert (parts % 64 != 0).any()
