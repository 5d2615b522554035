"""Stand-ins for accelerators: LiteRT's shaders, its reference kernels, Qualcomm's simulator."""

import json
import os
import platform
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.child.accelerated import told_by_gpu, told_by_trace
from skinseg_mobile.runtime_py.engines import accelerators
from skinseg_mobile.runtime_py.engines.accelerators import SOCS, lacks_simulator, lacks_vulkan
from skinseg_mobile.runtime_py.engines.load import ENGINES, load, open_engine
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.evaluate_artifact import diff_artefact
from skinseg_mobile.runtime_py.targets.spec import Placed
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.engine import segmenter_of
from tests.dark import hash_anew
from tests.foreign import adopted_fault
from tests.refused import Run

REQUIRED = "SKINSEG_REQUIRE_ACCELERATORS"
"""Where it is set, as in CI, a machine that is not set up fails instead of skipping."""
GATE = """
[run]
artefacts = {}
engines = ["hexagon:8gen3", "litert-gpu", "litert-reference"]
"""


def ready(name: str) -> str:
    """Return the engine's name; skip, or fail in CI, where this machine lacks it."""
    if reason := ENGINES[name].missing:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"{name}: {reason}")
    return name


def maps(folder: Path, engine: str, count: int = 2) -> NDArray[np.float32]:
    net = load(folder, engine)
    return np.stack([net.at_net_size(p) for p in read_golden(folder / GOLDEN).images[:count]])


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["litert-gpu", "litert-reference"])
def test_float_is_what_litert_computes(artefacts: dict[str, Path], engine: str) -> None:
    folder = artefacts["tflite-fp32"]
    np.testing.assert_allclose(maps(folder, ready(engine)), maps(folder, "litert"), atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["litert-gpu", "litert-reference"])
def test_int8_differs_by_its_noise(artefacts: dict[str, Path], engine: str) -> None:
    folder = artefacts["tflite-int8"]
    gap = np.abs(maps(folder, ready(engine)) - maps(folder, "litert"))
    assert 0 < gap.mean() < 0.005
    assert gap.max() < 0.2


@pytest.mark.slow
def test_the_gpu_says_what_it_leaves(artefacts: dict[str, Path]) -> None:
    """Weights of 8 bits alone need operations that the shaders lack; int8 files do not."""
    engine = ready("litert-gpu")
    (whole,) = load(artefacts["tflite-int8"], engine).engine.placement
    assert (whole.unit, whole.fallback) == ("GPU", False)
    assert whole.operations["CONV_2D"] > 20
    gpu, cpu = load(artefacts["tflite-w8"], engine).engine.placement
    assert (gpu.unit, gpu.fallback, cpu.unit, cpu.fallback) == ("GPU", False, "CPU", True)
    assert cpu.count > 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("precision", "code", "verdict"), [("w8", 1, "failed"), ("fp32", 0, "passed")]
)
def test_a_fallback_fails_where_the_gate_asks(
    artefacts: dict[str, Path], tmp_path: Path, run: Run, precision: str, code: int, verdict: str
) -> None:
    engine, folder = ready("litert-gpu"), artefacts[f"tflite-{precision}"]
    (tmp_path / "gate.toml").write_text("[budgets]\nfallback = 0\n")
    options = "--gate", tmp_path / "gate.toml", "--engine", engine, "--json"
    found = run("parity", folder, *options)
    report = json.loads(found[1])
    assert (found[0], report["verdict"]) == (code, verdict)
    checks = {check["name"]: check for check in report["checks"]}
    assert checks["fallback"]["verdict"] == verdict
    assert report["facts"]["fallback"] == checks["fallback"]["value"]


@pytest.mark.slow
def test_kernels_say_where_they_are(artefacts: dict[str, Path]) -> None:
    folder = artefacts["tflite-int8"]
    (fast,) = load(folder, "litert").engine.placement
    (slow,) = load(folder, "litert-reference").engine.placement
    assert (fast.unit, slow.unit) == ("XNNPACK", "CPU")
    assert fast.operations == slow.operations
    assert not slow.fallback
    (onnx,) = load(artefacts["onnx-int8"], "onnxruntime").engine.placement
    assert onnx.unit == "CPU"
    assert onnx.operations["QuantizeLinear"] > 20


def test_a_damaged_file_is_one_sentence(dark: Path) -> None:
    ready("litert-gpu")
    model = read_manifest(dark).model_in(dark)
    with pytest.raises(InputError, match="does not load on litert-gpu") as caught:
        ENGINES["litert-gpu"].open(model)
    assert "\n" not in str(caught.value)


def test_what_a_gpu_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in accelerators.DRIVERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(accelerators, "DEVICES", ())
    monkeypatch.setattr(accelerators, "SWIFTSHADER", (tmp_path / "driver.json",))
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    found: dict[str, str] = {}
    monkeypatch.setattr(accelerators, "find_library", found.get)
    assert "libvulkan1" in str(lacks_vulkan())
    found["vulkan"] = "libvulkan.so.1"
    assert "chromium-common" in str(lacks_vulkan())
    (tmp_path / "driver.json").touch()
    assert lacks_vulkan() is None
    assert accelerators.gpu_driver() == {"VK_ICD_FILENAMES": str(tmp_path / "driver.json")}
    monkeypatch.setattr(accelerators, "DEVICES", ("null",))
    assert accelerators.gpu_driver() == {}, "a GPU's own driver comes first"
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert "need Linux" in str(lacks_vulkan())


def test_another_machine_has_no_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert "needs an x86-64 Linux" in str(lacks_simulator())


def test_what_is_missing_is_not_run(run: Run, dark: Path) -> None:
    if find_spec("onnxruntime_qnn") is not None:
        pytest.skip("onnxruntime-qnn is installed")
    code, out, err = run("parity", dark, "--engine", "hexagon:8gen3")
    assert (code, err) == (3, "")
    assert "skinseg-mobile[hexagon]" in out or "needs an x86-64 Linux" in out


def test_the_trace_says_what_was_placed(tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    kinds = ["Conv2d", "Add", "Conv2d"]
    placed = [{"op_mappings": [{"dst_qnn_op_type": kind}]} for kind in kinds]
    left = [{"op_type": "Round"}, {"op_type": "Round"}]
    trace.write_text(json.dumps({"subgraph_traces": placed, "unsupported_nodes": left}))
    assert told_by_trace(trace) == ({"Add": 1, "Conv2d": 2}, {"Round": 2})


def test_the_gpu_log_says_what_was_placed() -> None:
    split = "51 operations will run on the GPU, and the remaining 40 operations will run on the CPU"
    said = f"Selected adapter: Mali-G710, arch=x\n{split}."
    assert told_by_gpu(said) == ["Mali-G710", 51, 40]
    assert told_by_gpu("nothing") == ["an unknown adapter"]


@pytest.mark.slow
@pytest.mark.parametrize("soc", ["8gen1", "8gen3"])
def test_int8_runs_wholly_on_the_npu(artefacts: dict[str, Path], soc: str) -> None:
    folder = artefacts["onnx-int8"]
    net = load(folder, ready(f"hexagon:{soc}"))
    (npu,) = net.engine.placement
    assert (npu.unit, npu.fallback, npu.operations["ResizeBilinear"]) == ("NPU", False, 3)
    assert SOCS[soc][1] in net.engine.claim
    photo = read_golden(folder / GOLDEN).images[0]
    gap = np.abs(net.at_net_size(photo) - load(folder, "onnxruntime").at_net_size(photo))
    assert 0 < gap.mean() < 0.01


@pytest.mark.slow
def test_what_the_npu_does_not_take_is_not_run(artefacts: dict[str, Path], tmp_path: Path) -> None:
    """The twin: bytes are cast and rounded around an upsampling, as they once were."""
    folder = tmp_path / "cast"
    shutil.copytree(artefacts["onnx-int8"], folder)
    model = onnx.load(folder / "model.onnx")
    onnx.save(with_casts(model), folder / "model.onnx")
    hash_anew(folder)
    with pytest.raises(NotRunError, match=r"hexagon does not take \d+ of its operations .*Add 1"):
        open_engine(folder, read_manifest(folder), ready("hexagon:8gen3"))


def with_casts(model: Any) -> Any:
    """Return the file with its first upsampling of bytes between casts."""
    made_by = {name: node for node in model.graph.node for name in node.output}
    for after in list(model.graph.node):
        resize = made_by.get(after.input[0])
        if after.op_type == "QuantizeLinear" and resize is not None and resize.op_type == "Resize":
            before, make = made_by[resize.input[0]], onnx.helper.make_node
            steps = [
                make("Cast", before.input[:1], ["whole"], to=onnx.TensorProto.FLOAT),
                resize,
                make("Round", resize.output, ["rounded"]),
                make("Cast", ["rounded"], after.output, to=onnx.TensorProto.UINT8),
            ]
            resize.input[0] = "whole"
            place = list(model.graph.node).index(resize)
            nodes = [n for n in model.graph.node if n not in (before, resize, after)]
            nodes[place - 1 : place - 1] = steps
            del model.graph.node[:]
            model.graph.node.extend(nodes)
            return model
    raise AssertionError("no upsampling of bytes")


@pytest.mark.slow
def test_a_context_is_the_same_twice(student: Checkpoint, tmp_path: Path) -> None:
    options = ExportOptions(contexts=(ready("hexagon:8gen3"),))
    first, second = (
        export(student, {"onnx": [Precision.INT8]}, tmp_path / name, options)[0]
        for name in ("first", "second")
    )
    contexts = [(found.path / "hexagon-8gen3.onnx").read_bytes() for found in (first, second)]
    assert contexts[0] == contexts[1]
    assert b"EPContext" in contexts[0]
    assert first.manifest == second.manifest
    assert first.manifest.contexts == {"hexagon-8gen3.onnx": "hexagon:8gen3"}
    assert "hexagon-8gen3.onnx" in first.manifest.files
    assert "onnxruntime-qnn" in first.manifest.versions
    assert read_manifest(first.path) == first.manifest


@pytest.mark.slow
def test_a_context_runs_on_its_own_chip_alone(student: Checkpoint, tmp_path: Path) -> None:
    options = ExportOptions(contexts=(ready("hexagon:8gen3"),))
    folder = export(student, {"onnx": [Precision.INT8]}, tmp_path, options)[0].path
    own, other = (load(folder, f"hexagon:{soc}") for soc in ("8gen3", "8gen1"))
    assert [part.operations for part in own.engine.placement] == [{"EPContext": 1}]
    assert "compiled as it is" in own.engine.claim
    assert other.engine.placement[0].count > 20, "compiled anew, for this chip"
    assert "compiled as it is" not in other.engine.claim
    photo = read_golden(folder / GOLDEN).images[0]
    compiled = own.at_net_size(photo)
    shutil.copytree(folder, tmp_path / "plain")
    told = json.loads((tmp_path / "plain" / "manifest.json").read_text())
    del told["contexts"]
    (tmp_path / "plain" / "manifest.json").write_text(json.dumps(told))
    hash_anew(tmp_path / "plain")
    plain = load(tmp_path / "plain", "hexagon:8gen3").at_net_size(photo)
    np.testing.assert_array_equal(compiled, plain)
    (folder / "hexagon-8gen3.onnx").write_bytes(b"")
    with pytest.raises(InputError, match="onnx does not have the hash"):
        load(folder, "onnxruntime")


def test_a_context_needs_a_known_chip_and_an_onnx_file(refused: Callable[..., str]) -> None:
    wrong = refused("export", "--target", "onnx", "--context", "hexagon:9", "--out", "out")
    assert "Choose one of hexagon:8gen1" in wrong
    wrong = refused("export", "--target", "tflite", "--context", "hexagon:8gen3", "--out", "out")
    assert "Add --target onnx" in wrong


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "stage"), [("ceil_pool_of_odd", "operation"), ("ceil_max_pool", None)]
)
def test_diff_names_the_stage_that_the_npu_computes_wrong(
    name: str, stage: str | None, tmp_path: Path
) -> None:
    """findings/onnxruntime-qnn-average-pooling-loses-the-last-row.sh, and its neighbour."""
    engine = ready("hexagon:8gen1")
    checkpoint = adopted_fault(name, tmp_path)
    taps = ExportOptions(taps=True)
    (written,) = export(checkpoint, {"onnx": [Precision.FP32]}, tmp_path / "artefacts", taps)
    reference = segmenter_of(checkpoint)
    assert diff_artefact(written.path, reference).first_divergence is None
    assert diff_artefact(written.path, reference, engine).first_divergence == stage


@pytest.mark.slow
def test_both_students_pass_their_gate(
    artefacts: dict[str, Path], tiny_artefacts: dict[str, Path], tmp_path: Path, run: Run
) -> None:
    for name in ("hexagon:8gen3", "litert-gpu"):
        ready(name)
    names = ("onnx-int8", "tflite-fp32", "tflite-int8")
    files = [artefacts[name] for name in names]
    files += [tiny_artefacts[name] for name in ("onnx-fp32", *names)]  # slow on the NPU's simulator
    (tmp_path / "gate.toml").write_text(GATE.format(json.dumps([*map(str, files)])))
    code, out, err = run("gate", tmp_path / "gate.toml", "--json")
    found = json.loads(out)["judgements"]
    assert (code, err) == (0, ""), [item["reasons"] for item in found]
    assert len(found) == 11
    assert all(part["fallback"] is False for item in found for part in item["placement"])


def test_operations_are_counted() -> None:
    assert Placed("NPU", {"Conv2d": 3, "Add": 2}).count == 5
