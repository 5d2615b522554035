"""The weight file reader against coremltools' own writer, and against damaged files."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import BY_NUMBER, IN_BLOB, unpack
from skinseg_mobile.runtime_py.targets.coreml.interpreter.package import WeightFile

NAMED = {dtype.name: dtype for dtype in BY_NUMBER.values()}
COUNT = 77  # no multiple of 8: the last byte of a sub-byte blob is padded


def sample(name: str) -> np.ndarray[Any, Any]:
    dtype = NAMED[name]
    random = np.random.default_rng(7)
    if dtype.is_float:
        return random.standard_normal(COUNT).astype(dtype.storage)
    low = -(1 << dtype.bits - 1) if dtype.storage.kind == "i" else 0
    return random.integers(low, low + (1 << dtype.bits), COUNT).astype(dtype.storage)


@pytest.mark.slow
def test_every_element_type_reads_as_coremltools_writes_it(
    tmp_path: Path, coremltools: Any
) -> None:
    from coremltools.libmilstoragepython import _BlobStorageWriter as Writer
    from coremltools.optimize._utils import pack_elements_into_bits

    del coremltools, pack_elements_into_bits
    path = tmp_path / "weight.bin"
    writer, offsets = Writer(str(path)), dict[str, int]()
    for name in IN_BLOB.values():
        values = sample(name)
        method = {"float16": "write_fp16_data", "float32": "write_float_data"}
        raw = values.view(np.uint16) if name == "float16" else values
        offsets[name] = getattr(writer, method.get(name, f"write_{name}_data"))(raw)
    del writer
    file = WeightFile(path)
    for name, offset in offsets.items():
        assert np.array_equal(file.read(offset, NAMED[name], COUNT), sample(name)), name


@pytest.mark.parametrize(
    ("name", "bits", "expected"),
    [
        ("uint1", "10110000", [1, 0, 1, 1]),
        ("uint3", "101011000", [5, 6, 0]),
        ("int4", "00011111", [-8, -1]),
        ("uint6", "111111100000", [63, 1]),
    ],
)
def test_sub_byte_elements_start_at_the_least_bit(
    name: str, bits: str, expected: list[int]
) -> None:
    packed = np.packbits([int(bit) for bit in bits], bitorder="little").tobytes()
    assert unpack(packed, NAMED[name], len(expected)).tolist() == expected


def blob(tmp_path: Path, **changed: int) -> WeightFile:
    """Write one float32 blob of 4 elements at offset 64, with fields `changed`."""
    held = {"version": 2, "sentinel": 0xDEADBEEF, "kind": 2, "size": 16, "start": 128} | changed
    path = tmp_path / "weight.bin"
    header = struct.pack("<II", 1, held["version"]).ljust(64, b"\0")
    entry = struct.pack("<IIQQQ", held["sentinel"], held["kind"], held["size"], held["start"], 0)
    data = np.arange(4, dtype=np.float32).tobytes()
    path.write_bytes((header + entry.ljust(64, b"\0") + data)[: changed.get("cut", 1000)])
    return WeightFile(path)


def test_a_whole_blob_reads(tmp_path: Path) -> None:
    assert blob(tmp_path).read(64, NAMED["float32"], 4).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("changed", "read", "says"),
    [
        ({"version": 1}, (64, "float32", 4), "is of version 1 instead of 2"),
        ({"cut": 60}, (64, "float32", 4), "header of 64 bytes"),
        ({"cut": 140}, (64, "float32", 4), "ends before the weight at 64 does"),
        ({"cut": 100}, (64, "float32", 4), "holds no weight at 64"),
        ({"sentinel": 7}, (64, "float32", 4), "holds no weight at 64"),
        ({}, (0, "float32", 4), "holds no weight at 0"),
        ({}, (65, "float32", 4), "holds no weight at 65"),
        ({}, (128, "float32", 4), "holds no weight at 128"),
        ({}, (1 << 62, "float32", 4), "holds no weight at"),
        ({"kind": 99}, (64, "float32", 4), "holds type 99"),
        ({}, (64, "int32", 4), "holds float32 at 64"),
        ({}, (64, "float32", 5), "holds 16 bytes at 64"),
        ({"start": 1 << 62}, (64, "float32", 4), "ends before the weight at 64 does"),
        ({"start": 64}, (64, "float32", 4), "ends before the weight at 64 does"),
        ({"size": 1 << 40}, (64, "float32", 1 << 38), "ends before the weight at 64 does"),
    ],
)
def test_damage_is_refused_by_name(
    changed: dict[str, int], read: tuple[int, str, int], says: str, tmp_path: Path
) -> None:
    def attempt(call: Callable[..., Any]) -> Any:
        offset, name, count = read
        return call(tmp_path, **changed).read(offset, NAMED[name], count)

    with pytest.raises(InputError, match=says):
        attempt(blob)
