"""Keeps decoders' warnings out, in any number of threads at once."""

import threading
import warnings
from contextlib import ExitStack


class Quiet:
    """Ignores warnings while any thread is inside.

    `warnings.catch_warnings` puts back the filters that it found. Of two threads, the one that
    leaves last would put back those that the other one set.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._ignoring = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._ignoring.enter_context(warnings.catch_warnings(action="ignore"))
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._ignoring.close()


QUIET = Quiet()
"""The process's filters are one, and so is this."""
