"""Reads `.npz` files: the wanted arrays in the wanted kinds, never a pickled object.

A file of kilobytes can unpack to gigabytes and an array's header can claim any size, so both are
looked at before memory is asked for. numpy and zipfile raise a dozen kinds of exception; here
every damage is one `ValueError`.
"""

import math
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import no_memory
from skinseg_mobile.runtime_py.storage.zip_files import is_common, require_small_listing

T = TypeVar("T")
Kind = tuple[str, int]
"""Type code without byte order (`u1`, `f4`, `b1`, `U` for text), and number of axes."""
_LISTING_BYTES = 1 << 20
"""Some 10,000 arrays."""


@dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    in_fortran_order: bool
    dtype: np.dtype[Any]
    start: int


@dataclass(frozen=True)
class OnDisk:
    """An array in a temporary file, which goes with it; one item is in memory at a time."""

    file: Any
    start: int
    """Byte at which the values begin, in C order."""
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def ndim(self) -> int:
        """Number of axes, as NumPy calls it."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, number: int) -> NDArray[Any]:
        one = self.shape[1:]
        at = self.start + range(len(self))[number] * math.prod(one) * self.dtype.itemsize
        return np.array(np.memmap(self.file, self.dtype, "r", at, one))


def read_arrays(
    path: Path, kinds: Mapping[str, Kind], most_bytes: float = math.inf
) -> dict[str, NDArray[Any]]:
    """Return the arrays that `kinds` names, of at most `most_bytes` together.

    Raises:
        ValueError: missing, damaged, pickled, too large, or an array of another kind.
    """
    return _read(path, kinds, _in_memory, most_bytes)


def unpack_array(path: Path, name: str, kind: Kind) -> OnDisk:
    """Unpack one array to a temporary file.

    Raises:
        ValueError: as `read_arrays`.
    """
    return _read(path, {name: kind}, _on_disk)[name]


def _read(
    path: Path, kinds: Mapping[str, Kind], take: Callable[..., T], most_bytes: float = math.inf
) -> dict[str, T]:
    try:
        require_small_listing(path, _LISTING_BYTES)
        with zipfile.ZipFile(path) as archive:
            infos = {name: archive.getinfo(f"{name}.npy") for name in kinds}
            size = sum(info.file_size for info in infos.values())
            if size > most_bytes:
                raise ValueError(f"it unpacks to {size >> 20} MiB")
            return {
                name: take(archive, info, _checked(archive, info, *kinds[name]))
                for name, info in infos.items()
            }
    except Exception as error:  # all of them mean "this file is no good"
        raise no_memory(error) or ValueError(str(error) or type(error).__name__) from error


def _checked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, code: str, axes: int) -> _Header:
    """Return an array's header if it says what is wanted and what the file can hold."""
    name = info.filename.removesuffix(".npy")
    if not is_common(info):
        raise ValueError(f"{info.filename} is neither stored nor deflated")
    with archive.open(info) as file:
        read = (
            npy.read_array_header_1_0
            if npy.read_magic(file) == (1, 0)
            else npy.read_array_header_2_0
        )
        shape, in_fortran_order, dtype = read(file)
        found = _Header(shape, in_fortran_order, dtype, file.tell())
    kind = found.dtype.str[1:]
    if not kind.startswith(code) or len(found.shape) != axes:
        raise ValueError(
            f"{name} must be {code} of {axes} axes, it is {kind} of {len(found.shape)}"
        )
    if math.prod(found.shape) * found.dtype.itemsize > info.file_size:
        raise ValueError(f"{info.filename} claims {found.shape} values and holds fewer")
    return found


def _in_memory(archive: zipfile.ZipFile, info: zipfile.ZipInfo, _: _Header) -> NDArray[Any]:
    with archive.open(info) as file:
        return npy.read_array(file, allow_pickle=False)


def _on_disk(archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: _Header) -> OnDisk:
    if header.in_fortran_order:
        raise ValueError(f"{info.filename} is in Fortran order")
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115
    found = OnDisk(unpacked, header.start, header.dtype, header.shape)
    weakref.finalize(found, unpacked.close)
    with archive.open(info) as file:
        shutil.copyfileobj(file, unpacked)
    if unpacked.tell() != found.start + math.prod(found.shape) * found.dtype.itemsize:
        raise ValueError(f"{info.filename} claims {found.shape} values and holds others")
    return found
