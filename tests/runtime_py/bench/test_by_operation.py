"""Pieces of a TFLite file: each operation in one of them, and together they are the net."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.bench.by_operation import (
    DTYPES,
    OUTPUTS,
    ROWS,
    by_operation,
    fully_connected,
    interpreters,
    peak,
)
from skinseg_mobile.runtime_py.bench.litert import Array, Interpreter
from skinseg_mobile.runtime_py.bench.pieces import Piece, pieces_of
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import (
    constants,
    kinds,
    pack,
    schema,
    unpack,
)
from skinseg_mobile.runtime_py.vendors import vendor
from tests.foreign import adopted_fault
from tests.refused import Refused, Run

INT8_STEPS, FLOAT = 1, 1e-4
"""XNNPACK against LiteRT's own kernels: int8 rounds the other way now and then; float32 sums of a
few hundred products in another order, relative to the largest value."""


@pytest.fixture(scope="module")
def content() -> bytes:
    return (find_artefact(DEFAULT_NET) / "model.tflite").read_bytes()


@pytest.fixture(scope="module")
def pieces(content: bytes) -> list[Piece]:
    return pieces_of(content)


@pytest.fixture(scope="module")
def inside(content: bytes) -> dict[int, Array]:
    """All intermediate results of the whole net, by LiteRT's own kernels, which keep them."""
    litert: Any = vendor("ai_edge_litert.interpreter", "")
    whole = litert.Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    whole.allocate_tensors()
    (given,) = whole.get_input_details()
    image = np.random.default_rng(0).uniform(0, 255, given["shape"]).astype(np.float32)
    whole.set_tensor(given["index"], image)
    whole.invoke()
    results = {t.number for piece in pieces_of(content) for t in piece.own.outputs}
    return {number: whole.get_tensor(number) for number in {given["index"], *results}}


def test_every_operation_is_in_one_piece(content: bytes, pieces: list[Piece]) -> None:
    found = [op for piece in pieces for op in piece.operations]
    every = kinds(unpack(content))
    assert sorted(op.number for op in found) == list(range(len(every)))
    assert all(op.kind == every[op.number] for op in found)
    assert len(pieces) == len(every) - every.count("PAD")  # each goes with its convolution


def test_multiply_adds_are_those_that_torch_counts(pieces: list[Piece]) -> None:
    manifest = read_manifest(find_artefact(DEFAULT_NET))
    assert sum(piece.multiply_adds for piece in pieces) == manifest.multiply_adds


def test_the_pieces_one_after_the_other_are_the_net(content: bytes, pieces: list[Piece]) -> None:
    whole, parts = interpreters(content, pieces)
    whole()
    for number, expected in whole.results().items():
        assert np.array_equal(parts[-1].results()[number], expected)
        assert np.ptp(expected) > 0


def wrong(pieces: list[Piece], inside: dict[int, Array]) -> list[int]:
    """Return the pieces whose results, from the whole's own values, are not the whole's."""
    found: list[int] = []
    for at, piece in enumerate(pieces):
        part = Interpreter(piece.content())
        part.feed(inside)
        part()
        for number, result in part.results().items():
            off = np.abs(result.astype(np.float64) - inside[number]).max()
            allowed = INT8_STEPS if result.dtype == np.int8 else FLOAT * np.abs(result).max()
            found += [at] if off > allowed else []
    return found


def test_each_piece_gives_what_the_whole_has_inside(
    pieces: list[Piece], inside: dict[int, Array]
) -> None:
    assert wrong(pieces, inside) == []


def test_a_changed_weight_is_found_in_its_own_piece(
    content: bytes, pieces: list[Piece], inside: dict[int, Array]
) -> None:
    at = next(i for i, piece in enumerate(pieces) if piece.own.kind == "DEPTHWISE_CONV_2D")
    model = unpack(content)
    buffer = model.buffers[model.subgraphs[0].tensors[pieces[at].own.inputs[1].number].buffer]
    buffer.data = np.zeros_like(buffer.data)
    assert wrong(pieces_of(pack(model)), inside) == [at]


def with_half_weights(content: bytes) -> bytes:
    """Return a layer with float16 weights and a DEQUANTIZE before it, as fp16 files have."""
    model = unpack(content)
    graph, operation, code = model.subgraphs[0], schema().OperatorT(), schema().OperatorCodeT()
    half, full = schema().TensorT(), graph.tensors[1]
    half.name, half.shape, half.buffer = "half", full.shape, full.buffer
    half.type = constants("TensorType")["FLOAT16"]
    weight = model.buffers[full.buffer].data.view(np.float32)
    model.buffers[full.buffer].data = weight.astype(np.float16).view(np.uint8)
    full.buffer = 0
    graph.tensors.append(half)
    operation.inputs, operation.outputs, operation.opcodeIndex = [len(graph.tensors) - 1], [1], 1
    code.builtinCode = code.deprecatedBuiltinCode = constants("BuiltinOperator")["DEQUANTIZE"]
    code.version = 2  # takes float16
    graph.operators.insert(0, operation)
    model.operatorCodes.append(code)
    return pack(model)


def test_a_constant_is_dequantized_in_its_readers_piece() -> None:
    (piece,) = pieces_of(with_half_weights(fully_connected("float32")))
    assert [op.kind for op in piece.operations] == ["DEQUANTIZE", "FULLY_CONNECTED"]
    assert (piece.name, piece.dtypes) == ("FULLY_CONNECTED", "float32")
    weights = fully_connected("float32")
    found, expected = Interpreter(piece.content()), Interpreter(weights)
    for net in (found, expected):
        net.feed()
        net()
    (ours,), (theirs,) = found.results().values(), expected.results().values()
    np.testing.assert_allclose(ours, theirs, atol=np.abs(theirs).max() * 2**-9)  # 11 bits


@pytest.mark.slow
def test_a_piece_has_what_its_operation_calls(tmp_path: Path) -> None:
    """Of a pooling with its own divisor, the sum of two values is a graph of its own."""
    checkpoint, out = adopted_fault("own_divisor", tmp_path), tmp_path / "artefacts"
    (written,) = export(checkpoint, {"tflite": [Precision.FP32]}, out)
    pieces = pieces_of((written.path / "model.tflite").read_bytes())
    assert "STABLEHLO_REDUCE_WINDOW" in [piece.name for piece in pieces]
    for piece in pieces:
        net = Interpreter(piece.content())
        net.feed()
        net()


def test_the_peaks_layer_multiplies() -> None:
    layer = Interpreter(fully_connected("float32"))
    layer.feed()
    layer()
    (rows,), (found,) = layer.inputs().values(), layer.results().values()
    weight = unpack(fully_connected("float32")).buffers[1].data.view(np.float32)
    expected = rows.astype(np.float64) @ weight.reshape(OUTPUTS, -1).T
    assert found.shape == (ROWS, OUTPUTS)
    np.testing.assert_allclose(found, expected, atol=np.abs(expected).max() * 1e-5)
    assert all(peak(dtype) > 1e8 for dtype in DTYPES)


def test_times_add_up_and_floats_are_named(content: bytes, pieces: list[Piece]) -> None:
    found = by_operation(content, 3)
    assert len(found.operations) == len(pieces)
    assert sum(group.number for group in found.groups) == len(pieces)
    assert sum(group.ms for group in found.groups) == pytest.approx(found.sum_ms, abs=0.01)
    assert sum(group.share for group in found.groups) == pytest.approx(1)
    assert [cost.operation for cost in found.not_integer][-2:] == ["RESIZE_BILINEAR", "LOGISTIC"]
    assert not any(cost.dtype == "int8" for cost in found.not_integer)
    assert by_operation(fully_connected("float32"), 1).not_integer == ()


def test_on_the_command_line(run: Run) -> None:
    code, out, err = run("bench", DEFAULT_NET, "--by-operation", "--repeats", 2, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["whole_ms"] > 0
    assert {group["operation"] for group in found["groups"]} >= {"CONV_2D 1×1", "QUANTIZE"}
    code, out, _ = run("bench", DEFAULT_NET, "--by-operation", "--repeats", 2)
    assert code == 0
    for words in ("DEPTHWISE_CONV_2D", "of peak", "not on integer kernels: LOGISTIC"):
        assert words in out


def test_what_cannot_be_timed_by_operation(refused: Refused, dark: Path) -> None:
    ask = partial(refused, "bench", "--by-operation")
    assert "takes a TFLite artefact" in ask(dark)
    assert "Remove --baseline and --threads" in ask(DEFAULT_NET, "--baseline", dark)
    assert "Give 1 or more" in ask(DEFAULT_NET, "--repeats", 0)
