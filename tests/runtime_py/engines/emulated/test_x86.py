"""The packaged students on emulated x86 processors without VNNI: gated there, equal to here."""

import json
import os
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.engines.emulated.place import default_place
from skinseg_mobile.runtime_py.engines.emulated.x86 import (
    CPUS,
    QEMU,
    command_of,
    environment,
    find_emulator,
)
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import NotRunError
from tests.dark import MODEL, hash_anew
from tests.refused import Run

REQUIRED = "SKINSEG_REQUIRE_X86"
"""Where it is set, as in CI, a machine that is not set up fails instead of skipping."""
SAME = 1e-6
WITHOUT_FMA = 0.03
"""Sandy Bridge has no fused multiply-add, so some halves go to the other step of 8 bits there."""
Files = dict[str, Path]
GATE = """
[run]
artefacts = {}
engines = {}
"""


@pytest.fixture(scope="module")
def emulated() -> None:
    try:
        find_emulator(default_place())
    except NotRunError as error:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"x86: {error}")


def judgements(
    run: Run, place: Path, artefacts: Sequence[Path], *engines: str
) -> tuple[int, list[dict[str, Any]]]:
    config = place / "gate.toml"
    config.write_text(GATE.format(json.dumps([*map(str, artefacts)]), json.dumps(engines)))
    code, out, err = run("gate", config, "--out", place / "report", "--json")
    assert not err
    shutil.rmtree(place / "report")
    return code, json.loads(out)["judgements"]


def probabilities(folder: Path, engine: str) -> NDArray[np.float32]:
    net = load(folder, engine)
    return np.stack([net.at_net_size(photo) for photo in read_golden(folder / GOLDEN).images[:4]])


def with_int8_weights(model: Any) -> Any:
    """Return the file as it was before its weights were made unsigned."""
    values = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] not in values:
            continue
        for name in (node.input[0], node.input[2]):
            array = numpy_helper.to_array(values[name])
            if array.dtype == np.uint8:
                signed = (array ^ np.uint8(128)).view(np.int8)
                values[name].CopyFrom(numpy_helper.from_array(signed, name))
    return model


@pytest.mark.x86
@pytest.mark.slow
@pytest.mark.usefixtures("emulated")
def test_students_pass_their_gate(
    artefacts: Files, tiny_artefacts: Files, tmp_path: Path, run: Run
) -> None:
    students = [
        exported[name]
        for exported in (artefacts, tiny_artefacts)
        for name in ("onnx-int8", "tflite-int8")
    ]
    code, found = judgements(run, tmp_path, students, "x86:haswell", "x86:sandybridge")
    assert code == 0, found
    assert len(found) == 8
    assert {item["verdict"] for item in found} == {"passed"}
    assert {item["engine"].split("x86:")[1] for item in found} == {
        "haswell, emulated",
        "sandybridge, emulated",
    }


@pytest.mark.x86
@pytest.mark.slow
@pytest.mark.usefixtures("emulated")
@pytest.mark.parametrize("cpu", CPUS)
def test_onnx_computes_the_same(artefacts: Files, cpu: str) -> None:
    folder = artefacts["onnx-int8"]
    here, there = (probabilities(folder, engine) for engine in ("onnxruntime", f"x86:{cpu}"))
    atol = WITHOUT_FMA if cpu == "sandybridge" else SAME
    np.testing.assert_allclose(there, here, rtol=0, atol=atol)
    assert ((there > 0.5) != (here > 0.5)).mean() < 1e-3


@pytest.mark.x86
@pytest.mark.slow
@pytest.mark.usefixtures("emulated")
def test_int8_weights_fail_the_gate(artefacts: Files, tmp_path: Path, run: Run) -> None:
    """The twin: ONNX Runtime's AVX2 kernel saturates, on whatever machine this runs."""
    broken = tmp_path / "broken"
    shutil.copytree(artefacts["onnx-int8"], broken)
    onnx.save(with_int8_weights(onnx.load(broken / MODEL)), broken / MODEL)
    hash_anew(broken)
    code, (found,) = judgements(run, tmp_path, [broken], "x86:haswell")
    assert (code, found["verdict"]) == (1, "failed")
    assert judgements(run, tmp_path, [broken], "x86:sandybridge")[0] == 0


def test_another_machine_cannot(monkeypatch: pytest.MonkeyPatch, run: Run, dark: Path) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    code, out, err = run("parity", dark, "--engine", "x86:haswell")
    assert (code, err) == (3, "")
    assert "so they need an x86-64 Linux" in " ".join(out.split())


@pytest.fixture
def x86_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(platform, "system", lambda: "Linux")


@pytest.mark.usefixtures("x86_linux")
def test_the_emulator_of_the_place_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NotRunError, match="Run: skinseg-mobile emulate setup"):
        find_emulator(tmp_path)
    for folder in (tmp_path / "bin", tmp_path):
        folder.mkdir(exist_ok=True)
        (folder / QEMU).touch(0o755)
        assert find_emulator(tmp_path) == folder / QEMU


def test_the_command_runs_the_packages_of_this_machine() -> None:
    command = command_of(Path("qemu"), "haswell", "-c", "pass")
    assert command[:3] == ["qemu", "-cpu", "Haswell"]
    assert not Path(command[3]).is_symlink()
    folders = environment()["PYTHONPATH"].split(os.pathsep)
    assert str(Path(np.__file__).parents[1]) in folders
