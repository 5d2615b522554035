"""Runs `model.onnx` with ONNX Runtime on the CPU, after a look into the file itself.

Its weights must lie inside, and their kinds tell its precision. Both are read without ONNX:
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError, because, no_memory
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.storage.protobuf import Value, fields
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile, Placed, Tensors
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine
from skinseg_mobile.runtime_py.vendors import vendor

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
}
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


class OnnxEngine(TensorEngine):
    """One session, one thread: the same numbers on every machine."""

    def __init__(self, model: ModelFile) -> None:
        self.session = _session(model.path, model.threads)
        name = f"onnxruntime {vendor('onnxruntime', '').__version__}"
        described = _described(self.session, model.path)
        run = partial(_run, self.session, model)
        on_cpu = Placed("CPU", operations_of(model.path))  # the only provider that it is given
        super().__init__(name, model, described, run, placement=(on_cpu,))


def _run(session: Any, model: ModelFile, stored: NDArray[Any]) -> dict[str, NDArray[Any]]:
    names = (model.output.name, *model.taps)
    try:
        found = session.run(list(names), {model.input.name: stored})
    except Exception as error:  # it loads, and is damaged further in
        raise no_memory(error) or InputError(
            f"{model.path} does not run in ONNX Runtime ({_first_line(error)}). Export it again."
        ) from error
    return dict(zip(names, found, strict=True))


def inspect(path: Path) -> Described:
    """Return what the file says of itself; nothing is optimised for that.

    Raises:
        InputError: ONNX Runtime does not load it, or its weights lie in another file.
    """
    return _described(opened_session(path), path)


def opened_session(path: Path, *, optimised: bool = False) -> Any:
    """Return a session that reads the file as it is, or folds its constants before.

    Raises:
        InputError: ONNX Runtime does not load it, or its weights lie in another file.
    """
    return _session(path, 1, optimised=optimised)


def _session(path: Path, threads: int, *, optimised: bool = True) -> Any:
    require_inside(path)
    runtime = vendor("onnxruntime", "")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    if not optimised:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the vendor raises many kinds, all of them "no good file"
        raise no_memory(error) or InputError(
            f"{path} does not load in ONNX Runtime ({_first_line(error)}). Export it again."
        ) from error


def _described(session: Any, path: Path) -> Described:
    inputs, outputs = tensors_of(session.get_inputs()), tensors_of(session.get_outputs())
    texts = session.get_modelmeta().custom_metadata_map
    return Described(inputs, outputs, texts, precision_of(path))


def tensors_of(nodes: Sequence[Any]) -> Tensors:
    """Return shape and dtype by name, as ONNX Runtime has them; a free length is a name."""
    return {
        node.name: (tuple(node.shape), str(_DTYPES.get(node.type, node.type))) for node in nodes
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


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


def operations_of(path: Path) -> dict[str, int]:
    """Count the operations of the file, by type.

    Raises:
        InputError: it is damaged.
    """
    return dict(sorted(_contents(path).operations.items()))


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
        raise InputError(
            f"{path} is not a whole ONNX file ({because(error)}). Export it again."
        ) from error
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
