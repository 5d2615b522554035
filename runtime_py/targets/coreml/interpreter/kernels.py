"""Runs one ONNX operator with onnxruntime: convolutions, their transpose, and erf.

A model of one node is written here as bytes (the `onnx` package is not a dependency). Weights that
are constants of the program are packed into the session once; others are fed.
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

Why onnxruntime for these and NumPy for the rest: NumPy has no convolution, and im2col with a
matrix product copies the input k · k times; a packed session is as fast as torch's oneDNN on one
thread. Everything else is bound by memory, and NumPy is as good. `benchmarks/coreml_reference.py`
measures it.
One thread: the same numbers on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import encode
from skinseg_mobile.runtime_py.vendors import vendor

Array = NDArray[Any]
Attributes = Mapping[str, int | str | tuple[int, ...]]

_OPSET, _IR, _FLOAT = 18, 9, 1


class Kernels:
    """The prepared sessions of one program, by operation and input shape."""

    def __init__(self) -> None:
        self.sessions: dict[tuple[str, tuple[int, ...]], Any] = {}

    def run(
        self, name: str, operator: str, x: Array, weights: Sequence[Array], attributes: Attributes
    ) -> Array:
        """Return `operator` of `x` and constant `weights`; `name` is the operation's own."""
        key = (name, x.shape)
        if key not in self.sessions:
            self.sessions[key] = _session(_model(operator, attributes, x.shape, weights, 1))
        return _call(self.sessions[key], operator, [x])


@dataclass(frozen=True)
class Slot:
    """The place of one operation in its program's `Kernels`; its weights are constants."""

    kernels: Kernels
    name: str


def run(
    operator: str,
    x: Array,
    weights: Sequence[Array] = (),
    attributes: Attributes | None = None,
    slot: Slot | None = None,
) -> Array:
    """Return the single float32 output of ONNX `operator` (opset 18) on float32 inputs.

    Raises:
        InputError: onnxruntime refuses the shapes.
    """
    given = dict(attributes or {})
    if slot is not None:
        return slot.kernels.run(slot.name, operator, x, weights, given)
    session = _shared(operator, tuple(sorted(given.items())), len(weights) + 1)
    return _call(session, operator, [x, *weights])


def _call(session: Any, operator: str, inputs: Sequence[Array]) -> Array:
    feeds = {f"x{at}": np.ascontiguousarray(held, np.float32) for at, held in enumerate(inputs)}
    try:
        return session.run(None, feeds)[0]
    except Exception as error:  # onnxruntime's own types share no other base
        raise InputError(f"{operator} does not fit its inputs ({error})") from error


@lru_cache(maxsize=256)
def _shared(operator: str, attributes: tuple[tuple[str, Any], ...], arity: int) -> Any:
    return _session(_model(operator, dict(attributes), None, (), arity))


def _session(model: bytes) -> Any:
    runtime = vendor("onnxruntime", "")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # memory goes back when a value dies
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _model(
    operator: str,
    attributes: Attributes,
    shape: tuple[int, ...] | None,
    weights: Sequence[Array],
    arity: int,
) -> bytes:
    """Write a ModelProto: x0 (of `shape`, if known) … fed, `weights` as initializers."""
    names = [f"x{at}" for at in range(arity + len(weights))]
    node = encode(
        [
            *((1, name) for name in names),
            (2, "y"),
            (4, operator),
            *((5, _attribute(name, held)) for name, held in attributes.items()),
        ]
    )
    graph = encode(
        [
            (1, node),
            (2, operator),
            *((5, _initializer(*pair)) for pair in zip(names[arity:], weights, strict=True)),
            *((11, _typed(name, shape)) for name in names[:arity]),
            (12, _typed("y", None)),
        ]
    )
    return encode([(1, _IR), (8, encode([(1, ""), (2, _OPSET)])), (7, graph)])


def _attribute(name: str, held: int | str | tuple[int, ...]) -> bytes:
    """Write an AttributeProto; field 20 is its type: 2 int, 3 string, 7 ints."""
    if isinstance(held, int):
        return encode([(1, name), (3, held), (20, 2)])
    if isinstance(held, str):
        return encode([(1, name), (4, held), (20, 3)])
    return encode([(1, name), *((8, item) for item in held), (20, 7)])


def _initializer(name: str, weight: Array) -> bytes:
    """Write a TensorProto."""
    raw = np.ascontiguousarray(weight, np.float32).tobytes()
    return encode([*((1, size) for size in weight.shape), (2, _FLOAT), (8, name), (9, raw)])


def _typed(name: str, shape: tuple[int, ...] | None) -> bytes:
    """Write a ValueInfoProto of float32; without a `shape` the rank is open."""
    fields: list[tuple[int, int | bytes]] = [(1, _FLOAT)]
    if shape is not None:
        fields.append((2, encode([(1, encode([(1, size)])) for size in shape])))
    return encode([(1, name), (2, encode([(1, encode(fields))]))])
