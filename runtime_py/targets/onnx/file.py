"""What an ONNX file says of its weights, read without ONNX: their kinds, and that none lie outside.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.storage.protobuf import Value, fields

_MODEL, _GRAPH, _NODE, _ATTRIBUTE = "model", "graph", "node", "attribute"
_SPARSE, _TENSOR, _TRAINING, _FUNCTION = "sparse", "tensor", "training", "function"
_INSIDE: Mapping[str, Mapping[int, str]] = {
    _MODEL: {7: _GRAPH, 20: _TRAINING, 25: _FUNCTION},
    _TRAINING: {1: _GRAPH, 2: _GRAPH},
    _FUNCTION: {7: _NODE, 11: _ATTRIBUTE},
    _GRAPH: {1: _NODE, 5: _TENSOR, 15: _SPARSE},
    _NODE: {5: _ATTRIBUTE},
    _ATTRIBUTE: {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE},
    _SPARSE: {1: _TENSOR, 2: _TENSOR},
}
"""Messages that can lead to a tensor: by field, what lies inside."""
_OPERATION, _DATA_TYPE, _EXTERNAL, _LOCATION = 4, 2, 13, 14
_FLOAT16, _BFLOAT16 = 10, 16
_ROUNDING = ("QuantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger")
_MOST_DEPTH = 60


@dataclass
class _Contents:
    operations: Counter[str] = field(default_factory=Counter[str])
    kinds: Counter[int] = field(default_factory=Counter[int])
    """Of all tensors, by ONNX's number."""
    is_external: bool = False


def require_inside(path: Path) -> None:
    """Raise InputError where weights lie in another file: no hash of the artefact is theirs."""
    if _contents(path).is_external:
        raise InputError(
            f"{path} keeps weights in another file, which its hash does not cover. Save the model"
            " as one file."
        )


def precision_of(path: Path) -> Precision:
    """Return how the file stores and computes numbers.

    Raises:
        InputError: it is damaged.
    """
    found = _contents(path)
    if any(kind in _ROUNDING or kind.startswith("QLinear") for kind in found.operations):
        return Precision.INT8
    if found.operations["DequantizeLinear"]:
        return Precision.W8
    return Precision.FP16 if found.kinds[_FLOAT16] + found.kinds[_BFLOAT16] else Precision.FP32


def _contents(path: Path) -> _Contents:
    found = _Contents()
    try:
        for kind, number, value in _walk(memoryview(path.read_bytes()), _MODEL, 0):
            if kind == _NODE and number == _OPERATION and not isinstance(value, int):
                found.operations[str(value, "utf-8", "replace")] += 1
            elif kind == _TENSOR and number == _DATA_TYPE and isinstance(value, int):
                found.kinds[value] += 1
            elif kind == _TENSOR and (number == _EXTERNAL or (number == _LOCATION and value == 1)):
                found.is_external = True
    except (ValueError, OSError) as error:
        raise InputError(f"{path} is not a whole ONNX file ({error}). Export it again.") from error
    return found


def _walk(message: memoryview, kind: str, depth: int) -> Iterator[tuple[str, int, Value]]:
    """Yield every field of every message that can hold a tensor."""
    if depth > _MOST_DEPTH:
        raise ValueError(f"its graphs nest more than {_MOST_DEPTH} deep")
    for number, value in fields(message):
        inside = _INSIDE.get(kind, {}).get(number)
        if inside is None:
            yield kind, number, value
        elif isinstance(value, int):
            raise ValueError("a number stands where a message belongs")
        else:
            yield from _walk(value, inside, depth + 1)
