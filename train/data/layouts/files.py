"""Finds the files of a published set, in folders or archives, and copies them one by one.

    SRC/name/       a folder, at any depth below it
    SRC/name.zip    a member is copied straight out of the archive
    SRC/name.tgz    unpacked once into a temporary folder, for tar has no table of contents

Files are copied byte for byte, so that a mask corrected later does not change the download. Only
names of the wanted form are taken, and only the last part of a member's name counts: no member of
an archive can lead out of its folder.
"""

import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from skinseg_mobile.runtime_py.errors import InputError, because

ARCHIVES = (".zip", ".tgz", ".tar.gz")


@dataclass(frozen=True)
class File:
    """A file of the source: its own name, and how to write it to a path that is still free."""

    name: str
    copy: Callable[[Path], None]

    @property
    def suffix(self) -> str:
        """The ending in small letters, such as `.jpg`."""
        return PurePosixPath(self.name).suffix.lower()


Files = Mapping[str, File]


@contextmanager
def files_of(source: Path, form: re.Pattern[str], *names: str) -> Generator[dict[str, File]]:
    """Yield, by the first group of `form`, the files of the part that has one of `names`.

    Raises:
        InputError: the part is not there, it is damaged, or a name stands in it twice.
    """
    place = place_of(source, *names)
    if place is None:
        raise InputError(
            f"{names[0]} is not in {source}, neither as a folder nor as a .zip (.tgz). Download"
            " it, too."
        )
    with ExitStack() as opened:
        if place.is_dir():
            found = _in_folder(place)
        elif place.suffix == ".zip":
            found = opened.enter_context(_in_zip(place))
        else:
            found = opened.enter_context(_in_tar(place, form))
        yield _by_id(found, form, place)


def place_of(source: Path, *names: str) -> Path | None:
    """Return the first of `names` that is a folder of `source`, else its archive, else None."""
    folders = [source / name for name in names if (source / name).is_dir()]
    archives = [source / f"{name}{end}" for name in names for end in ARCHIVES]
    return next((path for path in (*folders, *archives) if path.exists()), None)


def require_pairs(
    photographs: Mapping[str, object], masks: Mapping[str, object], names: tuple[str, str]
) -> None:
    """Raise InputError unless the files of `names[0]` and `names[1]` are one to one."""
    odd = sorted(photographs.keys() ^ masks.keys())
    if odd:
        raise InputError(
            f"{odd[0]} is in only one of {names[0]} and {names[1]} ({len(odd)} such names in"
            " all). Complete both folders."
        )


def copy_file(path: Path, target: Path) -> None:
    """Copy a file to a path that is still free.

    Raises:
        InputError: it cannot be read, or the disk is full.
    """
    with whole(path), path.open("rb") as file:
        _write(file, target)


@contextmanager
def whole(path: Path) -> Generator[None]:
    """Turn every way in which reading or copying `path` fails into one sentence."""
    try:
        yield
    except (
        OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError, zlib.error,
    ) as error:  # fmt: skip
        raise InputError(
            f"{path} could not be read or copied ({because(error)}). Download it again or free"
            " disk space."
        ) from error


def _in_folder(folder: Path) -> list[File]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [File(path.name, partial(copy_file, path)) for path in paths]


@contextmanager
def _in_zip(packed: Path) -> Generator[list[File]]:
    with whole(packed):
        archive = zipfile.ZipFile(packed)
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        yield [File(m.filename, partial(_unzip, archive, packed, m)) for m in members]


@contextmanager
def _in_tar(packed: Path, form: re.Pattern[str]) -> Generator[list[File]]:
    """Unpack what is wanted, each member under a number of its own, and yield copies of it."""
    found: list[File] = []
    with tempfile.TemporaryDirectory() as work:
        with whole(packed), tarfile.open(packed) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file and form.fullmatch(PurePosixPath(member.name).name):
                    path = Path(work, str(len(found)))
                    _write(file, path)
                    found.append(File(member.name, partial(copy_file, path)))
        yield found


def _by_id(found: Iterable[File], form: re.Pattern[str], place: Path) -> dict[str, File]:
    files: dict[str, File] = {}
    for file in found:
        match = form.fullmatch(PurePosixPath(file.name).name)
        if match and match[1] in files:
            raise InputError(f"{place} holds {match[0]} twice. Keep one.")
        if match:
            files[match[1]] = file
    return files


def _unzip(archive: zipfile.ZipFile, packed: Path, member: zipfile.ZipInfo, target: Path) -> None:
    with whole(packed), archive.open(member) as file:
        _write(file, target)


def _write(file: IO[bytes], target: Path) -> None:
    with target.open("xb") as out:
        shutil.copyfileobj(file, out)
