"""ExecuTorch programs and its runtime with XNNPACK's kernels."""

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import OWN_PROCESS, EngineSpec, Lazy, TargetSpec

_ENGINE = "skinseg_mobile.runtime_py.targets.executorch.engine"
TARGET = TargetSpec(
    name="executorch",
    file="model.pte",
    precisions=(Precision.FP32, Precision.FP16, Precision.INT8),
    default=Precision.INT8,
    inspect=Lazy(f"{_ENGINE}:inspect"),
    engines=(
        EngineSpec(
            name="executorch",
            targets=("executorch",),
            open=Lazy(f"{_ENGINE}:ExecutorchEngine"),
            module="executorch",
            package="executorch",
            extra="executorch",
            about="ExecuTorch's kernels (XNNPACK) on this processor, as in apps",
            untimed=OWN_PROCESS,
        ),
    ),
    optional=True,
)
