"""A pruned net is an ordinary checkpoint: every exporter takes it as it is."""

from pathlib import Path

import pytest

from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.prune import prune
from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.count import cost
from tests.once import PRESENT

pytestmark = pytest.mark.slow


def test_parity_on_every_target(student: Checkpoint, lesions: Path, tmp_path: Path) -> None:
    config = PruneConfig(keep=0.9, measurements=1, images=8)
    pruned = prune(student, read_dataset(lesions), config, tmp_path / "pruned")
    written = export(pruned, {target: [Precision.FP32] for target in PRESENT}, tmp_path)
    parameters = cost(pruned.record.spec).parameters
    assert parameters < cost(student.record.spec).parameters
    assert {artefact.manifest.target for artefact in written} == set(PRESENT)
    for artefact in written:
        assert artefact.manifest.parameters == parameters
        report = evaluate_artifact(str(artefact.path)).report
        assert report.verdict is Verdict.PASSED, report.reasons
        assert report.max_abs_delta is not None
        assert report.max_abs_delta < 1e-4
