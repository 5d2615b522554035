"""Reads `weights/weight.bin`: MILBlob storage, version 2.

header (64 bytes: count, version), then pairs of metadata and data, each aligned to 64 bytes.
metadata (64 bytes): sentinel u32, element type u32, size u64, data offset u64, unused bits u64.
Source: MILBlob `StorageFormat.hpp` of apple/coremltools.

Every offset and size is checked against the file before a byte of it is used.
"""

import mmap
import struct
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import (
    IN_BLOB,
    Array,
    DType,
    packed_size,
    unpack,
)

_HEADER = struct.Struct("<II")
_METADATA = struct.Struct("<IIQQQ")
_SENTINEL = 0xDEADBEEF
_VERSION = 2
_ALIGNMENT = 64


class WeightFile:
    """One weight file, mapped into memory while the package is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            if path.stat().st_size < _ALIGNMENT:
                raise self._refused("hold a header of 64 bytes", "it is shorter")
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        version = _HEADER.unpack_from(self.data)[1]
        if version != _VERSION:
            raise self._refused(f"be of version {_VERSION}", f"it is {version}")

    def read(self, offset: int, dtype: DType, count: int) -> Array:
        """Return `count` elements of the blob whose metadata starts at `offset`, (count,).

        Raises:
            InputError: no metadata there, another element type or size, or data past the end.
        """
        if offset % _ALIGNMENT or not _ALIGNMENT <= offset <= len(self.data) - _ALIGNMENT:
            raise self._refused("hold every blob the model names", f"offset {offset} is not one")
        sentinel, kind, size, start, _ = _METADATA.unpack_from(self.data, offset)
        if sentinel != _SENTINEL:
            raise self._refused("hold every blob the model names", f"offset {offset} is not one")
        if IN_BLOB.get(kind) != dtype.name:
            held = IN_BLOB.get(kind, f"type {kind}")
            raise self._refused(f"hold {dtype.name} at {offset}", f"it holds {held}")
        if size != packed_size(dtype, count):
            raise self._refused(f"hold {count} {dtype.name} at {offset}", f"it holds {size} bytes")
        if start % _ALIGNMENT or start < offset + _ALIGNMENT or start + size > len(self.data):
            raise self._refused("hold its data whole", f"the blob at {offset} ends past the file")
        return unpack(self.data[start : start + size], dtype, count)

    def _refused(self, rule: str, came: str) -> InputError:
        return InputError(f"a weight file must {rule}, {came} ({self.path}); export again")
