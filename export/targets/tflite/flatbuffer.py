"""What the exporter reads from TFLite files and writes into them."""

import numpy as np

from skinseg_mobile.export.targets.tflite.alignment import Operation
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import kinds, pack, schema, unpack


def with_metadata(content: bytes, metadata: dict[str, str]) -> bytes:
    """Return the file with `metadata` added to its own."""
    model = unpack(content)
    model.metadata = [*(model.metadata or [])]
    for key, value in metadata.items():
        buffer, entry = schema().BufferT(), schema().MetadataT()
        buffer.data = np.frombuffer(value.encode(), np.uint8)
        entry.name, entry.buffer = key, len(model.buffers)
        model.buffers.append(buffer)
        model.metadata.append(entry)
    return pack(model)


def operations(content: bytes) -> list[Operation]:
    """Return the operations of a TFLite file in execution order."""
    model = unpack(content)
    graph = model.subgraphs[0]
    tensors = [tensor.name.decode() for tensor in graph.tensors]
    return [
        Operation(
            kind,
            tuple(tensors[i] for i in op.inputs if i >= 0),
            tensors[op.outputs[0]],
            bool(getattr(op.builtinOptions, "fusedActivationFunction", 0)),
            graph.tensors[op.outputs[0]].type == schema().TensorType.FLOAT32,
        )
        for kind, op in zip(kinds(model), graph.operators, strict=True)
    ]
