"""Sends everything vendors print, to Python's streams and to the process's own, into a log file."""

import logging
import os
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path


@contextmanager
def vendor_noise_to(log: Path) -> Generator[None]:
    """Redirect file descriptors 1 and 2, Python warnings and logging handlers to `log`."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    disabled = logging.root.manager.disable
    with log.open("a", buffering=1, encoding="utf-8") as file:
        try:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            logging.disable(logging.WARNING)
            # a notebook's own streams do not end in the descriptors
            with redirect_stdout(file), redirect_stderr(file), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            logging.disable(disabled)
            sys.stdout.flush()
            sys.stderr.flush()
            for number, kept in zip((1, 2), saved, strict=True):
                os.dup2(kept, number)
                os.close(kept)
