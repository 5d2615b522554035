"""TFLite files as objects of the engine's own schema: unpacked, read, packed again."""

from functools import cache
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.vendors import vendor


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


def kinds(model: Any) -> list[str]:
    """Return the type of each operation of the first subgraph; a custom one's own name."""
    codes = [kind_of(code) for code in model.operatorCodes]
    return [codes[operation.opcodeIndex] for operation in model.subgraphs[0].operators]


def kind_of(code: Any) -> str:
    """Return the type that an operator code stands for; a custom one's own name."""
    if code.customCode:
        return code.customCode.decode()
    return _names()[max(code.builtinCode, code.deprecatedBuiltinCode)]


@cache
def _names() -> dict[int, str]:
    return {number: name for name, number in constants("BuiltinOperator").items()}


def constants(name: str) -> dict[str, int]:
    """Return the names and numbers of one of the schema's enumerations."""
    members = vars(getattr(schema(), name)).items()
    return {key: value for key, value in members if isinstance(value, int)}


def schema() -> Any:
    """Return the schema's module, which is in the engine's package."""
    return vendor("ai_edge_litert.schema_py_generated", "")
