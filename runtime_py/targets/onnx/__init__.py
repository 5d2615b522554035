"""ONNX files and ONNX Runtime."""

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import EngineSpec, Lazy, TargetSpec

_ENGINE = "skinseg_mobile.runtime_py.targets.onnx.engine"
TARGET = TargetSpec(
    name="onnx",
    file="model.onnx",
    precisions=(Precision.FP32, Precision.FP16, Precision.INT8),
    default=Precision.INT8,
    inspect=Lazy(f"{_ENGINE}:inspect"),
    engines=(
        EngineSpec(
            name="onnxruntime",
            targets=("onnx",),
            open=Lazy(f"{_ENGINE}:OnnxEngine"),
            module="onnxruntime",
            package="onnxruntime",
            about="ONNX Runtime's kernels on this processor, as in apps",
            timed=True,
        ),
    ),
    foreign=Lazy("skinseg_mobile.runtime_py.targets.onnx.foreign:foreign"),
    suffixes=(".onnx", ".ort"),
    browsers=True,
)
