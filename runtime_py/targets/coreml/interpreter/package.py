"""Opens a saved `.mlpackage`: which files of the folder are the model and its weights.

model.mlpackage/
    Manifest.json                                  item id -> path below Data/
    Data/com.apple.CoreML/model.mlmodel            protobuf `Model`
    Data/com.apple.CoreML/weights/weight.bin       to the model: @model_path/weights/weight.bin

No path out of the manifest or the model ever leaves the package, through `..`, a root or a link.
"""

import json
import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, cast

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import (
    IN_BLOB,
    Array,
    DType,
    packed_size,
    unpack,
)

# Reads `weights/weight.bin`: MILBlob storage, version 2.
#
# header (64 bytes: count, version), then pairs of metadata and data, each aligned to 64 bytes.
# metadata (64 bytes): sentinel u32, element type u32, size u64, data offset u64, unused bits u64.
# Source: MILBlob `StorageFormat.hpp` of apple/coremltools.
#
# Every offset and size is checked against the file before a byte of it is used.


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
                raise self._refused("is shorter than its header of 64 bytes")
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        version = _HEADER.unpack_from(self.data)[1]
        if version != _VERSION:
            raise self._refused(f"is of version {version} instead of {_VERSION}")

    def read(self, offset: int, dtype: DType, count: int) -> Array:
        """Return `count` elements of the blob whose metadata starts at `offset`, (count,).

        Raises:
            InputError: no metadata there, another element type or size, or data past the end.
        """
        if offset % _ALIGNMENT or not _ALIGNMENT <= offset <= len(self.data) - _ALIGNMENT:
            raise self._refused(f"holds no weight at {offset}")
        sentinel, kind, size, start, _ = _METADATA.unpack_from(self.data, offset)
        if sentinel != _SENTINEL:
            raise self._refused(f"holds no weight at {offset}")
        if IN_BLOB.get(kind) != dtype.name:
            held = IN_BLOB.get(kind, f"type {kind}")
            raise self._refused(f"holds {held} at {offset} where the model needs {dtype.name}")
        if size != packed_size(dtype, count):
            raise self._refused(
                f"holds {size} bytes at {offset} where the model needs {count} {dtype.name}"
            )
        if start % _ALIGNMENT or start < offset + _ALIGNMENT or start + size > len(self.data):
            raise self._refused(f"ends before the weight at {offset} does")
        return unpack(self.data[start : start + size], dtype, count)

    def _refused(self, what: str) -> InputError:
        return InputError(f"The weight file {self.path} {what}. Export the model again.")


_AT_MODEL = "@model_path/"


@dataclass
class Package:
    """The files of one package."""

    root: Path
    model: Path
    """The protobuf."""
    blobs: dict[str, WeightFile] = field(default_factory=dict[str, WeightFile])
    """Weight files by the name that the model gives them, opened at first use."""

    def blob(self, name: str) -> WeightFile:
        """Return the weight file that the model calls `name`.

        Raises:
            InputError: missing, damaged, or outside the package.
        """
        if name not in self.blobs:
            if not name.startswith(_AT_MODEL):
                raise InputError(
                    f"The model names its weight file '{name}', which does not begin with"
                    f" {_AT_MODEL}. Export the model again."
                )
            inside = self.model.parent.relative_to(self.root) / name.removeprefix(_AT_MODEL)
            self.blobs[name] = WeightFile(_contained(self.root, inside.as_posix(), "weight file"))
        return self.blobs[name]


def open_package(path: Path) -> Package:
    """Return the package in the folder `path`.

    Raises:
        InputError: not a package, or its manifest is damaged or names files that are not there.
    """
    listing = path / "Manifest.json"
    if not listing.is_file():
        raise InputError(
            f"{path} is no folder with a Manifest.json. Give the folder of an .mlpackage."
        )
    manifest = _read_manifest(listing)
    items = manifest.get("itemInfoEntries")
    root = manifest.get("rootModelIdentifier")
    item = cast(dict[str, Any], items).get(str(root)) if isinstance(items, dict) else None
    name = cast(dict[str, Any], item).get("path") if isinstance(item, dict) else None
    if not isinstance(name, str):
        raise InputError(f"{listing} names no model. Copy the package again.")
    return Package(path, _contained(path, f"Data/{name}", "model"))


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        found: object = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({error}). Copy the package again.") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} is no JSON object. Copy the package again.")
    return cast(dict[str, Any], found)


def _contained(root: Path, name: str, what: str) -> Path:
    """Return the file `name` (posix, relative) below `root`."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
        raise InputError(f"The {what} '{name}' lies outside the package. Export the model again.")
    path = root / parts
    if not path.is_file():
        raise InputError(f"The {what} {path} is missing. Copy the package again.")
    if not path.resolve().is_relative_to(root.resolve()):
        raise InputError(
            f"The {what} '{name}' is a link out of the package. Copy the package again."
        )
    return path
