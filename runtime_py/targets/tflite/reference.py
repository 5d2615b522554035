"""Runs `model.tflite` with reference kernels: a second opinion on every operation.

The default kernels of LiteRT and TensorFlow are XNNPACK's, the same code, to the bit. The reference
kernels are plain loops that define what each TFLite operation means; they share nothing with
XNNPACK and are slow (half a second an image where XNNPACK needs 10 ms).
"""

import os
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.targets.spec import Placed
from skinseg_mobile.runtime_py.targets.tflite.engine import LiteRtEngine
from skinseg_mobile.runtime_py.vendors import vendor

_CLAIM = (
    "Computed by the reference kernels, plain loops that define each TFLite operation; in 8 bits"
    " TFLite Micro has the same. This checks what the file means. Apps do not run them on phones."
)


class ReferenceEngine(LiteRtEngine):
    """LiteRT's own library with the kernels that it calls the reference."""

    claim_of_kernels = _CLAIM

    def _interpreter(self, path: Path, threads: int) -> Any:
        litert = vendor("ai_edge_litert.interpreter", "")
        return self._with(litert.Interpreter, litert.OpResolverType, path, threads)

    def _with(self, interpreter: Any, kernels: Any, path: Path, threads: int) -> Any:
        return interpreter(
            model_path=str(path),
            num_threads=threads,
            experimental_op_resolver_type=kernels.BUILTIN_REF,
        )

    def _label(self) -> str:
        return f"{super()._label()}, reference kernels"

    def _placement(self) -> tuple[Placed, ...]:
        """All stays on these kernels, as it should."""
        return tuple(Placed("CPU", part.operations) for part in super()._placement())


class TensorflowEngine(ReferenceEngine):
    """LiteRT's interface, TensorFlow's library."""

    library = "TensorFlow"

    def _interpreter(self, path: Path, threads: int) -> Any:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        tensorflow = vendor("tensorflow", "tensorflow")
        self.version: str = tensorflow.__version__
        lite = tensorflow.lite
        return self._with(lite.Interpreter, lite.experimental.OpResolverType, path, threads)

    def _label(self) -> str:
        return f"tensorflow {self.version}, reference kernels"
