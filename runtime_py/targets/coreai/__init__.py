"""Core AI assets, and Apple's own runtime on Linux."""

from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.targets.spec import EngineSpec, Lazy, TargetSpec

_ENGINE = "skinseg_mobile.runtime_py.targets.coreai.engine"
TARGET = TargetSpec(
    name="coreai",
    file="model.aimodel",
    precisions=(
        Precision.FP32,
        Precision.FP16,
        Precision.INT8,
        Precision.W8,
        Precision.PAL6,
    ),
    inspect=Lazy(f"{_ENGINE}:inspect"),
    engines=(
        EngineSpec(
            name="coreai",
            targets=("coreai",),
            open=Lazy(f"{_ENGINE}:CoreaiEngine"),
            module="coreai",
            package="coreai-core",
            extra="coreai",
            kind=EngineClass.REFERENCE,
            about="the saved asset on Apple's own runtime, by an interpreter on this processor",
        ),
    ),
    suffixes=("main.mlirb", ".aimodel"),
    weights="main.mlirb",
    optional=True,
)
