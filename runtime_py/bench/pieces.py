"""Cuts a TFLite file into pieces, each operation into a file of its own that can run and be timed.

Two kinds of operation go with the one behind them, because XNNPACK runs both as one: a PAD before
a convolution, and a DEQUANTIZE of a constant. Every operation is in exactly one piece, and the
pieces run one after the other are the net. They keep the file's numbers of tensors.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import (
    constants,
    kinds,
    pack,
    schema,
    unpack,
)

_WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV")
_BITS = {"float32": 32, "int32": 32, "int64": 64, "float16": 16, "int4": 4}
"""Of a stored element; 8 where nothing else is said."""


@dataclass(frozen=True)
class FileTensor:
    """A tensor of the file."""

    number: int
    shape: tuple[int, ...]
    dtype: str
    """NumPy's name."""
    constant: bool

    @property
    def size(self) -> int:
        """Elements."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Stored bytes."""
        return -(-self.size * _BITS.get(self.dtype, 8) // 8)


@dataclass(frozen=True)
class FileOperation:
    """An operation of the file."""

    number: int
    kind: str
    inputs: tuple[FileTensor, ...]
    outputs: tuple[FileTensor, ...]

    @property
    def window(self) -> tuple[int, int] | None:
        """Height and width of a convolution's kernel."""
        if self.kind not in _WINDOWED:
            return None
        height, width = self.inputs[1].shape[1:3]
        return height, width

    @property
    def multiply_adds(self) -> int:
        """Of convolutions and fully connected layers; 0 for anything else."""
        return _MULTIPLY_ADDS[self.kind](self) if self.kind in _MULTIPLY_ADDS else 0


_MULTIPLY_ADDS: Mapping[str, Callable[[FileOperation], int]] = {
    "CONV_2D": lambda op: op.outputs[0].size * prod(op.inputs[1].shape[1:]),
    "DEPTHWISE_CONV_2D": lambda op: op.outputs[0].size * prod(op.inputs[1].shape[1:3]),
    "TRANSPOSE_CONV": lambda op: op.inputs[2].size * prod(op.inputs[1].shape[:3]),
    "Convolution2DTransposeBias": lambda op: op.inputs[0].size * prod(op.inputs[1].shape[:3]),
    "FULLY_CONNECTED": lambda op: op.outputs[0].size * op.inputs[1].shape[-1],
}


@dataclass(frozen=True)
class Piece:
    """Operations that run as one; the last gives the piece its result."""

    operations: tuple[FileOperation, ...]
    model: Any

    @property
    def own(self) -> FileOperation:
        """The operation that the others only prepare."""
        return self.operations[-1]

    @property
    def name(self) -> str:
        """Types, and the kernel of a convolution."""
        names = [op.kind for op in self.operations if op.kind != "DEQUANTIZE" or op is self.own]
        window = self.own.window
        return " + ".join(names) + (f" {window[0]}×{window[1]}" if window else "")

    @cached_property
    def fed(self) -> tuple[FileTensor, ...]:
        """What the piece reads that is no constant, each tensor once."""
        made = {tensor for op in self.operations for tensor in op.outputs}
        read = (tensor for op in self.operations for tensor in op.inputs)
        return tuple(dict.fromkeys(t for t in read if not t.constant and t not in made))

    @property
    def dtypes(self) -> str:
        """`int8`, or `float32 → int8` where it leads from one to the other."""
        read = {tensor.dtype for tensor in self.fed} or {"constant"}
        made = {tensor.dtype for tensor in self.own.outputs}
        sides = dict.fromkeys(["/".join(sorted(read)), "/".join(sorted(made))])
        return " → ".join(sides)

    @property
    def multiply_adds(self) -> int:
        """Of the piece."""
        return sum(op.multiply_adds for op in self.operations)

    @property
    def bytes_moved(self) -> int:
        """Weights and what it reads and writes, each once."""
        weights = {tensor for op in self.operations for tensor in op.inputs if tensor.constant}
        return sum(t.bytes for t in (*weights, *self.fed, *self.own.outputs))

    def content(self) -> bytes:
        """Return the piece's own TFLite file."""
        graph = copy.copy(self.model.subgraphs[0])
        graph.operators = [graph.operators[op.number] for op in self.operations]
        graph.inputs = [tensor.number for tensor in self.fed]
        graph.outputs = [tensor.number for tensor in self.own.outputs]
        used = {graph.tensors[t.number].buffer for op in self.operations for t in op.inputs}
        called = self.model.subgraphs[1:]  # what an operation does to two of its values
        used |= {tensor.buffer for inner in called for tensor in inner.tensors}
        model = copy.copy(self.model)
        model.subgraphs, model.signatureDefs, model.metadata = [graph, *called], None, None
        model.buffers = [
            buffer if number in used else schema().BufferT()
            for number, buffer in enumerate(self.model.buffers)
        ]
        return pack(model)


def pieces_of(content: bytes) -> list[Piece]:
    """Return a file's pieces in execution order."""
    model = unpack(content)
    operations = _operations(model)
    joins = _joins(operations)
    members: dict[int, list[FileOperation]] = {}
    for op in operations:
        last = op.number
        while last in joins:
            last = joins[last]
        members.setdefault(last, []).append(op)
    return [Piece(tuple(members[last]), model) for last in sorted(members)]


def _operations(model: Any) -> list[FileOperation]:
    graph = model.subgraphs[0]
    types = {number: name.lower() for name, number in constants("TensorType").items()}
    tensors = [
        FileTensor(number, _shape(t), types[t.type], _has_data(model.buffers[t.buffer]))
        for number, t in enumerate(graph.tensors)
    ]
    return [
        FileOperation(
            number,
            kind,
            tuple(tensors[t] for t in op.inputs if t >= 0),
            tuple(tensors[t] for t in op.outputs),
        )
        for number, (kind, op) in enumerate(zip(kinds(model), graph.operators, strict=True))
    ]


def _shape(tensor: Any) -> tuple[int, ...]:
    return () if tensor.shape is None else tuple(int(length) for length in tensor.shape)


def _has_data(buffer: Any) -> bool:
    return buffer.data is not None and len(buffer.data) > 0


def _joins(operations: Sequence[FileOperation]) -> dict[int, int]:
    """Return, for each operation that goes with its only reader, the reader's number."""
    found: dict[int, int] = {}
    for op in operations:
        readers = [other for other in operations if op.outputs[0] in other.inputs]
        if len(readers) == 1 and (
            (op.kind in ("PAD", "PADV2") and readers[0].window)
            or (op.kind == "DEQUANTIZE" and op.inputs[0].constant)
        ):
            found[op.number] = readers[0].number
    return found
