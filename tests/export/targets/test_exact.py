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
from skinseg_mobile.export.targets.onnx.exact import TIES
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
    """Every float tensor around the convolutions made exact, on a golden image; the weights."""
    named = [name for node in exact(model, "Conv") for name in (node.input[0], *node.output)]
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
        if node.op_type in kinds and made_by.get(node.input[0]) == "Round"
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


def upsampling(model: Any, zero: int) -> tuple[Any, list[str]]:
    """Return the file's upsamplings alone, bytes in and bytes out, around one zero point."""
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes, given, results = list[Any](), list[Any](), list[Any]()
    made_by = {name: node for node in model.graph.node for name in node.output}
    for node in model.graph.node:
        before = made_by.get(node.input[0])
        if node.op_type == "QuantizeLinear" and before is not None and before.op_type == "Resize":
            first = made_by[before.input[0]]
            nodes += [first, before, node]
            size = [dim.dim_value for dim in values_of(model, first.input[0])]
            given.append(onnx.helper.make_tensor_value_info(first.input[0], UINT8, size))
            results.append(onnx.helper.make_tensor_value_info(node.output[0], UINT8, None))
            for name in (first.input[2], node.input[2]):
                values[name] = np.array(zero, np.uint8)
    read = {name for node in nodes for name in node.input} & values.keys()
    tensors = [numpy_helper.from_array(np.asarray(values[name]), name) for name in sorted(read)]
    graph = onnx.helper.make_graph(nodes, "upsampling", given, results, tensors)
    alone = onnx.helper.make_model(graph, opset_imports=model.opset_import)
    alone.ir_version = model.ir_version
    return alone, [value.name for value in given]


UINT8 = onnx.TensorProto.UINT8


def values_of(model: Any, name: str) -> Any:
    """Return the shape of a tensor, or of what it was rounded from."""
    made_by = {name: node for node in model.graph.node for name in node.output}
    known = {value.name: value.type.tensor_type.shape.dim for value in model.graph.value_info}
    while name not in known:
        name = made_by[name].input[0]
    return known[name]


def interpolated(image: NDArray[np.uint8], zero: int, side: int) -> NDArray[np.uint8]:
    """Return (…, side, side) bytes, in exact arithmetic; no value is near a half."""
    matrix = np.zeros((side, image.shape[-1]))
    place = (np.arange(side) + 0.5) * image.shape[-1] / side - 0.5
    low = np.floor(place).astype(int)
    for offset, weight in ((0, 1 - (place - low)), (1, place - low)):
        column = np.clip(low + offset, 0, image.shape[-1] - 1)
        np.add.at(matrix, (np.arange(side), column), weight)
    steps = matrix @ (image.astype(np.float64) - zero) @ matrix.T
    return (np.rint(steps / (1 + 1 / TIES)) + zero).astype(np.uint8)


@pytest.mark.parametrize("zero", [0, 97, 128, 158, 255])
def test_upsampling_is_right_to_the_bit(model: Any, zero: int) -> None:
    net, names = upsampling(model, zero)
    assert len(names) == 2
    session = onnxruntime.InferenceSession(net.SerializeToString())
    generator = np.random.default_rng(zero)
    given = {
        tensor.name: generator.integers(0, 256, tensor.shape, np.uint8)
        for tensor in session.get_inputs()
    }
    results: Any = session.run(None, given)
    for image, found in zip(given.values(), results, strict=True):
        assert found.shape[-1] in (2 * image.shape[-1], 4 * image.shape[-1])
        np.testing.assert_array_equal(found, interpolated(image, zero, found.shape[-1]))
