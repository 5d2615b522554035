"""Writes result folders whole or not at all: a temporary sibling, then one rename.

Each step reads folders and writes one *new* folder; nothing is edited or overwritten.
"""

import errno
import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError

_JSON_BYTES = 64 << 20


@contextmanager
def new_folder(path: Path) -> Generator[Path]:
    """Yield a temporary folder that becomes `path` when the block ends well.

    Raises:
        InputError: `path` exists, or its parent cannot be written.
    """
    require_absent(path)
    with made_parents(path):
        try:
            temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            yield temporary
            temporary.chmod(0o755)
            require_absent(path)  # a rename would silently replace an empty folder
            temporary.rename(path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def require_absent(path: Path) -> None:
    """Raise InputError where `path` exists: results are never overwritten."""
    if path.exists() or path.is_symlink():  # a link that leads nowhere does not exist
        raise InputError(f"{path} already exists. Choose another output or delete it.")


def write_file(path: Path, content: bytes | str, *, mode: int = 0o666) -> None:
    """Write a file whole: a temporary sibling, then one rename; the umask narrows `mode`.

    Raises:
        InputError: the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with made_parents(path):
        try:
            temporary.touch(mode)
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error
        finally:
            with suppress(OSError):  # gone after the rename
                temporary.unlink()


@contextmanager
def made_parents(path: Path) -> Generator[None]:
    """Make the folders above `path`; those that a failure leaves empty go away again.

    Raises:
        InputError: they cannot be made.
    """
    missing = [parent for parent in path.parents if not parent.exists()]
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(path, error) from error
        yield
    finally:
        with suppress(OSError):  # in use: the block ended well
            for parent in missing:
                parent.rmdir()


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} could not be written ({error.strerror}). Choose another output.")


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
            f"{path} could not be read as JSON ({error}). Check the path or write the file again."
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"{path} holds a {type(value).__name__}, not one JSON object. Write it again."
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
                digest.update(f"{file.relative_to(path).as_posix()}\0{sha256(file)}\0".encode())
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
