"""The multiply-adds a second that LiteRT reaches here at best: what any net's speed is a share of.

A fully connected layer is all multiply-adds: its weights and rows stay in the cache, and each value
is used hundreds of times. It is written as a TFLite file, float32 or int8, and timed; the fastest
run counts.
"""

from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.bench.latency import ONE_THREAD, time_in_turn
from skinseg_mobile.runtime_py.bench.litert import Interpreter
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import constants, pack, schema

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
