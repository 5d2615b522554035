"""Reads `.npz` files: the wanted arrays in the wanted kinds, never a pickled object.

A file of kilobytes can unpack to gigabytes and an array's header can claim any size, so both are
looked at before memory is asked for. numpy and zipfile raise a dozen kinds of exception; here
every damage is one `ValueError`.
"""

import math
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import no_memory
from skinseg_mobile.runtime_py.storage.zip_files import is_common, require_small_listing

Kind = tuple[str, int]
"""Type code without byte order (`u1`, `f4`, `b1`, `U` for text), and number of axes."""
_LISTING_BYTES = 1 << 20
"""Some 10,000 arrays."""


def read_arrays(
    path: Path,
    kinds: Mapping[str, Kind],
    most_bytes: float = math.inf,
    mapped: Collection[str] = (),
) -> dict[str, NDArray[Any]]:
    """Return the arrays that `kinds` names, of at most `most_bytes` together.

    Those of `mapped` are unpacked to a temporary file, which goes with them, and not into memory.

    Raises:
        ValueError: missing, damaged, pickled, too large, or an array of another kind.
    """
    try:
        require_small_listing(path, _LISTING_BYTES)
        with zipfile.ZipFile(path) as archive:
            infos = {name: archive.getinfo(f"{name}.npy") for name in kinds}
            size = sum(info.file_size for info in infos.values())
            if size > most_bytes:
                raise ValueError(f"it unpacks to {size >> 20} MiB")
            arrays = {n: _array(archive, info, n in mapped) for n, info in infos.items()}
    except Exception as error:  # all of them mean "this file is no good"
        raise no_memory(error) or ValueError(str(error) or type(error).__name__) from error
    for name, (code, axes) in kinds.items():
        found = arrays[name]
        if not found.dtype.str[1:].startswith(code) or found.ndim != axes:
            raise ValueError(
                f"{name} must be {code} of {axes} axes, it is {found.dtype.str[1:]} of {found.ndim}"
            )
    return arrays


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, mapped: bool) -> NDArray[Any]:
    if not is_common(info):
        raise ValueError(f"{info.filename} is neither stored nor deflated")
    with archive.open(info) as file:
        header = (
            npy.read_array_header_1_0
            if npy.read_magic(file) == (1, 0)
            else npy.read_array_header_2_0
        )
        shape, in_fortran_order, dtype = header(file)
        start = file.tell()
    if not dtype.hasobject and math.prod(shape) * dtype.itemsize > info.file_size:
        raise ValueError(f"{info.filename} claims {shape} values and holds fewer")
    with archive.open(info) as file, tempfile.TemporaryFile() as unpacked:
        if not mapped:
            return npy.read_array(file, allow_pickle=False)
        shutil.copyfileobj(file, unpacked)
        order = "F" if in_fortran_order else "C"
        return np.memmap(unpacked, dtype, "r", start, shape, order)
