"""Keeps a place on the disk to one run, and sweeps what a killed run left there.

The lock is the system's, on a hidden file `.NAME.lock` beside the place: it goes with its process,
also with a killed one. Where a file system has no locks, nothing is kept apart and nothing swept.
"""

import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError, unwritable

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def writing(path: Path) -> Generator[None]:
    """Run a block that writes `path`: what the system refuses there is `unwritable`."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def alone(path: Path) -> Generator[bool]:
    """Keep a file or folder, which need not exist, to this process while the block runs.

    Yields whether the file system has locks.

    Raises:
        InputError: another process has it, or nothing can be written beside it.
    """
    place = path.absolute()
    lock = place.parent / f".{place.name}.lock"
    with made_parents(place):
        descriptor, has_locks = _locked(lock, path)
        try:
            yield has_locks
        finally:
            with suppress(OSError):  # Windows removes no open file
                lock.unlink()
            os.close(descriptor)


@contextmanager
def beside(path: Path) -> Generator[Path]:
    """Yield an unused hidden name to write to and rename to `path`; what is left of it goes away.

    `path` is kept to this process. What killed runs left of theirs goes away first.

    Raises:
        InputError: as `alone`.
    """
    with alone(path) as has_locks:
        if has_locks:
            _sweep(path)
        temporary = path.parent / f".{path.name}-{secrets.token_hex(4)}.tmp"
        try:
            yield temporary
        finally:
            remove(temporary)


@contextmanager
def scratch() -> Generator[Path]:
    """Yield a folder below the system's temporary one; those of killed runs go away first."""
    top = Path(tempfile.gettempdir())
    for left in top.glob("skinseg-*.tmp"):
        with suppress(InputError, OSError):  # another run's, which lives
            if left.stat(follow_symlinks=False).st_uid != _user():
                continue
            with alone(left) as has_locks:
                if has_locks:
                    remove(left)
    folder = top / f"skinseg-{secrets.token_hex(4)}.tmp"
    with alone(folder):
        try:
            folder.mkdir(mode=0o700)
            yield folder
        finally:
            remove(folder)


@contextmanager
def made_parents(path: Path) -> Generator[None]:
    """Make the folders above `path`; those that a failure leaves empty go away again.

    Raises:
        InputError: they cannot be made.
    """
    missing = [parent for parent in path.parents if not parent.exists()]
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        with suppress(OSError):  # in use: the block ended well
            for parent in missing:
                parent.rmdir()


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, as far as it can be."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _sweep(path: Path) -> None:
    form = re.compile(rf"\.{re.escape(path.name)}-[0-9a-f]{{8}}\.tmp")
    with suppress(OSError):  # a folder that can be written and not listed
        for left in [p for p in path.parent.iterdir() if form.fullmatch(p.name)]:
            remove(left)


def _user() -> int:
    return os.getuid() if sys.platform != "win32" else 0


def _locked(lock: Path, path: Path) -> tuple[int, bool]:
    """Return a descriptor that holds the lock of the file that is at `lock` now."""
    while True:
        with writing(path):
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o666)
        try:
            has_locks = _lock(descriptor)
        except BlockingIOError as error:
            os.close(descriptor)
            raise InputError(
                f"Another run is writing {path}. Wait for it or choose another --out."
            ) from error
        with suppress(OSError):  # the one who had it may have removed it: then it locks nothing
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor, has_locks
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock an open file without waiting; return whether its file system can.

    Raises:
        BlockingIOError: someone else has it.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        raise BlockingIOError from error
    except OSError:
        return False
    return True
