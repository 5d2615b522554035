"""The versions that a TFLite file needs: of each operation, and of TensorFlow Lite.

A runtime trusts them. The converter writes those of the float net and the quantizer leaves them, so
a runtime of 2021 takes per-channel weights for per-tensor ones and gives a constant map, where
DEQUANTIZE of version 5 makes it refuse the file.

Source: `op_version.cc` and `runtime_version.cc` in tensorflow/lite/tools/versioning, of which these
are the rules for the operations and types that our files hold. No package offers them to Python.
"""

from typing import Any

from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import kind_of, schema

MIN_RUNTIME = "min_runtime_version"
_SIZE = 16  # bytes of that text, which every writer fills with zeros
_ALWAYS_1 = frozenset({"RESHAPE", "DIV", "SQRT", "POW", "SELECT"})
_2_IN_INT8 = frozenset(
    (
        *("ADD", "SUB", "MEAN", "MAXIMUM", "MINIMUM", "EQUAL", "LESS", "GREATER", "LOGISTIC"),
        *("RELU", "RELU6", "MAX_POOL_2D", "CONCATENATION", "PAD", "PADV2", "SLICE"),
    )
)
_OLDEST = "1.14.0"
"""Has LOGISTIC, which every file ends with, and what is not in `_LATER`."""
_LATER = {
    ("MUL", 3): "1.15.0",
    ("DEQUANTIZE", 3): "1.15.0",
    ("RELU", 2): "2.1.0",
    ("RESIZE_BILINEAR", 3): "2.2.0",
    ("TRANSPOSE_CONV", 2): "2.2.0",
    ("TRANSPOSE_CONV", 3): "2.3.0",
    ("DEQUANTIZE", 5): "2.7.0",
    ("QUANTIZE", 3): "2.7.0",
    ("CONV_2D", 6): "2.9.0",
    ("TRANSPOSE_CONV", 4): "2.13.0",
}
"""The first TensorFlow Lite with a version of an operation."""


def write_versions(model: Any) -> None:
    """Set the versions in a `ModelT` to those that its operations need."""
    versions, runtime = _needed(model)
    for code, version in zip(model.operatorCodes, versions, strict=True):
        code.version = version
    buffer = _buffer(model)
    if buffer is not None:
        buffer.data = list(runtime.encode().ljust(_SIZE, b"\0"))


def wrong_versions(model: Any) -> list[str]:
    """Return what is wrong with the versions in a `ModelT`, one entry each."""
    versions, runtime = _needed(model)
    wrong = [
        f"{kind_of(code)} has version {code.version} instead of {version}"
        for code, version in zip(model.operatorCodes, versions, strict=True)
        if code.version != version
    ]
    written = _written(model)
    if written not in (runtime, ""):
        wrong.append(f"{MIN_RUNTIME} is {written} instead of {runtime}")
    return wrong


def _needed(model: Any) -> tuple[list[int], str]:
    """Return the version of each operator code, and the oldest TensorFlow Lite that has them all.

    Of an operation without a rule the version stays; so does the file's runtime, as a least one.
    """
    needed = [_version_without_rule(code) for code in model.operatorCodes]
    for graph in model.subgraphs:
        for operation in graph.operators:
            at = operation.opcodeIndex
            kind = kind_of(model.operatorCodes[at])
            needed[at] = max(needed[at], _version(kind, operation, graph.tensors))
    codes = [kind_of(code) for code in model.operatorCodes]
    runtimes = [_LATER.get(pair, _OLDEST) for pair in zip(codes, needed, strict=True)]
    if not all(map(_has_rule, codes)):
        runtimes.append(_written(model) or _OLDEST)
    return needed, max(runtimes, key=lambda text: [int(part) for part in text.split(".")])


def _has_rule(kind: str) -> bool:
    special = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "RESIZE_BILINEAR", "MUL")
    return kind in _ALWAYS_1 | _2_IN_INT8 or kind in (*special, "QUANTIZE", "DEQUANTIZE")


def _version_without_rule(code: Any) -> int:
    return 1 if _has_rule(kind_of(code)) else code.version


def _version(kind: str, operation: Any, tensors: list[Any]) -> int:
    """Return the version that one operation needs; 1 if there is no rule."""
    if not _has_rule(kind):
        return 1
    reads = [tensors[at] for at in operation.inputs if at >= 0]
    gives, options = tensors[operation.outputs[0]], operation.builtinOptions
    in_int8 = reads[0].type == schema().TensorType.INT8
    if kind == "CONV_2D":
        grouped = reads[0].shape[3] != reads[1].shape[3]
        return 6 if grouped else 3 if in_int8 else 1
    if kind == "DEPTHWISE_CONV_2D":
        dilated = (options.dilationHFactor, options.dilationWFactor) != (1, 1)
        return 3 if in_int8 else 2 if dilated else 1
    if kind == "TRANSPOSE_CONV":  # reads the shape of the result first, then weights
        in_int8 = reads[1].type == schema().TensorType.INT8
        return 4 if options.fusedActivationFunction else 3 if len(reads) == 4 else 1 + in_int8
    if kind == "RESIZE_BILINEAR":
        return 3 if options.halfPixelCenters else 1 + in_int8
    if kind == "MUL":
        one, other, result = (_scale(tensor) for tensor in (*reads, gives))
        return 3 if result and one * other / result >= 1 else 1 + in_int8
    if kind == "DEQUANTIZE":
        if reads[0].type == schema().TensorType.FLOAT16:
            return 3
        return 5 if _per_channel(reads[0]) else 1 + in_int8
    if kind == "QUANTIZE":
        return 3 if _per_channel(gives) else 1
    return 1 + (kind in _2_IN_INT8 and in_int8)


def _scales(tensor: Any) -> list[float]:
    found = tensor.quantization.scale if tensor.quantization else None
    return [] if found is None else list(found)


def _per_channel(tensor: Any) -> bool:
    return len(_scales(tensor)) > 1


def _scale(tensor: Any) -> float:
    return _scales(tensor)[0] if _scales(tensor) else 0.0


def _buffer(model: Any) -> Any:
    entries = [entry for entry in model.metadata or [] if entry.name == MIN_RUNTIME.encode()]
    return model.buffers[entries[0].buffer] if entries else None


def _written(model: Any) -> str:
    buffer = _buffer(model)
    return "" if buffer is None else bytes(buffer.data).rstrip(b"\0").decode()
