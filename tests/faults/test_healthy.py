"""Healthy artefacts pass on other photographs, engines and threads: 200 times."""

from collections.abc import Callable
from pathlib import Path

import pytest

from skinseg_mobile.export.golden import golden_of
from skinseg_mobile.runtime_py.artifact.golden import COUNT
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.engines.load import open_engine
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.gate.cases import Case, golden_cases
from skinseg_mobile.runtime_py.gate.evaluate_artifact import report_on_net
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.synth import draw

pytestmark = pytest.mark.slow
SETS = 20
THREADS = {
    "onnx-fp32": 1,
    "onnx-fp16": 2,
    "onnx-int8": 1,
    "tflite-fp32": 2,
    "tflite-fp16": 1,
    "tflite-int8": 2,
    "tflite-int8-io": 1,
    "tflite-w8": 1,
    "coreml-fp16": 1,
    "coreml-w8": 1,
}
"""Ten artefacts, and the threads that each runs on."""


@pytest.fixture(scope="module")
def cases_of(student: Checkpoint) -> Callable[[int], list[Case]]:
    """Draw the golden set of a seed."""

    def make(seed: int) -> list[Case]:
        scenes = [draw("lesion", seed, index, 256) for index in range(COUNT)]
        named = [(f"{index:02}", scene.image, scene.mask) for index, scene in enumerate(scenes)]
        return list(golden_cases(golden_of(student, named)))

    return make


@pytest.fixture(scope="module")
def nets(artefacts: dict[str, Path]) -> list[Segmenter]:
    found: list[Segmenter] = []
    for name, threads in THREADS.items():
        manifest = read_manifest(artefacts[name])
        engine = open_engine(artefacts[name], manifest, threads=threads)
        found.append(Segmenter(name, engine, *manifest.side, manifest.threshold))
    return found


@pytest.mark.parametrize("seed", range(SETS))
def test_the_healthy_pass(
    artefacts: dict[str, Path],
    nets: list[Segmenter],
    cases_of: Callable[[int], list[Case]],
    seed: int,
) -> None:
    cases = cases_of(seed)
    for net in nets:
        precision = read_manifest(artefacts[net.label]).precision
        report = report_on_net(net, precision, cases, "golden images")
        assert report.verdict is Verdict.PASSED, (net.label, report.reasons)
