"""Writes result folders whole or not at all: a temporary sibling, then one rename.

Each step reads folders and writes one *new* folder; nothing is edited or overwritten. Locks are
imported where something is written: opening an artefact needs none.
"""

import errno
import hashlib
import json
import math
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError, because, unwritable

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_JSON_BYTES = 64 << 20


@contextmanager
def new_folder(path: Path) -> Generator[Path]:
    """Yield a temporary folder that becomes `path` when the block ends well.

    Raises:
        InputError: `path` exists, another run is writing it, or there is no room for it.
    """
    with new_file(path) as temporary:
        temporary.mkdir()
        yield temporary


@contextmanager
def new_file(path: Path) -> Generator[Path]:
    """Yield an unused name beside `path`: what the block makes there becomes `path` at its end.

    Raises:
        InputError: as `new_folder`.
    """
    from skinseg_mobile.runtime_py.storage.alone import beside

    require_absent(path)
    with beside(path) as temporary:
        try:
            yield temporary
            require_absent(path)  # a rename would silently replace an empty folder
            temporary.rename(path)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise unwritable(path, error) from error


def require_absent(path: Path, suffix: str = "") -> None:
    """Raise InputError where `path` exists, or can never be: results are never overwritten.

    A `suffix` is what the name must end in, so that no file is called what it is not.
    """
    if path.exists() or path.is_symlink():  # a link that leads nowhere does not exist
        raise InputError(f"{path} already exists. Choose another output or delete it.")
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        raise unwritable(path, NotADirectoryError(f"{above} is a file"))
    if not path.name.endswith(suffix):
        raise InputError(f"{path} does not end in {suffix}. Name the new file so.")


def write_file(path: Path, content: bytes | str, *, mode: int = 0o666) -> None:
    """Write a file whole: a temporary sibling, then one rename; the umask narrows `mode`.

    Raises:
        InputError: the folder cannot be written, or another run is writing the file.
    """
    from skinseg_mobile.runtime_py.storage.alone import beside, writing

    with beside(path) as temporary, writing(path):
        fill(temporary, content, mode)
        temporary.replace(path)


def fill(path: Path, content: bytes | str, mode: int = 0o666) -> None:
    """Make a file; what is no Unicode in a name (a byte that is no UTF-8) is escaped as in JSON."""
    if isinstance(content, str):
        content = content.encode(errors="backslashreplace")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)


def to_json(value: object) -> str:
    """Return indented JSON that ends in a newline."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        InputError: missing, unreadable, or not one object.
    """
    try:
        _require_regular(path)
        with path.open("rb") as file:
            content = file.read(_JSON_BYTES + 1)
        if len(content) > _JSON_BYTES:
            raise ValueError(f"it is larger than {_JSON_BYTES >> 20} MiB")
        value = json.loads(content.decode())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path} could not be read as JSON ({because(error)}). Check the path or write the"
            " file again."
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"{path} holds {json.dumps(value):.40} and no JSON object. Write it again."
        )
    return value  # pyright: ignore[reportUnknownVariableType]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's files and their names, as 64 hex digits.

    Raises:
        InputError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if path.is_dir():
            for file in sorted(p for p in path.rglob("*") if p.is_file()):
                digest.update(
                    f"{file.relative_to(path).as_posix()}\0{sha256(file)}\0".encode(
                        errors="surrogateescape"
                    )
                )
            return digest.hexdigest()
        _require_regular(path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} could not be read ({error.strerror}). Check the path.") from error


def _require_regular(path: Path) -> None:
    """Raise OSError for a pipe, a socket or a device: reading one may never end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file")


def plain(value: Any) -> Any:
    """Return JSON values; a number that is none (NaN, infinity) becomes null, as JSON has none."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
