"""Imports a vendor package at the moment it is needed, or says which extra installs it.

Vendors are typed `Any`: most ship no types, and a wrong stub is worse than none.
"""

import importlib
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
        package = f"skinseg-mobile[{extra}]" if extra else "skinseg-mobile"
        raise MissingExtraError(
            f"{module} is needed here and is not installed; run: pip install '{package}'"
        ) from error
