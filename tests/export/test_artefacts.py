"""Every artefact of the packaged student, read back from disk: complete, honest and in parity."""

import re
import shutil
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_cli.prove.references import open_cases
from skinseg_mobile.export.export import export
from skinseg_mobile.export.source import METADATA_PREFIX, Source
from skinseg_mobile.export.targets.tflite.alignment import TfliteOperation, align
from skinseg_mobile.runtime_py.artifact.golden import COUNT, read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, model_size, read_manifest
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.config import DEFAULT as DEFAULT_GATE
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.targets import TARGETS, jobs_named
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import unpack
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.checkpoint import Checkpoint
from tests.conftest import ALL_ARTEFACTS
from tests.once import require_target

Artefacts = dict[str, Path]
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_parity_on_the_golden_images(artefacts: Artefacts, name: str) -> None:
    report = evaluate_artifact(str(artefacts[name])).report
    assert report.verdict is Verdict.PASSED, report.reasons
    assert report.images == COUNT
    assert report.jaccard_reference is not None
    assert report.jaccard_reference > 0.7
    if name.endswith("fp32"):
        assert report.max_abs_delta is not None
        assert report.max_abs_delta < 1e-4


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_parity_against_the_checkpoint(artefacts: Artefacts, name: str, lesions: Path) -> None:
    cases = open_cases(lesions, "train", "lean-isic2017")
    report = evaluate_artifact(artefacts[name], cases).report
    assert report.verdict is Verdict.PASSED, report.reasons


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_manifest_describes_the_file(artefacts: Artefacts, name: str, student: Checkpoint) -> None:
    folder = artefacts[name]
    manifest = read_manifest(folder)
    assert f"{manifest.target}-{manifest.precision}" == name
    assert manifest.checkpoint_sha256 == student.digest
    assert manifest.model_bytes == model_size(folder / manifest.model_file)
    assert manifest.side == (192, 192)
    assert manifest.output.range == (0.0, 1.0)
    assert sum(manifest.operations.values()) > 50
    assert len(read_golden(folder / GOLDEN).ids) == COUNT
    assert (manifest.calibration is not None) == (
        manifest.precision in (Precision.INT8, Precision.INT8_IO)
    )


@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_a_lone_file_says_what_it_is(artefacts: Artefacts, name: str, student: Checkpoint) -> None:
    folder = artefacts[name]
    manifest = read_manifest(folder)
    found = embedded_metadata(folder / manifest.model_file, manifest.target)
    wanted = Source(student, 16).metadata
    assert found == wanted
    assert {"name", "task", "threshold", "licence", "checkpoint_sha256"} <= {
        key.removeprefix(f"{METADATA_PREFIX}.") for key in wanted
    }


def embedded_metadata(path: Path, target: str) -> dict[str, str]:
    if target == "onnx":
        import onnx

        found = {p.key: p.value for p in onnx.load(path).metadata_props}
    elif target == "tflite":
        model = unpack(path.read_bytes())
        found = {
            (m.name if isinstance(m.name, str) else m.name.decode()): bytes(
                np.asarray(model.buffers[m.buffer].data, np.uint8)
            ).decode("utf-8", "replace")
            for m in model.metadata
        }
    elif TARGETS[target].optional:  # their own runtimes read them, in a process of its own
        found = dict(TARGETS[target].inspect(path).metadata)
    else:
        spec: Any = vendor("coremltools", "coreml").utils.load_spec(str(path))
        found = dict(spec.description.metadata.userDefined)
    return {key: value for key, value in found.items() if key.startswith(METADATA_PREFIX)}


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("tflite-fp16", 0.56),
        ("tflite-w8", 0.36),
        ("tflite-int8", 0.37),
        ("onnx-fp16", 0.56),
        ("onnx-int8", 0.40),
        ("coreml-fp16", 0.56),
        ("coreml-w8", 0.33),
        ("coreml-int8", 0.35),
        ("coreml-pal6", 0.29),
        ("coreml-pal4", 0.26),
        ("coreai-fp16", 0.51),
        ("coreai-w8", 0.29),
        ("coreai-int8", 0.32),
        ("coreai-pal6", 0.26),
        ("executorch-int8", 0.33),
    ],
)
def test_precisions_shrink_the_file(artefacts: Artefacts, name: str, share: float) -> None:
    """The graph and its names do not shrink: in a small net they are a larger share of the file."""
    target = name.partition("-")[0]
    whole = read_manifest(artefacts[f"{target}-fp32"]).model_bytes
    assert read_manifest(artefacts[name]).model_bytes <= share * whole


def test_int8_tflite_has_one_int8_stretch(artefacts: Artefacts) -> None:
    """Float only where the quantization says so: at the front and behind the last convolution."""
    counts = read_manifest(artefacts["tflite-int8"]).operations
    assert counts["QUANTIZE"] == counts["DEQUANTIZE"] == 1
    assert "TRANSPOSE" not in counts
    manifest = read_manifest(artefacts["tflite-int8-io"])
    assert manifest.operations["QUANTIZE"] == manifest.operations["DEQUANTIZE"] == 2
    assert manifest.input.dtype == manifest.output.dtype == "int8"
    assert manifest.input.scale == pytest.approx(1.0)


KINDS: dict[str, dict[str, str]] = {
    "tflite": {
        "add": "ADD", "upsample_bilinear2d": "RESIZE_BILINEAR", "sigmoid": "LOGISTIC",
        "conv2d": "CONV_2D",
    },
    "onnx": {
        "add": "Add", "upsample_bilinear2d": "Resize", "sigmoid": "Sigmoid",
        "conv2d": "Conv", "hardtanh": "Clip",
    },
    "coreml": {
        "mul": "batch_norm", "upsample_bilinear2d": "upsample_bilinear", "sigmoid": "sigmoid",
        "conv2d": "conv", "hardtanh": "clip",
    },
    "coreai": {
        "add": "add", "upsample_bilinear2d": "interpolate", "sigmoid": "sigmoid",
        "conv2d": "conv2d", "hardtanh": "clip",
    },
    "executorch": {
        "add": "add", "upsample_bilinear2d": "static_resize_bilinear2d", "sigmoid": "sigmoid",
        "conv2d": "conv2d",
    },
}  # fmt: skip
"""Traced kind -> the file's; TFLite fuses activations, Core ML a scale and a shift."""
MORE = {
    "onnx": Counter({"Mul": 2, "Round": 2}),
    "executorch": Counter({"static_resize_bilinear2d": 2, "add": 1}),
}
"""What `targets/onnx/exact.py` makes of the stem's two convolutions; what XNNPACK's delegate lacks
in 8 bits: upsampling, and a sum with an activation behind it."""


@pytest.mark.parametrize("target", TARGETS)
def test_only_what_was_asked_for_computes_in_float(
    artefacts: Artefacts, student: Checkpoint, target: str
) -> None:
    assert student.quantization is not None
    kinds = KINDS[target]
    exported = Source(student, None, fold_scale=target != "coreml")
    there = {node.name for node in exported.nodes}  # a folded scale is not
    kept = there.intersection(student.quantization.float_nodes)
    asked = [re.sub(r"_\d+$", "", name) for name in kept]
    wanted = Counter(kinds[kind] for kind in asked if kind in kinds)
    found = Counter(read_manifest(artefacts[f"{target}-int8"]).float_operations)
    found["CONV_2D"] += found.pop("DEPTHWISE_CONV_2D", 0)
    found["conv2d"] += found.pop("depthwise_conv2d", 0)
    assert +found == wanted + MORE.get(target, Counter())
    assert not read_manifest(artefacts[f"{target}-fp32"]).float_operations


@pytest.mark.parametrize("target", TARGETS)
def test_a_float_island_is_counted(
    artefacts: Artefacts, student: Checkpoint, tmp_path: Path, target: str
) -> None:
    """The twin: one more operation left in float in the middle of the net."""
    assert student.quantization is not None
    quantization = student.quantization
    more = replace(quantization, float_nodes=(*quantization.float_nodes, "conv2d_20"))
    broken = replace(student, quantization=more)
    require_target(target)
    (written,) = export(broken, {target: [Precision.INT8]}, tmp_path)
    usual = read_manifest(artefacts[f"{target}-int8"])
    added = Counter(written.manifest.float_operations) - Counter(usual.float_operations)
    exact = ["mul", "round"] if target == "onnx" else []  # its input made whole
    assert [re.sub("_?2d$", "", kind.lower()) for kind in added.elements()] == ["conv", *exact]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("w8", "constexpr_affine_dequantize"),
        ("int8", "constexpr_affine_dequantize"),
        ("pal6", "constexpr_lut_to_dense"),
        ("pal4", "constexpr_lut_to_dense"),
    ],
)
def test_core_ml_compression_is_in_the_file(artefacts: Artefacts, name: str, kind: str) -> None:
    counts = read_manifest(artefacts[f"coreml-{name}"]).operations
    whole = name in ("w8", "int8")  # palettes spare depthwise and small weights
    least = counts["conv"] - 6 if whole else 13  # small weights stay as they are
    assert counts[kind] >= least


def test_reading_a_package_with_coremltools_changes_nothing(
    artefacts: Artefacts, tmp_path: Path
) -> None:
    """It writes Manifest.json again: findings/coremltools-reading-rewrites-manifest.sh."""
    folder = shutil.copytree(artefacts["coreml-fp16"], tmp_path / "copy")
    package = folder / read_manifest(folder).model_file
    before = (package / "Manifest.json").stat().st_mtime_ns
    coremltools: Any = vendor("coremltools", "coreml")
    coremltools.utils.load_spec(str(package))
    coremltools.models.MLModel(str(package), skip_model_load=True)
    assert (package / "Manifest.json").stat().st_mtime_ns > before, "it was not written again"
    load(folder)


def test_load_gives_a_probability_at_the_photographs_size(artefacts: Artefacts) -> None:
    golden = read_golden(artefacts["tflite-int8"] / GOLDEN)
    photo = golden.images[0][:100, :150]
    probability = load(artefacts["tflite-int8"])(photo)
    assert probability.shape == (100, 150)
    assert probability.dtype == np.float32
    assert 0 <= probability.min() < probability.max() <= 1


def test_core_ml_agrees_in_both_roundings_and_says_what_that_means(artefacts: Artefacts) -> None:
    for engine in ("coreml-reference", "coreml-reference:none"):
        report = evaluate_artifact(str(artefacts["coreml-fp16"]), engine=engine).report
        assert report.verdict is Verdict.PASSED, report.reasons
        assert report.agreement_mean is not None
        assert report.agreement_mean >= 0.999
        assert "not a measurement on Apple hardware" in report.claim


@pytest.mark.skipif(sys.platform == "darwin", reason="Core ML itself runs here")
def test_native_core_ml_is_not_run_and_never_passed(artefacts: Artefacts) -> None:
    report = evaluate_artifact(str(artefacts["coreml-fp16"]), engine="coreml:ane").report
    assert report.verdict is Verdict.NOT_RUN


def test_limits_and_precisions_are_complete() -> None:
    assert set(DEFAULT_GATE.limits) == set(Precision)
    found = {p for precisions in jobs_named("all", "all").values() for p in precisions}
    assert found == set(Precision)


class Node:
    def __init__(self, target: str, name: str) -> None:
        self.target, self.name = target, name


CONVOLUTION = TfliteOperation("CONV_2D", ("image", "weights"), "a", True)
ADDITION = TfliteOperation("ADD", ("a", "a"), "b", False)


def test_alignment_gives_fused_results_the_activations_range() -> None:
    nodes = [
        Node("aten.conv2d.default", "conv2d"),
        Node("aten.hardtanh.default", "hardtanh"),
        Node("aten.add.Tensor", "add"),
    ]
    assert align([CONVOLUTION, ADDITION], nodes) == {"a": "hardtanh", "b": "add"}


def test_alignment_lets_both_sides_move_values_as_they_like() -> None:
    nodes = [
        Node("aten.conv2d.default", "conv2d"),
        Node("aten.relu.default", "relu"),
        Node("aten.view.default", "view"),
        Node("aten.permute.default", "permute"),
        Node("aten.add.Tensor", "add"),
    ]
    reshaped = TfliteOperation("RESHAPE", ("a", "shape"), "r", False)
    found = align([CONVOLUTION, reshaped, ADDITION], nodes)
    assert found == {"a": "relu", "r": "relu", "b": "add"}


@pytest.mark.parametrize(
    "nodes",
    [
        [Node("aten.add.Tensor", "add")],
        [Node("aten.conv2d.default", "conv2d"), Node("aten.add.Tensor", "add")],
        [
            Node("aten.conv2d.default", "c"),
            Node("aten.relu.default", "r"),
            Node("aten.add.Tensor", "a"),
            Node("aten.mul.Tensor", "m"),
        ],
        [],
    ],
)
def test_alignment_refuses_another_net(nodes: list[Node]) -> None:
    with pytest.raises(InputError):
        align([CONVOLUTION, ADDITION], nodes)


def test_float32_core_ml_normalises_without_an_epsilon(artefacts: Artefacts) -> None:
    assert "batch_norm" not in read_manifest(artefacts["coreml-fp32"]).operations
