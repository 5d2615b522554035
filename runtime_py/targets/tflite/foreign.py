"""Reads TFLite files that came from elsewhere: tensors, first and last operations, metadata.

Metadata is TFLite's own, which MediaPipe writes too:
https://github.com/tensorflow/tflite-support/blob/master/tensorflow_lite_support/metadata/metadata_schema.fbs
"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.spec import Foreign, ForeignTensor
from skinseg_mobile.runtime_py.targets.tflite.engine import opened_interpreter, runner_of, texts_of
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import kinds, precision_of, schema, unpack
from skinseg_mobile.runtime_py.vendors import vendor

_METADATA = b"TFLITE_METADATA"
_SAME = {"DEQUANTIZE", "QUANTIZE", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "CAST"}
"""Operations after which an output is still what it was."""
_NAMES = {"LOGISTIC": "sigmoid"}
_STATEFUL = {
    "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "BIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN", "LSTM", "SVDF", "RNN",
}  # fmt: skip


def foreign(path: Path) -> Foreign:
    """Return what a file says of itself.

    Raises:
        InputError: LiteRT does not load it, or it is damaged.
    """
    interpreter = opened_interpreter(path)
    runner = runner_of(interpreter)
    content = path.read_bytes()
    try:
        read = schema().Model.GetRootAs(content, 0)
        model, texts, precision = unpack(content), texts_of(read), precision_of(read)
        named = kinds(model)
        mean, deviation = _normalisation(model)
    except Exception as error:  # a damaged flatbuffer fails in a dozen ways
        raise InputError(f"{path} is damaged ({error}). Copy the file again.") from error
    graph = model.subgraphs[0]
    dynamic = {t.name.decode(): t.shapeSignature for t in graph.tensors if t.name}
    return Foreign(
        _tensors(runner.get_input_details(), dynamic),
        _tensors(runner.get_output_details(), dynamic),
        precision,
        dict(sorted(Counter(named).items())),
        texts,
        _first(model, graph, named),
        _last(graph, named),
        mean,
        deviation,
        _state(graph, named),
    )


def _tensors(details: dict[str, Any], signatures: dict[str, Any]) -> tuple[ForeignTensor, ...]:
    found: list[ForeignTensor] = []
    for name, tensor in details.items():
        wanted = signatures.get(tensor["name"])
        shape = [int(n) for n in tensor["shape"]]
        if wanted is not None and len(wanted) == len(shape):
            shape = [None if n < 0 else have for n, have in zip(wanted, shape, strict=True)]
        scale, zero_point = tensor["quantization"]
        dtype = np.dtype(tensor["dtype"]).name
        found.append(ForeignTensor(name, tuple(shape), dtype, float(scale) or 1.0, int(zero_point)))
    return tuple(found)


def _first(model: Any, graph: Any, named: list[str]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the additions and products by which the input is normalised inside the file."""
    at, found = graph.inputs[0], list[tuple[str, tuple[float, ...]]]()
    for kind, op in zip(named, graph.operators, strict=True):
        if at not in op.inputs:
            continue
        others = [n for n in op.inputs if n != at and n >= 0]
        values = _constant(model, graph.tensors[others[0]]) if others else None
        if kind in ("ADD", "SUB", "MUL", "DIV") and values is not None:
            found.append((kind.lower(), values))
        elif kind not in _SAME:
            break
        at = op.outputs[0]
    return tuple(found)


def _constant(model: Any, tensor: Any) -> tuple[float, ...] | None:
    data = model.buffers[tensor.buffer].data
    if data is None or tensor.type != schema().TensorType.FLOAT32:
        return None
    values = np.frombuffer(np.asarray(data, np.uint8).tobytes(), "<f4")
    return tuple(map(float, values)) if values.size in (1, 3) else None


def _last(graph: Any, named: list[str]) -> str:
    at = graph.outputs[0]
    for kind, op in reversed(list(zip(named, graph.operators, strict=True))):
        if at in op.outputs:
            if kind not in _SAME:
                return _NAMES.get(kind, kind.lower())
            at = op.inputs[0]
    return ""


def _state(graph: Any, named: list[str]) -> str:
    if any(tensor.isVariable for tensor in graph.tensors):
        return "variable tensors"
    kept = sorted(_STATEFUL & set(named))
    return f"the operation {kept[0]}" if kept else ""


def _normalisation(model: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation of the first input, as the metadata has them; else empty."""
    for entry in model.metadata or []:
        if entry.name == _METADATA:
            data = np.asarray(model.buffers[entry.buffer].data, np.uint8).tobytes()
            return _options(data)
    return (), ()


def _options(data: bytes) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """ModelMetadata 3 -> SubGraphMetadata 2 -> TensorMetadata 4 -> ProcessUnit 1 -> mean, std."""
    root = int.from_bytes(data[:4], "little")
    for graph in _tables(_table(data, root), 3):
        for tensor in _tables(graph, 2):
            for unit in _tables(tensor, 4):
                at = unit.Offset(6)
                if _byte(unit, 4) != 1 or not at:  # 1: NormalizationOptions
                    continue
                options = _table(data, 0)
                unit.Union(options, at)
                return _floats(options, 4), _floats(options, 6)
            return (), ()
    return (), ()


def _table(data: bytes, at: int) -> Any:
    return vendor("flatbuffers.table", "").Table(bytearray(data), at)


def _tables(table: Any, field: int) -> list[Any]:
    """Return the tables in the vector that is a table's field of this number."""
    at = table.Offset(4 + 2 * field)
    if not at:
        return []
    start = table.Vector(at)
    places = range(start, start + 4 * table.VectorLen(at), 4)
    return [_table(bytes(table.Bytes), table.Indirect(place)) for place in places]


def _byte(table: Any, place: int) -> int:
    at = table.Offset(place)
    return table.Bytes[table.Pos + at] if at else 0


def _floats(table: Any, place: int) -> tuple[float, ...]:
    at = table.Offset(place)
    if not at:
        return ()
    start, count = table.Vector(at), table.VectorLen(at)
    return tuple(map(float, np.frombuffer(bytes(table.Bytes), "<f4", count, start)))
