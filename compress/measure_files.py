"""Measures exported files: what an app would load, never the net that they were made of."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.bench.report import bench
from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import CaseSet, data_cases, net_reference
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.stored import stored
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint
from skinseg_mobile.train.nets.count import cost
from skinseg_mobile.train.references.engine import segmenter_of

REPEATS = 30


@dataclass(frozen=True)
class FileRow:
    """One exported file of one candidate."""

    candidate: str
    target: str
    precision: Precision
    parameters: int
    multiply_adds: int
    megabytes: float
    milliseconds: float | None
    """Median of one inference on one thread; None where no engine here tells a phone's."""
    jaccard: float
    """Mean over dev."""
    delta_jaccard: float
    """To the checkpoint that the file was made of."""
    agreement: float
    verdict: str
    """The gate's."""


def measured(
    candidate: str, checkpoint: Path, artefacts: Sequence[Path], data: Path
) -> list[FileRow]:
    """Return a row for each artefact of a checkpoint's folder, by the candidate's name."""
    found = load_checkpoint(checkpoint)
    size = cost(found.record.spec)
    reference = net_reference(segmenter_of(found), found.digest)
    cases = data_cases(read_dataset(data).of(Split.DEV), reference)
    with tempfile.TemporaryDirectory() as folder:
        known = stored(cases, [OURS.frame(*found.record.spec.size)], Path(folder) / "images")
        return [
            _row(candidate, artefact, known, size.parameters, size.multiply_adds)
            for artefact in artefacts
        ]


def _row(
    candidate: str, artefact: Path, cases: CaseSet, parameters: int, multiply_adds: int
) -> FileRow:
    manifest = read_manifest(artefact)
    found = evaluate_artifact(artefact, cases).report
    latencies = bench(str(artefact), repeats=REPEATS, threads=1).cost.latencies
    assert found.jaccard_artefact is not None
    assert found.delta_jaccard is not None
    assert found.agreement_mean is not None
    return FileRow(
        candidate=candidate,
        target=manifest.target,
        precision=manifest.precision,
        parameters=parameters,
        multiply_adds=multiply_adds,
        megabytes=round(manifest.model_bytes / 1e6, 3),
        milliseconds=latencies[0].p50_ms if latencies else None,
        jaccard=found.jaccard_artefact,
        delta_jaccard=found.delta_jaccard,
        agreement=found.agreement_mean,
        verdict=found.verdict,
    )


# What each precision costs and brings: a checkpoint's files, exported and measured one by one.
#
# Never the simulation: every number is of the file that an app would load.


Export = Callable[[Checkpoint, Mapping[str, Sequence[Precision]], Path], Sequence[Any]]
"""`export.export.export`, handed in: compress and export are siblings that do not import."""

JOBS: Mapping[str, tuple[Precision, ...]] = {
    "tflite": (Precision.FP32, Precision.FP16, Precision.W8, Precision.INT8),
    "onnx": (Precision.INT8,),
    "coreml": (Precision.INT8,),
}


def by_precision(checkpoint: Path, data: Path, export: Export) -> list[FileRow]:
    """Return a row for each file of `JOBS`, measured on dev against the checkpoint itself."""
    with tempfile.TemporaryDirectory() as folder:
        written = export(load_checkpoint(checkpoint), JOBS, Path(folder))
        return measured(checkpoint.name, checkpoint, [w.path for w in written], data)
