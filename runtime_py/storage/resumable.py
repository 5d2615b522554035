"""Runs that go on where they stopped: what began them, whose they are, and what a kill left.

A resumable run is a folder of parts, each written whole, and an identity: JSON values that must be
the same when the run goes on. A finished part is read back and never made again.
"""

import json
import os
import shutil
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import (
    made_parents,
    read_json,
    require_absent,
    to_json,
    write_file,
)

Identity = Mapping[str, Any]


def plain_json(identity: Identity) -> dict[str, Any]:
    """Return an identity as a file gives it back: lists for tuples, words for enums."""
    return json.loads(json.dumps(identity))


def require_same(what: str, folder: Path, begun: Identity, now: Identity) -> None:
    """Compare what began a run with what was asked for now.

    Raises:
        InputError: they differ; the sentence names the first value that does.
    """
    differing = [name for name in {**begun, **now} if begun.get(name) != now.get(name)]
    if differing:
        raise InputError(
            f"{what[:1].upper()}{what[1:]} in {folder} began with another {differing[0]}, so it"
            " cannot go on. Choose another --out, or delete the folder to start again."
        )


def begin(what: str, record: Path, identity: Identity) -> None:
    """Write a run's identity to `record`, or compare it with the one that is there.

    None stands for what is not known yet: a value may come later, and then stays.

    Raises:
        InputError: the run in its folder began differently, or the folder holds other files.
    """
    folder, now = record.parent, plain_json(identity)
    if record.exists():
        begun = {name: value for name, value in read_json(record).items() if value is not None}
        now |= {name: value for name, value in begun.items() if now.get(name) is None}
        require_same(what, folder, begun, {name: now[name] for name in begun})
    elif not folder.is_dir():
        require_absent(folder)
    elif not all(map(is_leftover, folder.iterdir())):
        raise InputError(
            f"{folder} already holds other files, and {what} needs a folder of its own. Choose"
            " another --out."
        )
    write_file(record, to_json(now))


def sweep(folder: Path) -> None:
    """Remove what a kill left half-written in a folder that is there."""
    for path in filter(is_leftover, folder.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def is_leftover(path: Path) -> bool:
    """Whether a kill left this half-written file; it never got its own name."""
    return path.name.startswith(".") and path.name.endswith(".tmp")


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Keep a folder, which need not exist, to this process while the block runs.

    The lock is the system's, on a hidden file beside the folder: it goes with its process, also
    with a killed one. Where a file system has no locks, nothing is kept apart.

    Raises:
        InputError: another process has the folder, or nothing can be written beside it.
    """
    path = folder.absolute().with_name(f".{folder.name}.lock")
    with made_parents(folder.absolute()):
        descriptor = _locked(path, folder)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file
                path.unlink()
            os.close(descriptor)


def _locked(path: Path, folder: Path) -> int:
    """Return a descriptor that holds the lock of the file that is at `path` now."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(
                f"{folder} could not be written ({error.strerror}). Choose another folder."
            ) from error
        if not _try_lock(descriptor):
            os.close(descriptor)
            raise InputError(
                f"Another run is writing {folder}. Wait for it or choose another --out."
            )
        with suppress(OSError):  # the one who had it may have removed it: then it locks nothing
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Lock an open file without waiting; return whether no one else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system without locks
        return True
    return True
