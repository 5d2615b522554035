"""The student for every iOS target and legal precision, executed by the reference executor."""

from pathlib import Path

import pytest

from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.checkpoint import Checkpoint

pytestmark = pytest.mark.slow
FLOATS = (Precision.FP32, Precision.FP16)
PRECISIONS = {
    15: FLOATS,
    17: tuple(p for p in TARGETS["coreml"].precisions if p is not Precision.PAL4),
    18: TARGETS["coreml"].precisions,
}


@pytest.mark.parametrize("ios", PRECISIONS)
def test_every_ios_target_is_in_parity(student: Checkpoint, tmp_path: Path, ios: int) -> None:
    jobs = {"coreml": PRECISIONS[ios]}
    for written in export(student, jobs, tmp_path, ExportOptions(ios=ios)):
        assert written.manifest.input.dtype == "float32"  # an image's 8 bits would round pixels
        for engine in ("coreml-reference", "coreml-reference:none"):
            report = evaluate_artifact(str(written.path), engine=engine).report
            assert report.verdict is Verdict.PASSED, (ios, report.precision, report.reasons)
            if report.precision is Precision.FP32:
                assert report.max_abs_delta is not None
                assert report.max_abs_delta < 1e-4


@pytest.mark.parametrize(
    ("precision", "ios", "needed"),
    [(Precision.W8, 15, 16), (Precision.PAL4, 17, 18), (Precision.INT8, 16, 17)],
)
def test_what_is_compressed_needs_a_newer_ios(
    student: Checkpoint, tmp_path: Path, precision: Precision, ios: int, needed: int
) -> None:
    with pytest.raises(
        InputError, match=f"{precision} does not load on iOS {ios}. Use --ios {needed}"
    ):
        export(student, {"coreml": [precision]}, tmp_path, ExportOptions(ios=ios))
    assert not list(tmp_path.iterdir())
