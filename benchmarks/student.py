"""The packaged student on real images: checkpoint and every artefact on one split.

    python -m benchmarks.student DATA [--split valid]

Exports every legal precision into a temporary folder, judges each with `parity` against the
checkpoint, and prints size, Jaccard and every check of the gate. No engine: "not run".
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.context import publish
from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.gate.cases import CaseSet, data_cases, saved_reference
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.predict.predictions import read_predictions
from skinseg_mobile.runtime_py.targets import jobs_named
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.references.save_reference import save_reference


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--net", default=DEFAULT_NET)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = find_checkpoint(arguments.net)
    samples = select(read_dataset(arguments.data), split_named(arguments.split))
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "reference.npz"
        scores = save_reference(checkpoint, samples, saved)
        cases = data_cases(samples, saved_reference(read_predictions(saved)))
        for written in export(checkpoint, jobs_named("all", "all"), Path(folder) / "artefacts"):
            rows[written.path.name] = _judge(written.path, cases)
    publish({"checkpoint": scores.as_dict(), "artefacts": rows})


def _judge(path: Path, cases: CaseSet) -> dict[str, Any]:
    report = evaluate_artifact(path, cases).report
    return {
        "megabytes": round(read_manifest(path).model_bytes / 1e6, 3),
        "verdict": report.verdict,
        "engine": report.engine,
        "jaccard": report.jaccard_artefact,
        "delta_jaccard": report.delta_jaccard,
        "agreement_mean": report.agreement_mean,
        "agreement_worst": report.agreement_worst,
        "checks": {
            check.name: {"value": check.value, "limit": check.limit, "verdict": check.verdict}
            for check in report.checks
            if check.value is not None
        },
    }


if __name__ == "__main__":
    main()
