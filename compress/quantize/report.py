"""What each precision costs and brings: a checkpoint's files, exported and measured one by one.

Never the simulation: every number is of the file that an app would load.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skinseg_mobile.compress.measure_files import Row, measured
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint

Export = Callable[[Checkpoint, Mapping[str, Sequence[Precision]], Path], Sequence[Any]]
"""`export.export.export`, handed in: compress and export are siblings that do not import."""

JOBS: Mapping[str, tuple[Precision, ...]] = {
    "tflite": (Precision.FP32, Precision.FP16, Precision.W8, Precision.INT8),
    "onnx": (Precision.INT8,),
    "coreml": (Precision.INT8,),
}


def by_precision(checkpoint: Path, data: Path, export: Export) -> list[Row]:
    """Return a row for each file of `JOBS`, judged on dev against the checkpoint itself."""
    with tempfile.TemporaryDirectory() as folder:
        written = export(load_checkpoint(checkpoint), JOBS, Path(folder))
        return measured(checkpoint.name, checkpoint, [w.path for w in written], data)
