"""x86 processors without the 8-bit instructions of new ones, as of older laptops and CI machines.

They run the Python and the packages of this machine, which must be an x86-64 Linux itself.
"""

import os
import platform
import shutil
import sys
import types
from collections.abc import Mapping
from pathlib import Path

from skinseg_mobile.runtime_py.engines.emulated.place import QUIET, default_place, reason_of
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.vendors import place_of

QEMU = "qemu-x86_64-static"
MODULES = ("numpy", "onnxruntime", "ai_edge_litert")
CPUS: Mapping[str, str] = types.MappingProxyType(
    {"haswell": "Haswell", "skylake-client": "Skylake-Client", "sandybridge": "SandyBridge"}
)
"""Name for qemu by name of ours: AVX2 without VNNI, twice; AVX alone."""


def is_x86_linux() -> bool:
    """Whether this machine's Python can run on an emulated x86 processor."""
    return platform.system() == "Linux" and platform.machine() == "x86_64"


def find_emulator(place: Path) -> Path:
    """Return the emulator that `emulate setup` put into `place`, or the system's own.

    Raises:
        NotRunError: there is none, or this machine is no x86-64 Linux.
    """
    if not is_x86_linux():
        raise NotRunError(
            f"This is {platform.system()} on {platform.machine()}. x86 engines run the machine's"
            " own Python, so they need an x86-64 Linux."
        )
    if found := shutil.which(place / QEMU) or shutil.which(QEMU):
        return Path(found)
    raise NotRunError(
        f"{place} has no {QEMU}, which x86 engines need. Run: skinseg-mobile emulate setup"
    )


def lacks_emulator() -> str | None:
    """Say why this machine cannot emulate x86 processors, in one sentence; None where it can."""
    return reason_of(lambda: find_emulator(default_place()))


def command_of(emulator: Path, cpu: str, *arguments: str) -> list[str]:
    """Return the command that runs this Python on an emulated `cpu`."""
    python = os.path.realpath(sys.executable)
    return [str(emulator), "-cpu", CPUS[cpu], python, "-B", "-S", *arguments]


def environment() -> dict[str, str]:
    """Return the whole environment of an emulated program: the folders of what it imports."""
    places = [place_of(name) for name in MODULES]
    folders = dict.fromkeys(str(place.parent) for place in places if place)
    return {
        "PYTHONPATH": os.pathsep.join(folders),
        **QUIET,
    }
