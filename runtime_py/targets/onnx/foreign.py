"""Reads ONNX files that came from elsewhere: tensors, first and last operations, metadata.

https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.protobuf import fields
from skinseg_mobile.runtime_py.targets.onnx.engine import opened_session, precision_of
from skinseg_mobile.runtime_py.targets.onnx.engine import tensors_of as read_tensors
from skinseg_mobile.runtime_py.targets.spec import Foreign, ForeignTensor, Tensors

_GRAPH, _NODE, _INITIALIZER, _ATTRIBUTE = 7, 1, 5, 5
_SAME = {
    "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "DequantizeLinear",
    "QuantizeLinear",
}  # fmt: skip
"""Operations after which a value is still what it was."""
_ARITHMETIC = {"Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div"}
_FLOAT = 1


@dataclass(frozen=True)
class _Node:
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    kind: str
    tensor: tuple[float, ...] | None
    """Of a Constant."""


def foreign(path: Path) -> Foreign:
    """Return what a file says of itself.

    Raises:
        InputError: ONNX Runtime does not load it, or its weights lie in another file.
    """
    session = opened_session(path)
    inputs, outputs = read_tensors(session.get_inputs()), read_tensors(session.get_outputs())
    if _are_fixed(inputs) and not _are_fixed(outputs):  # torch may compute them of constants
        outputs = read_tensors(opened_session(path, optimised=True).get_outputs())
    try:
        nodes, constants = _graph(memoryview(path.read_bytes()))
    except ValueError as error:
        raise InputError(f"{path} is not a whole ONNX file ({error}). Copy it again.") from error
    return Foreign(
        _foreign(inputs),
        _foreign(outputs),
        precision_of(path),
        dict(sorted(Counter(node.kind for node in nodes).items())),
        session.get_modelmeta().custom_metadata_map,
        tuple(_first(nodes, constants, next(iter(inputs), ""))),
        _last(nodes, next(iter(outputs), "")),
    )


def _foreign(tensors: Tensors) -> tuple[ForeignTensor, ...]:
    return tuple(
        ForeignTensor(
            name,
            tuple(n if _is_length(n) else None for n in shape),
            dtype.removeprefix("tensor(").removesuffix(")"),
        )
        for name, (shape, dtype) in tensors.items()
    )


def _are_fixed(tensors: Tensors) -> bool:
    return all(_is_length(length) for shape, _ in tensors.values() for length in shape)


def _is_length(length: Any) -> bool:
    return isinstance(length, int) and length > 0  # a name or None stands for any


def _graph(model: memoryview) -> tuple[list[_Node], dict[str, tuple[float, ...]]]:
    """Return the nodes in order, and the small float constants by name."""
    graph = next(_inside(model, _GRAPH), memoryview(b""))
    nodes = [_node(message) for message in _inside(graph, _NODE)]
    constants = {
        name: values
        for message in _inside(graph, _INITIALIZER)
        for name, values in [_small_tensor(message)]
        if values is not None
    }
    constants |= {n.outputs[0]: n.tensor for n in nodes if n.tensor is not None and n.outputs}
    return nodes, constants


def _inside(message: memoryview, wanted: int) -> Iterator[memoryview]:
    for number, value in fields(message):
        if number == wanted and not isinstance(value, int):
            yield value


def _node(message: memoryview) -> _Node:
    inputs, outputs, kind = list[str](), list[str](), ""
    for number, value in fields(message):
        if isinstance(value, int) or number > 4:
            continue
        text = str(value, "utf-8", "replace")
        if number == 1:
            inputs.append(text)
        elif number == 2:
            outputs.append(text)
        elif number == 4:
            kind = text
    tensor = None
    if kind == "Constant":
        held = [t for a in _inside(message, _ATTRIBUTE) for t in _inside(a, 5)]
        tensor = _small_tensor(held[0])[1] if held else None
    return _Node(tuple(inputs), tuple(outputs), kind, tensor)


def _small_tensor(message: memoryview) -> tuple[str, tuple[float, ...] | None]:
    """Return a tensor's name, and its values where they are one or three floats."""
    name, kind, raw = "", 0, memoryview(b"")
    for number, value in fields(message):
        if number == 2 and isinstance(value, int):
            kind = value
        elif number == 8 and not isinstance(value, int):
            name = str(value, "utf-8", "replace")
        elif number in (4, 9) and not isinstance(value, int):
            raw = value
    if kind != _FLOAT or len(raw) not in (4, 12):
        return name, None
    return name, tuple(map(float, np.frombuffer(raw, "<f4")))


def _first(
    nodes: list[_Node], constants: dict[str, tuple[float, ...]], at: str
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield the additions and products by which the input is normalised inside the file."""
    for node in nodes:
        if at not in node.inputs:
            continue
        others = [name for name in node.inputs if name != at]
        values = constants.get(others[0]) if others else None
        if node.kind in _ARITHMETIC and values is not None:
            yield _ARITHMETIC[node.kind], values
        elif node.kind not in _SAME:
            return
        at = node.outputs[0]


def _last(nodes: list[_Node], at: str) -> str:
    for node in reversed(nodes):
        if at in node.outputs:
            if node.kind not in _SAME:
                return node.kind.lower()
            at = node.inputs[0]
    return ""
