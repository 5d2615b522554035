"""TFLite files as objects of the engine's own schema: unpacked, read, packed again."""

from functools import cache
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.vendors import vendor

_ROUNDED = {"INT4", "INT8", "UINT8", "INT16"}


def unpack(content: bytes) -> Any:
    """Return the file as the schema's `ModelT`, all buffers inside it.

    Quantizers append large buffers behind the flatbuffer and leave offsets; packing such a model
    again would lose them, so they are brought in first.
    """
    model = schema().ModelT.InitFromPackedBuf(content, 0)
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    return model


def pack(model: Any) -> bytes:
    """Return the bytes of a `ModelT`."""
    builder = vendor("flatbuffers", "").Builder(4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def kinds(model: Any, subgraph: int = 0) -> list[str]:
    """Return the type of each operation of a subgraph, the net's; a custom one's own name."""
    codes = [kind_of(code) for code in model.operatorCodes]
    return [codes[operation.opcodeIndex] for operation in model.subgraphs[subgraph].operators]


def kind_of(code: Any) -> str:
    """Return the type that an operator code stands for; a custom one's own name."""
    if code.customCode:
        return code.customCode.decode()
    return _names()[max(code.builtinCode, code.deprecatedBuiltinCode)]


@cache
def _names() -> dict[int, str]:
    return {number: name for name, number in constants("BuiltinOperator").items()}


def precision_of(model: Any) -> Precision:
    """Return how a file stores and computes numbers: a `Model` of the schema, not unpacked."""
    kinds = {number: name for name, number in constants("TensorType").items()}
    graph = model.Subgraphs(0)
    tensors = [graph.Tensors(number) for number in range(graph.TensorsLength())]
    computed = {
        kinds[tensors[number].Type()]
        for at in range(graph.OperatorsLength())
        for number in graph.Operators(at).OutputsAsNumpy().tolist()
    }
    held = {kinds[tensor.Type()] for tensor in tensors if _is_constant(model, tensor)}
    if computed & _ROUNDED:
        given = {kinds[tensors[number].Type()] for number in graph.InputsAsNumpy().tolist()}
        return Precision.INT8_IO if given & _ROUNDED else Precision.INT8
    if held & _ROUNDED:
        return Precision.W8
    return Precision.FP16 if "FLOAT16" in held | computed else Precision.FP32


def _is_constant(model: Any, tensor: Any) -> bool:
    buffer = model.Buffers(tensor.Buffer())
    return buffer.DataLength() > 0 or buffer.Offset() > 1


def constants(name: str) -> dict[str, int]:
    """Return the names and numbers of one of the schema's enumerations."""
    members = vars(getattr(schema(), name)).items()
    return {key: value for key, value in members if isinstance(value, int)}


def schema() -> Any:
    """Return the schema's module, which is in the engine's package."""
    return vendor("ai_edge_litert.schema_py_generated", "")
