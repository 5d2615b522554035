"""What an ExecuTorch program hands to XNNPACK: its operations, and in which numbers they compute.

What it does not hand over is its own: calls of portable kernels, of which a .pte has a list.

A .pte names no operation of a delegate; XNNPACK's own graph lies inside as a flatbuffer behind a
header that begins with "XH00". Numbers of tables and fields are those of executorch's schemas:
https://github.com/pytorch/executorch/blob/main/backends/xnnpack/serialization/schema.fbs
https://github.com/pytorch/executorch/blob/main/schema/program.fbs
"""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.vendors import vendor

_MAGIC, _BEFORE, _PLACE = b"XH00", 4, struct.Struct("<II")
_AFTER = 6
"""Bytes from the magic to the place (offset, length) of the graph."""
_NODES, _VALUES = 1, 2
_KIND, _INSIDE = 0, 1
_QUANTIZED = 2
_FP32, _FP16 = 1, 2
_OPERATIONS = (
    ("add", 2), ("fully_connected", 3), ("softmax", 1), ("sigmoid", 1), ("static_transpose", 3),
    ("clamp", 1), ("conv2d", 18), ("div", 2), ("static_resize_bilinear2d", 3),
    ("static_constant_pad", 4), ("avg_pooling2d", 11), ("minimum", 2), ("depthwise_conv2d", 18),
    ("max_pooling2d", 11), ("multiply", 2), ("subtract", 2), ("floor", 1), ("convert", 1),
    ("global_avg_pooling2d", 1), ("static_reshape", 3), ("arg_max_pooling2d", None),
    ("square_root", 1), ("ceiling", 1), ("hardswish", 1), ("leaky_relu", 2), ("maximum", 2),
    ("negate", 1), ("square", 1), ("elu", 2), ("abs", 1), ("prelu", 2), ("concatenate2", 5),
    ("concatenate3", 5), ("concatenate4", 5), ("static_slice", 4),
    ("scaled_dot_product_attention", 5), ("batch_matrix_multiply", 2), ("concatenate5", 5),
    ("conv_transpose2d", 18), ("reciprocal_square_root", 1), ("log", 1), ("gelu", 1), ("tanh", 1),
    ("exp", 1), ("sin", 1), ("copy", 1), ("cos", 1),
)  # fmt: skip
"""In the order of the schema's union: a name, and which field holds the number of its result."""
_PLANS, _CHAINS, _OPERATORS, _INSTRUCTIONS = 1, 5, 6, 2
"""Fields of a program, of a plan (a method of the program) and of a chain."""
_KERNEL_CALL = 1
_MOVE_VALUES = ("convert", "static_constant_pad", "static_transpose", "copy", "static_reshape")


@dataclass(frozen=True)
class Delegate:
    """XNNPACK's graph, or several together."""

    operations: dict[str, int]
    """By type."""
    in_float: dict[str, int]
    """Those that give float results, but for what only moves values."""
    precision: Precision


@dataclass(frozen=True)
class _Graph:
    nodes: list[tuple[str, int]]
    """(type, type of number of its result)."""
    kinds: frozenset[int]
    """All types of numbers."""


def delegate_of(content: bytes) -> Delegate:
    """Return what a whole .pte hands to XNNPACK.

    Raises:
        ValueError: nothing, or the graph is damaged.
    """
    try:
        graphs = [_read(graph) for graph in _graphs(content)]
    except Exception as error:  # a damaged flatbuffer fails in a dozen ways
        raise ValueError(f"its XNNPACK graph cannot be read: {error!r:.100}") from error
    if not graphs:
        raise ValueError("it holds no XNNPACK graph")
    nodes = [node for graph in graphs for node in graph.nodes]
    floats = [name for name, kind in nodes if kind in (_FP32, _FP16) and name not in _MOVE_VALUES]
    kinds = frozenset[int]().union(*(graph.kinds for graph in graphs))
    return Delegate(_counted([name for name, _ in nodes]), _counted(floats), _precision(kinds))


def portable_of(content: bytes) -> dict[str, int]:
    """Return what a whole .pte does not hand to XNNPACK: calls of portable kernels, by operation.

    Raises:
        ValueError: the program is damaged.
    """
    try:
        plans = list(_tables(_root(content), _PLANS))
        return _counted([name for plan in plans for name in _kernels_of(plan)])
    except Exception as error:  # a damaged flatbuffer fails in a dozen ways
        raise ValueError(f"its program cannot be read: {error!r:.100}") from error


def _kernels_of(plan: Any) -> Iterator[str]:
    """Yield the operation of each call, without its library: `_to_dim_order_copy`."""
    names = [_text(operator, 0) for operator in _tables(plan, _OPERATORS)]
    for chain in _tables(plan, _CHAINS):
        for kind, call in _unions(chain, _INSTRUCTIONS):
            if kind == _KERNEL_CALL:
                yield names[_number(call, 0, "<i")].rpartition("::")[2]


def _precision(kinds: frozenset[int]) -> Precision:
    if kinds - {_FP32, _FP16}:
        return Precision.INT8
    return Precision.FP16 if _FP16 in kinds else Precision.FP32


def _counted(names: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _graphs(content: bytes) -> Iterator[bytes]:
    at = content.find(_MAGIC)
    while at >= 0:
        offset, length = _PLACE.unpack_from(content, at + _AFTER)
        start = at - _BEFORE + offset
        yield content[start : start + length]
        at = content.find(_MAGIC, at + 1)


def _read(content: bytes) -> _Graph:
    graph = _root(content)
    kinds: dict[int, int] = {}
    for kind, inside in _unions(graph, _VALUES):
        value = _table(inside, 0) if kind == _QUANTIZED else inside
        kinds[_number(value, 6)] = _number(value, 0)
    nodes: list[tuple[str, int]] = []
    for kind, inside in _unions(graph, _NODES):
        name, result = _OPERATIONS[kind - 1]
        nodes.append((name, kinds[_number(inside, result)] if result is not None else _FP32))
    return _Graph(nodes, frozenset(kinds.values()))


def _root(content: bytes) -> Any:
    (place,) = struct.unpack_from("<I", content)
    return vendor("flatbuffers.table", "").Table(content, place)


def _tables(owner: Any, field: int) -> Iterator[Any]:
    """Yield the entries of a vector of tables."""
    offset = _field(owner, field)
    start = owner.Vector(offset)
    for index in range(owner.VectorLen(offset)):
        yield type(owner)(owner.Bytes, owner.Indirect(start + 4 * index))


def _unions(graph: Any, field: int) -> Iterator[tuple[int, Any]]:
    """Yield (type, table) of each entry of a vector of tables that hold one union."""
    for entry in _tables(graph, field):
        kind = graph.Bytes[entry.Pos + _field(entry, _KIND)]
        yield kind, _table(entry, _INSIDE)


def _table(owner: Any, field: int) -> Any:
    return type(owner)(owner.Bytes, owner.Indirect(owner.Pos + _field(owner, field)))


def _number(owner: Any, field: int, kind: str = "") -> int:
    """Return a field of a table; in XNNPACK's graph the first holds 16 bits, the others 32."""
    offset = owner.Offset(4 + 2 * field)
    kind = kind or ("<h" if field == 0 else "<I")
    return struct.unpack_from(kind, owner.Bytes, owner.Pos + offset)[0] if offset else 0


def _text(owner: Any, field: int) -> str:
    return owner.String(owner.Pos + _field(owner, field)).decode()


def _field(owner: Any, field: int) -> int:
    offset: int = owner.Offset(4 + 2 * field)
    if not offset:
        raise ValueError("a field is missing")
    return offset
