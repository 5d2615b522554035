"""Looks into a built app without unpacking it: the members of an .apk, .aab or .ipa.

All three are zip archives that someone else made. Nothing is written, members are read in
pieces, and what no honest build holds is refused in one sentence: names that leave the archive or
come twice, encryption, a listing or sizes that would fill the memory or the day.
"""

import hashlib
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType

from skinseg_mobile.runtime_py.errors import InputError

LISTING_BYTES = 32 << 20
"""Largest central directory: some 300,000 members."""
READ_BYTES = 4 << 30
"""What all members that are read may hold unpacked."""
_PIECE = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 65_535 + 22 + 20 + 56  # the longest comment and the three records that end an archive


@dataclass(frozen=True)
class Member:
    """One file inside an app: its POSIX name and its unpacked size."""

    name: str
    bytes: int

    @property
    def folder(self) -> PurePosixPath:
        """Where it lies."""
        return PurePosixPath(self.name).parent


class AppArchive(AbstractContextManager["AppArchive"]):
    """An open app; see the module for what it refuses.

    Raises:
        InputError: no readable zip archive, or one that breaks a rule.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        _require_small_listing(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise _no_app(path, str(error)) from error
        self._infos = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        self._require_honest()
        self._left = READ_BYTES

    @property
    def members(self) -> list[Member]:
        """All files, by name."""
        return [Member(name, self._infos[name].file_size) for name in sorted(self._infos)]

    def sha256(self, member: Member) -> str:
        """Return the hash of a member's unpacked content.

        Raises:
            InputError: it is damaged, or all that was read grows beyond READ_BYTES.
        """
        self._left -= member.bytes
        if self._left < 0:
            raise InputError(
                f"The models in {self.path} would unpack to more than {READ_BYTES >> 30} GiB."
                " Check that it is not a zip bomb."
            )
        digest = hashlib.sha256()
        try:
            with self._zip.open(self._infos[member.name]) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        except _DAMAGE as error:
            raise InputError(
                f"{member.name} in {self.path} could not be read ({error}). Build the app again."
            ) from error
        return digest.hexdigest()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def _require_honest(self) -> None:
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        faults: tuple[tuple[str, Iterable[str]], ...] = (
            ("points outside the app", (n for n in names if _leaves(n))),
            ("comes twice", (name for name, count in Counter(names).items() if count > 1)),
            ("is encrypted", (i.filename for i in infos if i.flag_bits & 1)),
            ("is neither stored nor deflated", (i.filename for i in infos if _is_odd(i))),
        )
        for fault, having in faults:
            for name in having:
                self._zip.close()
                raise InputError(
                    f"{name!r:.80} in {self.path} {fault}. Use the file that your build wrote."
                )


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name


def _is_odd(info: zipfile.ZipInfo) -> bool:
    """Phones know two methods; others can ask for gigabytes before the first byte."""
    return info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _require_small_listing(path: Path) -> None:
    """Read the size of the listing before `zipfile` reads the listing."""
    try:
        with path.open("rb") as file:
            file.seek(-min(_TAIL, path.stat().st_size), 2)
            tail = file.read(_TAIL)
    except OSError as error:
        raise _no_app(path, str(error.strerror)) from error
    at, at_64 = tail.rfind(_END), tail.rfind(_END_64)
    if at < 0 or len(tail) < at + 22:
        raise _no_app(path, "it has no end record")
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if at_64 >= 0 and len(tail) >= at_64 + 56:
        (size,) = struct.unpack_from("<Q", tail, at_64 + 40)
    if size > LISTING_BYTES:
        raise _no_app(path, f"its listing alone is {size >> 20} MiB")


def _no_app(path: Path, why: str) -> InputError:
    return InputError(
        f"{path} is not an .apk, .aab or .ipa, which are zip archives ({why}). Name the file that"
        " your build wrote."
    )
