"""What kind of model a file is, by its first bytes: names and suffixes are the app's to choose.

TFLite, ONNX Runtime, ExecuTorch   flatbuffers with a file identifier
ONNX                               a protobuf whose first fields are those of a ModelProto
Core ML                            weight files, and the folders that Xcode makes
"""

from collections.abc import Mapping

from skinseg_mobile.runtime_py.storage.protobuf import BYTES, VARINT, varint

_MAGIC = (
    (4, b"TFL3", "TFLite"),
    (4, b"ORTM", "ONNX Runtime"),
    (4, b"ET1", "ExecuTorch"),
    (0, b"GGUF", "GGUF"),
    (0, b"7767517", "ncnn"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5"),
    (8, b'{"', "safetensors"),
    (64, b"\xef\xbe\xad\xde", "Core ML weights"),
)
_GRAPH = 7
_MODEL_PROTO: Mapping[int, int] = {
    1: VARINT, 2: BYTES, 3: BYTES, 4: BYTES, 5: VARINT, 6: BYTES, 7: BYTES, 8: BYTES, 14: BYTES,
    20: BYTES, 25: BYTES, 26: BYTES,
}  # fmt: skip
"""ONNX's ModelProto: field number -> wire type."""


def kind_of(head: bytes, size: int) -> str | None:
    """Return the kind of a file of `size` bytes that begins with `head`; None for no model.

    >>> kind_of(bytes(4) + b"TFL3", 1000)
    'TFLite'
    """
    found = (kind for at, magic, kind in _MAGIC if head[at : at + len(magic)] == magic)
    return next(found, "ONNX" if _is_onnx(memoryview(head), size) else None)


def _is_onnx(head: memoryview, size: int) -> bool:
    """Whether known fields, each inside the file, lead to a graph of nodes."""
    at = 0
    try:
        while at < len(head):
            key, at = varint(head, at)
            number, wire = key >> 3, key & 7
            if _MODEL_PROTO.get(number) != wire:
                return False
            value, at = varint(head, at)
            if wire == BYTES and at + value > size:
                return False
            if number == _GRAPH:
                return value > 0
            at += value if wire == BYTES else 0
    except ValueError:
        return False
    return False
