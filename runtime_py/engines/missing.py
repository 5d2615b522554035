"""Why this machine cannot run an engine: a sentence, or None where it can; nothing is imported."""

import platform
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

from skinseg_mobile.runtime_py.engines.emulated.place import default_place, require_ready
from skinseg_mobile.runtime_py.engines.emulated.x86 import find_emulator
from skinseg_mobile.runtime_py.errors import NotRunError


def lacks_nothing() -> str | None:
    """Return None: our own code runs everywhere."""
    return None


def lacks_package(module: str, extra: str = "") -> str | None:
    """Ask for a vendor's package."""
    if find_spec(module) is not None:
        return None
    package = f"skinseg-mobile[{extra}]" if extra else "skinseg-mobile"
    return f"{module} is not installed; run: pip install '{package}'"


def lacks_macos() -> str | None:
    """Ask for macOS, then for coremltools."""
    if platform.system() != "Darwin":
        return f"Core ML needs macOS, this is {platform.system()}"
    return lacks_package("coremltools", "coreml")


def lacks_arm64() -> str | None:
    """Ask for what `emulate setup` installs."""
    return _reason(partial(require_ready, default_place()))


def lacks_x86() -> str | None:
    """Ask for an x86-64 Linux, then for the emulator."""
    return _reason(partial(find_emulator, default_place()))


def _reason(ask: Callable[[], object]) -> str | None:
    try:
        ask()
    except NotRunError as error:
        return str(error)
    return None
