"""The packaged student on three emulated ARM64 processors: the numbers of this machine."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.arm64.place import CPUS, default_place, require_ready
from skinseg_mobile.runtime_py.artefact import load
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.golden import read_golden
from skinseg_mobile.runtime_py.manifest import GOLDEN, read_manifest
from tests.refused import Run

REQUIRED = "SKINSEG_REQUIRE_ARM64"
"""Where it is set, as in CI, a machine that is not set up fails instead of skipping."""
IMAGES = {"int8": 4, "fp32": 2}
pytestmark = [pytest.mark.arm64, pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    try:
        require_ready(default_place())
    except NotRunError as error:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"arm64: {error}")


def probabilities(folder: Path, engine: str) -> NDArray[np.float32]:
    net = load(folder, engine)
    photos = read_golden(folder / GOLDEN).images[: IMAGES[read_manifest(folder).precision]]
    return np.stack([net.at_net_size(photo) for photo in photos])


@pytest.mark.parametrize("name", ["tflite-int8", "onnx-int8", "tflite-fp32", "onnx-fp32"])
def test_the_student_computes_the_same(artefacts: dict[str, Path], name: str) -> None:
    folder = artefacts[name]
    here = probabilities(folder, "auto")
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(partial(probabilities, folder), [f"arm64:{cpu}" for cpu in CPUS])
    threshold = read_manifest(folder).threshold
    for cpu, there in zip(CPUS, found, strict=True):
        np.testing.assert_array_equal(there >= threshold, here >= threshold, cpu)
        np.testing.assert_allclose(there, here, rtol=0, atol=1e-6, err_msg=cpu)
    assert (here >= threshold).any()


@pytest.mark.parametrize("cpu", CPUS)
def test_the_command_says_where_it_ran(run: Run, dark: Path, cpu: str) -> None:
    code, out, err = run("parity", dark, "--engine", f"arm64:{cpu}")
    assert (code, err) == (0, ""), out
    assert f"on arm64:{cpu}, emulated" in out
    assert "nothing about speed" in " ".join(out.split())
