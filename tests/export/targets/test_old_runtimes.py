"""Files ask for the oldest runtime that computes them rightly, and an older one refuses them."""

import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.export.targets.tflite.convert import TfliteExporter
from skinseg_mobile.export.targets.tflite.versions import (
    MIN_RUNTIME,
    write_versions,
    wrong_versions,
)
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import kind_of, pack, schema, unpack

pytestmark = pytest.mark.slow
Files = Mapping[str, Path]

FLOAT = {"ADD": 1, "PAD": 1, "CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "LOGISTIC": 1}
INT8 = {"ADD": 2, "PAD": 2, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "LOGISTIC": 1, "QUANTIZE": 1}
VERSIONS = {
    "fp32": (FLOAT, "2.2.0"),
    "fp16": ({**FLOAT, "DEQUANTIZE": 3}, "2.2.0"),
    "w8": ({**FLOAT, "DEQUANTIZE": 5}, "2.7.0"),
    "int8": ({**INT8, "DEQUANTIZE": 2}, "2.2.0"),
    "int8-io": ({**INT8, "DEQUANTIZE": 2}, "2.2.0"),
}
"""By hand from TensorFlow's `op_version.cc` and `runtime_version.cc`; RESIZE_BILINEAR is 3."""


@pytest.fixture(scope="module")
def files(artefacts: Files, tiny_artefacts: Files) -> Files:
    """The artefacts of both students for ONNX and TFLite, by `name-target-precision`."""
    keys = [f"{t}-{precision}" for t in ("onnx", "tflite") for precision in TARGETS[t].precisions]
    both = zip(STUDENTS, (artefacts, tiny_artefacts), strict=True)
    return {f"{name}-{key}": exported[key] for name, exported in both for key in keys}


@pytest.mark.parametrize("precision", VERSIONS)
@pytest.mark.parametrize("name", STUDENTS)
def test_tflite_files_carry_the_versions_of_their_types(
    name: str, precision: str, files: Files
) -> None:
    model = unpack((files[f"{name}-tflite-{precision}"] / "model.tflite").read_bytes())
    versions, runtime = VERSIONS[precision]
    assert {kind_of(c): c.version for c in model.operatorCodes} == {
        **versions,
        "RESIZE_BILINEAR": 3,
    }
    texts = {
        entry.name.decode(): bytes(model.buffers[entry.buffer].data) for entry in model.metadata
    }
    assert texts[MIN_RUNTIME] == runtime.encode().ljust(16, b"\0")
    assert not wrong_versions(model)


@pytest.mark.parametrize("version", [1, 4, 6])
def test_a_file_of_another_version_is_found(version: int, artefacts: Files, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    model = unpack((artefacts["tflite-w8"] / path.name).read_bytes())
    code = next(code for code in model.operatorCodes if kind_of(code) == "DEQUANTIZE")
    code.version = version
    path.write_bytes(pack(model))
    said = f"DEQUANTIZE has version {version} instead of 5"
    assert wrong_versions(unpack(path.read_bytes())) == [said]
    with pytest.raises(SkinsegError, match=said):
        TfliteExporter().describe(path, Precision.W8)


def test_a_file_for_another_runtime_is_found(artefacts: Files) -> None:
    model = unpack((artefacts["tflite-w8"] / "model.tflite").read_bytes())
    entry = next(entry for entry in model.metadata if entry.name == MIN_RUNTIME.encode())
    model.buffers[entry.buffer].data = list(b"2.2.0".ljust(16, b"\0"))
    assert wrong_versions(model) == [f"{MIN_RUNTIME} is 2.2.0 instead of 2.7.0"]
    write_versions(model)
    assert not wrong_versions(model)


def tensor(dtype: str, *shape: int, scales: tuple[float, ...] = ()) -> Any:
    made = schema().TensorT()
    made.type, made.shape = getattr(schema().TensorType, dtype), list(shape)
    made.quantization = schema().QuantizationParametersT()
    made.quantization.scale = list(scales) or None
    return made


def one_operation(kind: str, reads: list[Any], gives: Any, **options: Any) -> Any:
    """Return a model of one operation whose code says version 0."""
    code, operation = schema().OperatorCodeT(), schema().OperatorT()
    code.builtinCode, code.version = getattr(schema().BuiltinOperator, kind), 0
    operation.inputs, operation.outputs = list(range(len(reads))), [len(reads)]
    operation.builtinOptions = OPTIONS[kind]() if kind in OPTIONS else None
    for name, value in options.items():
        setattr(operation.builtinOptions, name, value)
    graph, model = schema().SubGraphT(), schema().ModelT()
    graph.tensors, graph.operators = [*reads, gives], [operation]
    model.operatorCodes, model.subgraphs, model.metadata = [code], [graph], []
    return model


OPTIONS = {
    "DEPTHWISE_CONV_2D": schema().DepthwiseConv2DOptionsT,
    "TRANSPOSE_CONV": schema().TransposeConvOptionsT,
    "RESIZE_BILINEAR": schema().ResizeBilinearOptionsT,
}
IMAGE, IMAGE8 = tensor("FLOAT32", 1, 8, 8, 4), tensor("INT8", 1, 8, 8, 4, scales=(0.5,))
SHAPE = tensor("INT32", 4)
HALF, PER_CHANNEL = tensor("FLOAT16", 4), tensor("INT8", 4, scales=(0.1, 0.2, 0.3, 0.4))
KERNEL, KERNEL8 = tensor("FLOAT32", 4, 3, 3, 4), tensor("INT8", 4, 3, 3, 4, scales=(0.1,))
FINE = tensor("INT8", 1, 8, 8, 4, scales=(0.2,))


@pytest.mark.parametrize(
    ("model", "version"),
    [
        (one_operation("MUL", [IMAGE, IMAGE], IMAGE), 1),
        (one_operation("MUL", [IMAGE8, IMAGE8], IMAGE8), 2),
        (one_operation("MUL", [IMAGE8, IMAGE8], FINE), 3),
        (one_operation("CONV_2D", [IMAGE, KERNEL], IMAGE), 1),
        (one_operation("CONV_2D", [IMAGE8, KERNEL8], IMAGE8), 3),
        (one_operation("CONV_2D", [IMAGE, tensor("FLOAT32", 4, 3, 3, 2)], IMAGE), 6),
        (one_operation("DEPTHWISE_CONV_2D", [IMAGE, KERNEL], IMAGE), 1),
        (one_operation("DEPTHWISE_CONV_2D", [IMAGE, KERNEL], IMAGE, dilationHFactor=2), 2),
        (one_operation("DEPTHWISE_CONV_2D", [IMAGE8, KERNEL8], IMAGE8), 3),
        (one_operation("TRANSPOSE_CONV", [SHAPE, KERNEL, IMAGE], IMAGE), 1),
        (one_operation("TRANSPOSE_CONV", [SHAPE, KERNEL8, IMAGE8], IMAGE8), 2),
        (one_operation("TRANSPOSE_CONV", [SHAPE, KERNEL, IMAGE, HALF], IMAGE), 3),
        (
            one_operation(
                "TRANSPOSE_CONV", [SHAPE, KERNEL, IMAGE], IMAGE, fusedActivationFunction=1
            ),
            4,
        ),
        (one_operation("RESIZE_BILINEAR", [IMAGE, SHAPE], IMAGE), 1),
        (one_operation("RESIZE_BILINEAR", [IMAGE8, SHAPE], IMAGE8), 2),
        (one_operation("RESIZE_BILINEAR", [IMAGE8, SHAPE], IMAGE8, halfPixelCenters=True), 3),
        (one_operation("DEQUANTIZE", [HALF], IMAGE), 3),
        (one_operation("DEQUANTIZE", [IMAGE8], IMAGE), 2),
        (one_operation("DEQUANTIZE", [PER_CHANNEL], IMAGE), 5),
        (one_operation("QUANTIZE", [IMAGE], IMAGE8), 1),
        (one_operation("QUANTIZE", [IMAGE], PER_CHANNEL), 3),
        (one_operation("CONCATENATION", [IMAGE8, IMAGE8], IMAGE8), 2),
        (one_operation("RESHAPE", [IMAGE8, SHAPE], IMAGE8), 1),
        (one_operation("GELU", [IMAGE8], IMAGE8), 1),  # no rule: the converter's stays, 1 at least
    ],
)
def test_the_rules_are_tensorflows(model: Any, version: int) -> None:
    write_versions(model)
    assert model.operatorCodes[0].version == version


@pytest.mark.parametrize("precision", TARGETS["onnx"].precisions)
@pytest.mark.parametrize("name", STUDENTS)
def test_onnx_files_have_the_lowest_ir_version(name: str, precision: str, files: Files) -> None:
    import onnx

    model = onnx.load(files[f"{name}-onnx-{precision}"] / "model.onnx")
    assert (model.ir_version, [part.version for part in model.opset_import]) == (8, [18])


OLD = "1.16.3"
RUN = """
import sys, numpy, onnxruntime
folder, images = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
model = onnxruntime.InferenceSession(folder + "/model.onnx", options, ["CPUExecutionProvider"])
found = [model.run(None, {"image": image})[0][0, 0] for image in numpy.load(images)]
numpy.save(images, numpy.stack(found))
print(onnxruntime.__version__)
"""


@pytest.fixture(scope="module")
def old_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with an ONNX Runtime of 2023."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip(f"onnxruntime {OLD} has no wheel for this Python")
    folder = tmp_path_factory.mktemp("old") / "venv"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, f"onnxruntime=={OLD}", "numpy<2"], check=True)
    return python


@pytest.mark.parametrize("precision", TARGETS["onnx"].precisions)
@pytest.mark.parametrize("name", STUDENTS)
def test_an_old_onnx_runtime_computes_the_same(
    name: str, precision: str, files: Files, old_runtime: Path, tmp_path: Path
) -> None:
    folder = files[f"{name}-onnx-{precision}"]
    segmenter = load(folder)
    photos = read_golden(folder / GOLDEN).images[:4]
    tensors = [to_tensor(photo, segmenter.height, segmenter.width) for photo in photos]
    expected = np.stack([segmenter.engine(image) for image in tensors])
    np.save(tmp_path / "images.npy", np.stack(tensors).transpose(0, 3, 1, 2)[:, None])
    done = subprocess.run(
        [old_runtime, "-c", RUN, folder, tmp_path / "images.npy"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == OLD
    found = np.load(tmp_path / "images.npy")
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.array_equal(found >= segmenter.threshold, expected >= segmenter.threshold)
