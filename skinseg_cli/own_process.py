"""What belongs to a process of the command line: its streams, its signals, its temporary folder."""

import io
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TextIO, cast

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import printable
from skinseg_mobile.runtime_py.storage.alone import scratch


@contextmanager
def safe_streams() -> Generator[None]:
    """Let nothing that is printed break the run: no character, no closed pipe, no terminal code."""
    _open_closed()
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(Any, _Output(stream, printable)) for stream in kept)
    try:
        yield
    finally:
        with suppress(OSError):  # told before
            stdout_of_json().flush()
        sys.stdout, sys.stderr = kept


_UNTOUCHED = (signal.SIG_DFL, signal.default_int_handler)
"""Handlers of a process that nobody has told what to ignore."""


class _Output:
    """A text stream; what it cannot encode becomes `\\u0394`.

    A reader that leaves, as `head` does, stops the output and not the run: the exit code stays the
    verdict's.
    """

    def __init__(self, stream: Any, clean: Callable[[str], str], json: Any = None) -> None:
        self.stream = stream
        self.clean = clean
        self.json = json
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    @property
    def rich_proxied_file(self) -> "_Output":
        """What rich writes to: its own codes pass; `tables` and `progress` clean its texts."""
        return _Output(self.stream, str)

    def write(self, text: str) -> int:
        self._try(self.stream.write, self.clean(text))
        return len(text)

    def flush(self) -> None:
        self._try(self.stream.flush)

    def _try(self, work: Callable[..., object], *arguments: str) -> None:
        try:
            work(*arguments)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
            if not isinstance(error, BrokenPipeError):
                raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def leave_stdout_to_json(wanted: bool) -> bool:
    """Send what a command prints to stderr from here on: a user's net may print as it runs."""
    out, error = sys.stdout, sys.stderr
    if wanted and isinstance(out, _Output) and isinstance(error, _Output):
        sys.stdout = cast(Any, _Output(error.stream, printable, json=out))
    return wanted


def stdout_of_json() -> TextIO:
    """Return the stream that JSON goes to."""
    return getattr(sys.stdout, "json", None) or sys.stdout


def _open_closed() -> None:
    """Open what `>&-` closed: the next file would get its number, and what is printed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w"))


@contextmanager
def ended_by_signals() -> Generator[list[int]]:
    """Let SIGTERM and SIGHUP end the process like Ctrl-C: cleaned up, exit code 128 + number.

    Yields the signals that came: an interrupted import or cleanup may go on to raise anything.
    """
    received: list[int] = []

    def end(number: int, frame: object) -> None:
        del frame
        received.append(number)
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    before = {n: signal.getsignal(n) for n in signal.Signals if n.name in names}
    caught = {n: kept for n, kept in before.items() if kept in _UNTOUCHED}
    for number in caught:
        signal.signal(number, end)
    try:
        yield received
    finally:
        for number, kept in caught.items():
            signal.signal(number, kept)


@contextmanager
def own_temporary_folder() -> Generator[None]:
    """Put all temporary files, also those of vendors and workers, into one that goes with the run.

    Where the system's temporary folder cannot be written, the run goes on without.
    """
    with ExitStack() as stack:
        with suppress(InputError, OSError):
            folder = str(stack.enter_context(scratch()))
            kept = tempfile.tempdir, os.environ.get("TMPDIR")
            stack.callback(_set_temporary_folder, *kept)
            _set_temporary_folder(folder, folder)
        yield


def _set_temporary_folder(here: str | None, of_children: str | None) -> None:
    tempfile.tempdir = here
    if of_children is None:
        os.environ.pop("TMPDIR", None)
    else:
        os.environ["TMPDIR"] = of_children
