"""Runs `model.tflite` with TensorFlow's reference kernels: a second opinion on every operation.

Its default kernels are XNNPACK's, the same code as LiteRT's, to the bit. The reference kernels are
plain loops that define what each TFLite operation means; they share nothing with XNNPACK and are
slow (half a second an image where LiteRT needs 10 ms).
"""

import os
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.targets.tflite.engine import LiteRtEngine
from skinseg_mobile.runtime_py.vendors import vendor


class TensorflowEngine(LiteRtEngine):
    """LiteRT's interface, TensorFlow's library."""

    library = "TensorFlow"

    def _interpreter(self, path: Path, threads: int) -> Any:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        tensorflow = vendor("tensorflow", "tensorflow")
        self.version: str = tensorflow.__version__
        return tensorflow.lite.Interpreter(
            model_path=str(path),
            num_threads=threads,
            experimental_op_resolver_type=tensorflow.lite.experimental.OpResolverType.BUILTIN_REF,
        )

    def _label(self) -> str:
        return f"tensorflow {self.version}, reference kernels"
