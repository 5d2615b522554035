"""Zip archives that someone else made: what is read of them before anything is unpacked."""

import struct
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 65_535 + 22 + 20 + 56  # the longest comment and the three records that end an archive


def require_small_listing(file: Path | IO[bytes], most: int) -> None:
    """Read the size of an archive's listing before `zipfile` reads the listing itself.

    Raises:
        ValueError: no end record, or a listing of more than `most` bytes.
        OSError: the file cannot be read.
    """
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return require_small_listing(opened, most)
    tail = _tail(file)
    at, at_64 = tail.rfind(_END), tail.rfind(_END_64)
    if at < 0 or len(tail) < at + 22:
        raise ValueError("it has no end record")
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if at_64 >= 0 and len(tail) >= at_64 + 56:
        (size,) = struct.unpack_from("<Q", tail, at_64 + 40)
    if size > most:
        raise ValueError(f"its listing alone is {size >> 20} MiB")
    return None


def is_common(info: ZipInfo) -> bool:
    """Return whether a member is stored or deflated; others can ask for gigabytes of memory."""
    return info.compress_type in (ZIP_STORED, ZIP_DEFLATED)


def _tail(file: IO[bytes]) -> bytes:
    file.seek(-min(_TAIL, file.seek(0, 2)), 2)
    found = file.read(_TAIL)
    file.seek(0)
    return found
