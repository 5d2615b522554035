"""TFLite files as objects: unpacked, read, given metadata, packed again."""

from typing import Any

import numpy as np

from skinseg_mobile.export.alignment import Operation
from skinseg_mobile.runtime_py.vendors import vendor


def unpack(content: bytes) -> Any:
    """Return the file as the schema's `ModelT`, all buffers inside it.

    Quantizers append large buffers behind the flatbuffer and leave offsets; packing such a model
    again would lose them, so they are brought in first.
    """
    model = _schema().ModelT.InitFromPackedBuf(content, 0)
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    return model


def with_metadata(content: bytes, metadata: dict[str, str]) -> bytes:
    """Return the file with `metadata` added to its own."""
    schema, flatbuffers = _schema(), vendor("flatbuffers", "export")
    model = unpack(content)
    model.metadata = [*(model.metadata or [])]
    for key, value in metadata.items():
        buffer, entry = schema.BufferT(), schema.MetadataT()
        buffer.data = np.frombuffer(value.encode(), np.uint8)
        entry.name, entry.buffer = key, len(model.buffers)
        model.buffers.append(buffer)
        model.metadata.append(entry)
    builder = flatbuffers.Builder(len(content) + 4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def operations(content: bytes) -> list[Operation]:
    """Return the operations of a TFLite file in execution order."""
    schema = _schema()
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    kinds = {
        number: name
        for name, number in vars(schema.BuiltinOperator).items()
        if isinstance(number, int)
    }
    codes = [
        kinds[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes
    ]
    tensors = [tensor.name.decode() for tensor in graph.tensors]
    return [
        Operation(
            codes[op.opcodeIndex],
            tuple(tensors[i] for i in op.inputs if i >= 0),
            tensors[op.outputs[0]],
            bool(getattr(op.builtinOptions, "fusedActivationFunction", 0)),
            graph.tensors[op.outputs[0]].type == schema.TensorType.FLOAT32,
        )
        for op in graph.operators
    ]


def _schema() -> Any:
    return vendor("ai_edge_litert.schema_py_generated", "")
