"""Imports vendor packages where they are needed, and keeps what they print out of the terminal.

Vendors are typed `Any`: most ship no types, and a wrong stub is worse than none.
"""

import importlib
import logging
import os
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.errors import MissingExtraError


def vendor(module: str, extra: str) -> Any:
    """Return the imported `module`.

    Raises:
        MissingExtraError: it is not installed; the sentence names the extra.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtraError(
            f"{module} is needed here and is not installed; {_command(extra)}"
        ) from error


def not_installed(module: str, extra: str) -> str | None:
    """Say that a vendor's package is not installed; None where it is. It is not imported."""
    name = module.partition(".")[0]
    return None if find_spec(name) else f"{name} is not installed; {_command(extra)}"


def place_of(package: str) -> Path | None:
    """Return an installed package's folder, None where it is not installed. It is not imported."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def package_of(extra: str) -> str:
    """Return what pip must install for one of our extras, or for the base."""
    return f"skinseg-mobile[{extra}]" if extra else "skinseg-mobile"


def _command(extra: str) -> str:
    return f"run: pip install '{package_of(extra)}'"


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
