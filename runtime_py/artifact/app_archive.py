"""Looks into a built app without unpacking it: the members of an .apk, .aab, .ipa, .apks or .xapk.

All are zip archives that someone else made, and can hold more archives: an .apks has one .apk a
phone, a .task of MediaPipe has models. Members of these are named `base.apk!/assets/model.tflite`.
Nothing is written but a nested archive's own bytes, to a nameless temporary file. Members are read
in pieces, and what no honest build holds is refused in one sentence: names that leave the archive
or come twice, encryption, a listing or sizes that would fill the memory or the day. A nested
archive that breaks a rule may be an app's own data, so it is listed as not read.
"""

import hashlib
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.storage.zip_files import is_common, require_small_listing

LISTING_BYTES = 32 << 20
"""Largest central directory: some 300,000 members."""
READ_BYTES = 4 << 30
"""What all members that are read may hold unpacked."""
HEAD_BYTES = 1 << 16
INSIDE = "!/"
"""Between the name of a nested archive and that of its member."""
_MOST_DEPTH, _MOST_ARCHIVES = 4, 400
_IN_MEMORY = 16 << 20
_PIECE = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Member:
    """One file inside an app: its POSIX name and its unpacked size."""

    name: str
    bytes: int


@dataclass(frozen=True)
class _Place:
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo


class AppArchive(AbstractContextManager["AppArchive"]):
    """An open app; see the module for what it refuses.

    Raises:
        InputError: no readable zip archive, or one that breaks a rule.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unread: dict[str, str] = {}
        """Nested archives that were not read, and why."""
        self._places: dict[str, _Place] = {}
        self._left = READ_BYTES
        self._opened = 0
        self._stack = ExitStack()
        with ExitStack() as stack:
            try:
                self._add(stack.enter_context(path.open("rb")), "", stack)
            except _DAMAGE as error:
                raise _no_app(path, str(error)) from error
            self._stack = stack.pop_all()

    @property
    def members(self) -> list[Member]:
        """All files, by name; of a nested archive the archive itself and its members."""
        return [Member(name, self._places[name].info.file_size) for name in sorted(self._places)]

    def head(self, member: Member) -> bytes:
        """Return the first HEAD_BYTES of a member, or all of a smaller one.

        Raises:
            InputError: it is damaged.
        """
        return next(self._pieces(member.name, HEAD_BYTES), b"")

    def sha256(self, member: Member) -> str:
        """Return the hash of a member's unpacked content.

        Raises:
            InputError: it is damaged, or all that was read grows beyond READ_BYTES.
        """
        self._spend(member.bytes)
        digest = hashlib.sha256()
        for piece in self._pieces(member.name):
            digest.update(piece)
        return digest.hexdigest()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _add(self, file: IO[bytes], prefix: str, stack: ExitStack) -> None:
        """Add the members of an archive and of those inside it."""
        require_small_listing(file, LISTING_BYTES)
        archive = stack.enter_context(zipfile.ZipFile(file))
        infos = archive.infolist()
        _require_honest(infos)
        found = {f"{prefix}{info.filename}": info for info in infos if not info.is_dir()}
        self._places |= {name: _Place(archive, info) for name, info in found.items()}
        for name, info in found.items():
            if self.head(Member(name, info.file_size)).startswith(_ZIP):
                self._add_nested(name, stack)

    def _add_nested(self, name: str, stack: ExitStack) -> None:
        self._opened += 1
        if name.count(INSIDE) >= _MOST_DEPTH or self._opened > _MOST_ARCHIVES:
            self.unread[name] = "too many archives in archives"
            return
        self._spend(self._places[name].info.file_size)
        file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - `stack` closes it
        stack.callback(file.close)
        for piece in self._pieces(name):
            file.write(piece)
        try:
            self._add(file, f"{name}{INSIDE}", stack)
        except _DAMAGE as error:
            self.unread[name] = str(error)

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise InputError(
                f"The models in {self.path} would unpack to more than {READ_BYTES >> 30} GiB."
                " Check that it is not a zip bomb."
            )

    def _pieces(self, name: str, size: int = _PIECE) -> Iterator[bytes]:
        place = self._places[name]
        try:
            with place.archive.open(place.info) as file:
                while piece := file.read(size):
                    yield piece
        except _DAMAGE as error:
            raise InputError(
                f"{name} in {self.path} could not be read ({because(error)}). Build the app again."
            ) from error


def _require_honest(infos: Iterable[zipfile.ZipInfo]) -> None:
    """Raise ValueError where an archive breaks a rule."""
    infos = list(infos)
    names = [info.filename for info in infos]
    faults: tuple[tuple[str, Iterable[str]], ...] = (
        ("points outside the app", (n for n in names if _leaves(n))),
        ("comes twice", (name for name, count in Counter(names).items() if count > 1)),
        ("is encrypted", (i.filename for i in infos if i.flag_bits & 1)),
        ("is neither stored nor deflated", (i.filename for i in infos if not is_common(i))),
    )
    for fault, having in faults:
        for name in having:
            raise ValueError(f"{name!r:.80} {fault}")


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name


def _no_app(path: Path, why: str) -> InputError:
    return InputError(
        f"{path} is not an app that can be read: an .apk, .aab, .ipa, .apks, .xapk or .task is a"
        f" zip archive ({why}). Name the file that your build wrote."
    )
