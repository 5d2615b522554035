"""TFLite files, LiteRT, and its and TensorFlow's reference kernels."""

from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.targets.spec import EngineSpec, Lazy, TargetSpec

_HERE = "skinseg_mobile.runtime_py.targets.tflite"
TARGET = TargetSpec(
    name="tflite",
    file="model.tflite",
    precisions=(
        Precision.FP32,
        Precision.FP16,
        Precision.INT8,
        Precision.INT8_IO,
        Precision.W8,
    ),
    default=Precision.INT8,
    inspect=Lazy(f"{_HERE}.engine:inspect"),
    engines=(
        EngineSpec(
            name="litert",
            targets=("tflite",),
            open=Lazy(f"{_HERE}.engine:LiteRtEngine"),
            module="ai_edge_litert.interpreter",
            package="ai-edge-litert",
            about="LiteRT's kernels (XNNPACK) on this processor, as in apps",
            timed=True,
        ),
        EngineSpec(
            name="litert-reference",
            targets=("tflite",),
            open=Lazy(f"{_HERE}.reference:ReferenceEngine"),
            module="ai_edge_litert.interpreter",
            package="ai-edge-litert",
            kind=EngineClass.REFERENCE,
            about="what each operation means, by LiteRT's reference kernels",
        ),
        EngineSpec(
            name="tensorflow",
            targets=("tflite",),
            open=Lazy(f"{_HERE}.reference:TensorflowEngine"),
            module="tensorflow",
            package="tensorflow-cpu",
            extra="tensorflow",
            kind=EngineClass.REFERENCE,
            about="what each operation means, by TensorFlow's reference kernels",
        ),
    ),
    foreign=Lazy("skinseg_mobile.runtime_py.targets.tflite.foreign:foreign"),
    suffixes=(".tflite", ".lite"),
    browsers=True,
    reads_operations=True,
)
