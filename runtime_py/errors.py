"""Every error a user can meet, and the exit code that goes with it.

    Exception
    └── SkinsegError             exit code 2
        ├── InputError           exit code 2: a file, a folder, a name or an option is wrong
        ├── MissingExtraError    exit code 2: a package is not installed
        └── NotRunError          exit code 3: a check could not run, and that is no failure

A message is one line of plain sentences: what happened, with the value, then what to do:
"runs/a already exists. Choose another output or delete it." A failed check is no error: the command
prints its report and exits with 1. What is none of these is a fault of ours: exit code 70.
"""

import errno
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

_NO_MEMORY = (
    "allocate memory", "allocate buffer", "bad_alloc", "bad allocation", "out of memory",
    "failed to map segment",
)  # fmt: skip
"""What torch, ONNX Runtime and the system's loader say in place of a MemoryError."""

_PATH_IS_WRONG = (
    FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError,
)  # fmt: skip
"""None of these goes away with more disk space."""

_NEAR = 0.7
"""difflib's ratio; tensorrt is 0.67 from tensorflow, and another thing."""


class SkinsegError(Exception):
    """Base of all errors that the command line prints as one line."""

    exit_code = 2


class InputError(SkinsegError):
    """A file, a folder, a name or an option breaks a rule."""


class MissingExtraError(SkinsegError):
    """A vendor package is needed that the base install leaves out."""


class NotRunError(SkinsegError):
    """A check could not run here; that is neither passed nor failed."""

    exit_code = 3


def no_memory(error: BaseException) -> SkinsegError | None:
    """Return the sentence for an error that means that the memory is used up, else None."""
    words = " ".join(str(error).split())[:200]
    if not isinstance(error, MemoryError) and not any(text in words for text in _NO_MEMORY):
        return None
    return SkinsegError(
        f"There is too little memory{f' ({words})' if words else ''}. Use smaller images, lower"
        " --batch, the net's input size or workers of gate.toml, or free memory."
    )


def unwritable(path: Path, error: Exception) -> InputError:
    """Return the one sentence for a file or folder that could not be written."""
    return InputError(f"{path} could not be written ({because(error)}). {remedy(error)} output.")


def remedy(error: BaseException) -> str:
    """Return what helps where a path could not be used, up to the word "another".

    >>> remedy(NotADirectoryError())
    'Choose another'
    >>> remedy(OSError("No space left on device"))
    'Free disk space or choose another'
    >>> remedy(OSError(errno.EROFS, "Read-only file system"))
    'Choose another'
    """
    wrong = isinstance(error, _PATH_IS_WRONG) or getattr(error, "errno", None) == errno.EROFS
    room = "" if wrong else "Free disk space or "
    return f"{room}choose another".capitalize()


def because(error: BaseException) -> str:
    """Return the reason alone: the system's own words, without its number and the path."""
    return getattr(error, "strerror", None) or str(error)


def choices(name: str, known: Iterable[str]) -> str:
    """Return what to choose instead of a name that does not exist.

    >>> choices("tflit", ("onnx", "tflite"))
    'Did you mean tflite? Choose one of onnx, tflite.'
    """
    names = [str(one) for one in known]
    return f"{meant(name, names)}Choose one of {', '.join(names)}."


def meant(name: str, known: Iterable[str]) -> str:
    """Return the question that names the nearest of the known names; nothing if none is near."""
    return "".join(f"Did you mean {one}? " for one in nearest(name, known))


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the nearest of the known names, or none."""
    return get_close_matches(name, list(known), n=1, cutoff=_NEAR)
