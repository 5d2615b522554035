"""The packaged student on three emulated ARM64 processors: the numbers of this machine."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, read_manifest
from skinseg_mobile.runtime_py.engines.emulated.place import CPUS, default_place, require_ready
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.images.pipeline import to_mask
from tests.refused import Run

REQUIRED = "SKINSEG_REQUIRE_ARM64"
"""Where it is set, as in CI, a machine that is not set up fails instead of skipping."""
SAME = 1e-6
IMAGES = {"int8": 8, "fp32": 2}
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


def run_everywhere(folder: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield what each processor computes, two of them at a time."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(partial(probabilities, folder), [f"arm64:{cpu}" for cpu in CPUS])
        yield from zip(CPUS, found, strict=True)


@pytest.mark.parametrize("name", ["tflite-int8", "onnx-int8", "tflite-fp32", "onnx-fp32"])
def test_the_student_computes_the_same(artefacts: dict[str, Path], name: str) -> None:
    folder = artefacts[name]
    here, threshold = probabilities(folder, "auto"), read_manifest(folder).threshold
    for cpu, there in run_everywhere(folder):
        np.testing.assert_allclose(there, here, rtol=0, atol=SAME, err_msg=cpu)
        np.testing.assert_array_equal(to_mask(there, threshold), to_mask(here, threshold))
    assert to_mask(here, threshold).any()


@pytest.mark.parametrize("cpu", CPUS)
def test_the_command_says_where_it_ran(run: Run, dark: Path, cpu: str) -> None:
    code, out, err = run("parity", dark, "--engine", f"arm64:{cpu}", "--json")
    assert (code, err) == (0, ""), out
    report = json.loads(out)
    assert report["engine"].endswith(f"on arm64:{cpu}, emulated")
    assert "nothing about speed" in report["claim"]
