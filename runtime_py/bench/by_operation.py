"""A TFLite file's time by operation: each cut out into a file of its own and timed, in turn.

whole      the net itself, in the same rounds; the pieces' sum is close to it, each piece adding
           a call of a few µs
groups     operations of one type and kernel, one resolution and one element type
integer    what a net with integer operations leaves to float or to slower kernels
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.bench.latency import ONE_THREAD, require_one, time_in_turn
from skinseg_mobile.runtime_py.bench.litert import Array, Interpreter
from skinseg_mobile.runtime_py.bench.pieces import Piece, pieces_of
from skinseg_mobile.runtime_py.engines.load import find_artefact, open_engine
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import constants, pack, schema

# The multiply-adds a second that LiteRT reaches here at best: what any net's speed is a share of.
#
# A fully connected layer is all multiply-adds: its weights and rows stay in the cache, and each
# value is used hundreds of times. It is written as a TFLite file, float32 or int8, and timed; the
# fastest run counts.


ROWS, INPUTS, OUTPUTS = 256, 512, 512  # 67 M multiply-adds; int8 weights are 0.26 MB, float32 1 MB
_RUNS = 30
DTYPES = ("float32", "int8")


def peak(dtype: str) -> float:
    """Return multiply-adds a second of `dtype`, "float32" or "int8", on one thread."""
    interpreter = Interpreter(fully_connected(dtype))
    interpreter.feed(seed=0)
    fastest_ms = time_in_turn([interpreter], _RUNS, clock=ONE_THREAD).min()
    return ROWS * INPUTS * OUTPUTS / (float(fastest_ms) / 1e3)


def fully_connected(dtype: str) -> bytes:
    """Return the layer's file: (ROWS, INPUTS) times (OUTPUTS, INPUTS), random, no activation."""
    draw = np.random.default_rng(0)
    weight = draw.standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    if dtype == "int8":
        weight = draw.integers(-127, 128, (OUTPUTS, INPUTS)).astype(np.int8)
    model = schema().ModelT()
    model.version = 3
    model.buffers = [schema().BufferT(), schema().BufferT()]
    model.buffers[1].data = weight.view(np.uint8).reshape(-1)
    model.operatorCodes, model.subgraphs = [_code()], [_graph(dtype)]
    return pack(model)


def _graph(dtype: str) -> Any:
    graph, operation = schema().SubGraphT(), schema().OperatorT()
    graph.tensors = [
        _tensor("rows", (ROWS, INPUTS), dtype, 0, 0.02),
        _tensor("weight", (OUTPUTS, INPUTS), dtype, 1, 0.01),
        _tensor("result", (ROWS, OUTPUTS), dtype, 0, 0.5),
    ]
    operation.inputs, operation.outputs = [0, 1, -1], [2]
    operation.builtinOptionsType = constants("BuiltinOptions")["FullyConnectedOptions"]
    operation.builtinOptions = schema().FullyConnectedOptionsT()
    graph.inputs, graph.outputs, graph.operators = [0], [2], [operation]
    return graph


def _code() -> Any:
    code = schema().OperatorCodeT()
    number = constants("BuiltinOperator")["FULLY_CONNECTED"]
    code.builtinCode = code.deprecatedBuiltinCode = number
    code.version = 4  # int8
    return code


def _tensor(name: str, shape: tuple[int, ...], dtype: str, buffer: int, scale: float) -> Any:
    tensor = schema().TensorT()
    tensor.name, tensor.shape, tensor.buffer = name, list(shape), buffer
    tensor.type = constants("TensorType")[dtype.upper()]
    if dtype == "int8":
        tensor.quantization = schema().QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [0]
    return tensor


_INTEGER = "int8"


@dataclass(frozen=True)
class OperationCost:
    """One piece, alone."""

    operation: str
    """Types of its operations, and the kernel of a convolution."""
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    dtype: str
    """`int8`, or `float32 → int8` at a border."""
    xnnpack: bool | None
    """Whether XNNPACK runs it, or LiteRT's slower kernels; None where it does not tell."""
    ms: float
    multiply_adds: int
    bytes_moved: int

    @property
    def side(self) -> str:
        """Height and width of its result, or its shape where it is no map."""
        lengths = self.output[1:3] if len(self.output) == 4 else self.output
        return "×".join(map(str, lengths))

    @property
    def is_integer(self) -> bool:
        """Whether it stays on fast integer kernels."""
        return self.dtype == _INTEGER and self.xnnpack is not False

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        slow = " on LiteRT's own kernels" if self.xnnpack is False else ""
        return f"{self.operation} at {self.side}, {self.dtype}{slow}: {self.ms:.3f} ms"


@dataclass(frozen=True)
class OperationGroup:
    """Operations alike in type, kernel, resolution and element type."""

    operation: str
    side: str
    dtype: str
    number: int
    ms: float
    share: float
    """Of the sum of all operations, 0 to 1."""
    multiply_adds: int
    share_of_peak: float | None
    """Multiply-adds a second over `peak`'s for that element type; None where there are none."""


@dataclass(frozen=True)
class ByOperation:
    """All that was timed; milliseconds are medians of the thread's CPU time."""

    repeats: int
    whole_ms: float
    sum_ms: float
    peak: Mapping[str, float]
    """Multiply-adds a second that a large fully connected layer reaches, by element type."""
    groups: tuple[OperationGroup, ...]
    """The slowest first."""
    not_integer: tuple[OperationCost, ...]
    """In a net with integer operations, those that are not; none in a float net."""
    operations: tuple[OperationCost, ...]
    """In execution order."""

    @property
    def title(self) -> str:
        """The net as a whole, for people."""
        best = ", ".join(f"{kind} {speed / 1e9:.0f}" for kind, speed in self.peak.items())
        return (
            f"{self.whole_ms:.2f} ms whole, {self.sum_ms:.2f} ms in {len(self.operations)} pieces,"
            f" median of {self.repeats}, one thread; peak in G multiply-adds/s: {best}"
        )


def bench_by_operation(artefact: str, repeats: int) -> ByOperation:
    """Time a TFLite artefact.

    Raises:
        InputError: another target, a damaged file, or `repeats` below 1.
    """
    folder = find_artefact(artefact)
    manifest = read_manifest(folder)
    if not TARGETS[manifest.target].reads_operations:
        raise InputError(
            f"--by-operation takes a TFLite artefact, {manifest.label} is {manifest.target};"
            " export it with --target tflite"
        )
    require_one("--repeats", repeats)
    open_engine(folder, manifest)  # refuses a damaged file by its name
    return by_operation((folder / manifest.model_file).read_bytes(), repeats)


def by_operation(content: bytes, repeats: int) -> ByOperation:
    """Time a TFLite file whole and in pieces, on one thread."""
    pieces = pieces_of(content)
    whole, parts = interpreters(content, pieces)
    taken = time_in_turn([whole, *parts], repeats, f"{len(parts)} operations", ONE_THREAD)
    whole_ms, *each = (float(ms) for ms in np.median(taken, axis=0))
    costs = [_cost(*part) for part in zip(pieces, parts, each, strict=True)]
    reached = {dtype: peak(dtype) for dtype in DTYPES}
    has_integers = any(cost.is_integer for cost in costs)
    return ByOperation(
        repeats=repeats,
        whole_ms=round(whole_ms, 3),
        sum_ms=round(sum(each), 3),
        peak=reached,
        groups=_groups(costs, reached),
        not_integer=tuple(c for c in costs if has_integers and not c.is_integer),
        operations=tuple(costs),
    )


def interpreters(content: bytes, pieces: Sequence[Piece]) -> tuple[Interpreter, list[Interpreter]]:
    """Return the net and its pieces, loaded; each piece is fed what it gets inside the net."""
    whole = Interpreter(content)
    whole.feed()
    values: dict[int, Array] = whole.inputs()
    parts: list[Interpreter] = []
    for piece in pieces:
        part = Interpreter(piece.content())
        part.feed(values)
        part()
        values |= part.results()
        parts.append(part)
    return whole, parts


def _cost(piece: Piece, part: Interpreter, ms: float) -> OperationCost:
    delegation = part.delegation()
    return OperationCost(
        operation=piece.name,
        inputs=tuple(tensor.shape for tensor in piece.fed),
        output=piece.own.outputs[0].shape,
        dtype=piece.dtypes,
        xnnpack=None if delegation is None else delegation.share == 1,
        ms=round(ms, 4),
        multiply_adds=piece.multiply_adds,
        bytes_moved=piece.bytes_moved,
    )


def _groups(
    costs: Sequence[OperationCost], reached: Mapping[str, float]
) -> tuple[OperationGroup, ...]:
    members: dict[tuple[str, str, str], list[OperationCost]] = {}
    for cost in costs:
        members.setdefault((cost.operation, cost.side, cost.dtype), []).append(cost)
    total = sum(cost.ms for cost in costs)
    groups = [_group(key, alike, total, reached) for key, alike in members.items()]
    return tuple(sorted(groups, key=lambda group: -group.ms))


def _group(
    key: tuple[str, str, str],
    alike: Sequence[OperationCost],
    total: float,
    reached: Mapping[str, float],
) -> OperationGroup:
    ms, multiply_adds = sum(c.ms for c in alike), sum(c.multiply_adds for c in alike)
    best = reached.get(key[2])
    share = multiply_adds / (ms / 1e3) / best if best and multiply_adds else None
    return OperationGroup(*key, len(alike), round(ms, 4), ms / total, multiply_adds, share)
