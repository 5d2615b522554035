"""TFLite files without a signature run by the names of their tensors."""

import sys
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.child import worker
from skinseg_mobile.runtime_py.child.process import Child
from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.engines.load import find_artefact, open_engine
from skinseg_mobile.runtime_py.targets.spec import ModelFile, TensorInfo
from skinseg_mobile.runtime_py.targets.tensors import store
from skinseg_mobile.runtime_py.targets.tflite.engine import LiteRtEngine
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import pack, unpack
from skinseg_mobile.runtime_py.targets.tflite.foreign import foreign

SIDE = 192


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    model = unpack((find_artefact(DEFAULT_NET) / "model.tflite").read_bytes())
    model.signatureDefs = []
    (tmp_path / "model.tflite").write_bytes(pack(model))
    return tmp_path / "model.tflite"


def infos(path: Path) -> tuple[TensorInfo, TensorInfo]:
    said = foreign(path)
    given, result = said.inputs[0].name, said.outputs[0].name
    assert (given, result) != ("image", "probability")
    return (
        TensorInfo(given, (1, SIDE, SIDE, 3), "float32", "NHWC", (0.0, 255.0)),
        TensorInfo(result, (1, SIDE, SIDE, 1), "float32", "NHWC", (0.0, 1.0)),
    )


def test_it_computes_what_the_signed_file_does(unsigned: Path) -> None:
    folder = find_artefact(DEFAULT_NET)
    signed = open_engine(folder, read_manifest(folder))
    here = LiteRtEngine(ModelFile(unsigned, *infos(unsigned), contract=OURS))
    generator = np.random.default_rng(0)
    for _ in range(2):
        tensor = generator.integers(0, 256, (SIDE, SIDE, 3)).astype(np.float32)
        np.testing.assert_array_equal(here(tensor), signed(tensor))


def test_the_emulated_worker_runs_it_too(unsigned: Path) -> None:
    given, result = infos(unsigned)
    here = LiteRtEngine(ModelFile(unsigned, given, result))
    asked = Child([sys.executable, "-B", worker.__file__, "litert", str(unsigned)], {}, "this")
    assert set(asked.greeting().outputs) == {result.name}
    tensor = np.full((SIDE, SIDE, 3), 90, np.float32)
    (answer,) = asked.ask(store(tensor, given).tobytes(), 1)
    np.testing.assert_array_equal(np.frombuffer(answer, "<f4").reshape(SIDE, SIDE), here(tensor))
