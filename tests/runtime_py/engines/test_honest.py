"""A file that contradicts its manifest is refused, whichever engine opens it.

Core ML itself, the emulator and browsers do not run on every machine. Each gives `open_engine` what
its file says of itself, by its target's `inspect` or from its own process, and that runs here.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.artifact.manifest import Manifest, read_manifest, require_honest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.child import worker
from skinseg_mobile.runtime_py.child.process import Child
from skinseg_mobile.runtime_py.engines.emulated.engine import described_by
from skinseg_mobile.runtime_py.engines.load import ENGINES, find_artefact, open_engine
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import Described
from skinseg_mobile.runtime_py.vendors import vendor
from tests.conftest import ALL_ARTEFACTS
from tests.dark import MODEL, hash_anew

TWINS: dict[str, tuple[Callable[[Manifest], Manifest], str]] = {
    "another threshold": (lambda m: replace(m, threshold=0.3), "The threshold is 0.3"),
    "another checkpoint": (
        lambda m: replace(m, checkpoint_sha256="a" * 64),
        "The checkpoint_sha256 is a",
    ),
    "another input": (
        lambda m: replace(m, input=replace(m.input, name="picture")),
        "says that the model has picture",
    ),
    "another result": (
        lambda m: replace(m, output=replace(m.output, dtype="uint8")),
        "says that the model has probability .* uint8",
    ),
    "a tap": (lambda m: replace(m, taps=("head",)), "which its model lacks"),
}


@pytest.fixture
def said(dark: Path) -> Path:
    """The dark artefact, whose model says of itself what exporters write."""
    onnx: Any = vendor("onnx", "export")
    manifest = read_manifest(dark)
    model = onnx.load(dark / MODEL)
    texts = {
        "skinseg_mobile.threshold": str(manifest.threshold),
        "skinseg_mobile.task": str(manifest.task),
        "skinseg_mobile.checkpoint_sha256": manifest.checkpoint_sha256,
    }
    onnx.helper.set_model_props(model, texts)
    (dark / MODEL).write_bytes(model.SerializeToString())
    hash_anew(dark)
    return dark


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("name", ["onnxruntime", "litert", "tensorflow"])
def test_engines_that_run_here(said: Path, name: str, twin: str) -> None:
    folder = said if name == "onnxruntime" else find_artefact(DEFAULT_NET)
    if reason := ENGINES[name].missing:
        pytest.skip(reason)
    manifest = read_manifest(folder)
    open_engine(folder, manifest, name)
    change, sentence = TWINS[twin]
    with pytest.raises(InputError, match=sentence):
        open_engine(folder, change(manifest), name)


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("target", ["onnx", "tflite"])
def test_what_is_inspected_for_browsers(said: Path, target: str, twin: str) -> None:
    folder = said if target == "onnx" else find_artefact(DEFAULT_NET)
    manifest = read_manifest(folder)
    found = TARGETS[target].inspect(folder / manifest.model_file)
    require_honest(manifest, found)
    change, sentence = TWINS[twin]
    with pytest.raises(InputError, match=sentence):
        require_honest(change(manifest), found)


@pytest.mark.parametrize("target", ["onnx", "tflite"])
def test_inspection_refuses_a_damaged_file(tmp_path: Path, target: str) -> None:
    path = tmp_path / TARGETS[target].file
    path.write_bytes(b"not a model")
    with pytest.raises(
        InputError, match=f"{path.name} (does not load in|is not a whole)"
    ) as caught:
        TARGETS[target].inspect(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("engine", ["onnxruntime", "litert"])
def test_what_an_emulated_worker_says(said: Path, engine: str) -> None:
    """The worker runs on this machine's own processor."""
    folder = said if engine == "onnxruntime" else find_artefact(DEFAULT_NET)
    manifest = read_manifest(folder)
    path = folder / manifest.model_file
    asked = Child([sys.executable, "-B", worker.__file__, engine, str(path)], {}, "this machine")
    found = described_by(asked.greeting(), path)
    require_honest(manifest, found)
    for change, sentence in TWINS.values():
        with pytest.raises(InputError, match=sentence):
            require_honest(change(manifest), found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL_ARTEFACTS)
def test_every_exported_file_is_inspected_as_its_engine_reads_it(
    artefacts: dict[str, Path], name: str
) -> None:
    """Core ML included: its native engine takes what `inspect` says."""
    folder = artefacts[name]
    manifest = read_manifest(folder)
    model = manifest.model_in(folder)
    found = TARGETS[manifest.target].inspect(model.path)
    held: Described = ENGINES[TARGETS[manifest.target].engines[0].name].open(model).described
    assert (found.inputs, found.outputs) == (held.inputs, held.outputs)
    assert found.metadata == held.metadata
    require_honest(manifest, found)
    for change, sentence in TWINS.values():
        with pytest.raises(InputError, match=sentence):
            require_honest(change(manifest), found)


@pytest.mark.slow
def test_the_web_engine_is_compared(said: Path, tmp_path: Path) -> None:
    if reason := ENGINES["onnxruntime-web"].missing:
        pytest.skip(reason)
    folder = shutil.copytree(said, tmp_path / "said")
    manifest = read_manifest(folder)
    open_engine(folder, manifest, "onnxruntime-web")
    with pytest.raises(InputError, match=r"The threshold is .* in the model itself"):
        open_engine(folder, replace(manifest, threshold=0.3), "onnxruntime-web")
