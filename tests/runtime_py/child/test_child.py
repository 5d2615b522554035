"""The worker and the talk with it, on this machine's own processor."""

import sys
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.child import process, worker
from skinseg_mobile.runtime_py.child.process import Child
from skinseg_mobile.runtime_py.engines.load import find_artefact, open_engine
from skinseg_mobile.runtime_py.errors import InputError, SkinsegError
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.targets.tensors import restore, store
from tests.dark import MODEL


def start(*arguments: str | Path) -> Child:
    return Child([sys.executable, "-B", *map(str, arguments)], {}, "this machine")


def program(code: str) -> Child:
    return start("-c", f"import os, struct, sys, time\n{code}")


@pytest.mark.parametrize("engine", ["onnxruntime", "litert"])
def test_a_worker_computes_what_the_engine_does(dark: Path, engine: str) -> None:
    folder = dark if engine == "onnxruntime" else find_artefact(DEFAULT_NET)
    manifest = read_manifest(folder)
    here = open_engine(folder, manifest, engine)
    asked = start(worker.__file__, engine, folder / manifest.model_file)
    said = asked.greeting()
    assert said.inputs == {"image": (manifest.input.shape, manifest.input.dtype)}
    assert said.outputs == {"probability": (manifest.output.shape, "float32")}
    assert here.name == f"{engine} {said.version}"
    for photo in read_golden(folder / GOLDEN).images[:3]:
        tensor = to_tensor(photo, *manifest.side)
        (answer,) = asked.ask(store(tensor, manifest.input).tobytes(), 1)
        found = np.frombuffer(answer, np.float32).reshape(manifest.output.shape)
        np.testing.assert_array_equal(restore(found, manifest.output), here(tensor))


def test_a_worker_ends_with_its_owner(dark: Path) -> None:
    asked = start(worker.__file__, "onnxruntime", dark / MODEL)
    asked.greeting()
    process = asked.process
    assert process.poll() is None
    del asked
    assert process.poll() is not None


@pytest.mark.parametrize("engine", ["onnxruntime", "litert"])
def test_a_damaged_model_is_one_sentence(tmp_path: Path, engine: str) -> None:
    (tmp_path / "model").write_bytes(b"not a model")
    with pytest.raises(InputError, match="does not load on this machine") as caught:
        start(worker.__file__, engine, tmp_path / "model").greeting()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", r"ended with exit code 0 \(without a word\)"),
        ("sys.exit('no room')", r"ended with exit code 1 \(no room\)"),
        ("os.kill(os.getpid(), 4)", r"ended with SIGILL"),
        ("os.write(1, struct.pack('<Q', 2**63))", "A frame of"),
        ("os.write(1, struct.pack('<Q', 9) + b'short')", "ended with exit code 0"),
        ("os.write(1, b'x')", "ended with exit code 0"),
        ("os.write(1, struct.pack('<Q', 2) + b'[,')", "Expecting value"),
        ("os.write(1, struct.pack('<Q', 2) + b'[]')", "must be an object"),
    ],
)
def test_a_dead_worker_is_one_sentence(code: str, words: str) -> None:
    with pytest.raises(SkinsegError, match=f"The process of this machine.*{words}") as caught:
        program(code).greeting()
    assert "\n" not in str(caught.value)


def test_a_worker_that_dies_between_images(dark: Path) -> None:
    asked = start(worker.__file__, "onnxruntime", dark / MODEL)
    asked.greeting()
    asked.process.kill()
    asked.process.wait()
    with pytest.raises(SkinsegError, match="ended with SIGKILL"):
        asked.ask(b"0" * 10_000_000, 1)


def test_a_worker_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    with pytest.raises(SkinsegError, match="ended with SIGKILL"):
        program("time.sleep(60)").greeting()


def test_a_worker_refuses_a_tensor_of_another_size(dark: Path) -> None:
    asked = start(worker.__file__, "onnxruntime", dark / MODEL)
    asked.greeting()
    with pytest.raises(SkinsegError, match="ended with exit code 1"):
        asked.ask(b"0" * (4 * 3 * 32 * 32 + 1), 1)
