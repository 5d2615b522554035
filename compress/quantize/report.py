"""What each precision costs and brings: a checkpoint's files, exported and measured one by one.

Never the simulation: every number is of the file that an app would load.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skinseg_mobile.compress.auto.measure import Row, measured
from skinseg_mobile.runtime_py.formats import Precision, Target
from skinseg_mobile.runtime_py.present import four, print_table, signed
from skinseg_mobile.train.checkpoint import load_checkpoint

if TYPE_CHECKING:
    from skinseg_mobile.compress.auto.search import Export

JOBS: Mapping[Target, tuple[Precision, ...]] = {
    Target.TFLITE: (Precision.FP32, Precision.FP16, Precision.W8, Precision.INT8),
    Target.ONNX: (Precision.INT8,),
    Target.COREML: (Precision.INT8,),
}


def by_precision(checkpoint: Path, data: Path, export: "Export") -> list[Row]:
    """Return a row for each file of `JOBS`, judged on dev against the checkpoint itself."""
    with tempfile.TemporaryDirectory() as folder:
        written = export(load_checkpoint(checkpoint), JOBS, Path(folder))
        return measured(checkpoint.name, checkpoint, [w.path for w in written], data)


def print_precisions(rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    columns = ("file", "gate", "#ΔJaccard", "#Jaccard", "#agreement", "#MB", "#ms, one thread")
    cells = [
        (
            f"{row.target} {row.precision}",
            row.verdict,
            signed(row.delta_jaccard),
            four(row.jaccard),
            four(row.agreement),
            f"{row.megabytes:.2f}",
            "–" if row.milliseconds is None else f"{row.milliseconds:.2f}",
        )
        for row in rows
    ]
    print_table(columns, cells, "dev, each file against its checkpoint")
