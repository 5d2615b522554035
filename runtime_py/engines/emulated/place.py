"""The folder that `emulate setup` fills, and whether it is ready.

    DIR/setup.json            what is in it; written last, it makes the folder ready
    DIR/downloads/            Debian packages, until they are unpacked
    DIR/qemu-aarch64-static   the emulator; beside it qemu-x86_64-static
    DIR/root/                 an ARM64 Debian with Python
    DIR/site/                 ARM64 wheels: numpy and the engines
    DIR/cpus/cortex-a53/      links to `root`, and the /proc/cpuinfo of that processor

Both engines read /proc/cpuinfo to choose their kernels and crash where it is this machine's own.
"""

import json
import os
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.storage.atomic import read_json
from skinseg_mobile.runtime_py.storage.from_json import rebuild

VARIABLE = "SKINSEG_ARM64"
RECORD = "setup.json"
QEMU = "qemu-aarch64-static"
QUIET: Mapping[str, str] = types.MappingProxyType(
    {"OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "ORT_DISABLE_TELEMETRY": "1"}
)
"""Environment of an emulated program: one thread, UTF-8, and no report to a vendor."""
WHEELS = ("numpy", "onnxruntime", "ai-edge-litert")
FORMAT = 1
CORES = 2


@dataclass(frozen=True)
class Cpu:
    """How a processor names itself in /proc/cpuinfo (ARM's registers, Linux' flags)."""

    part: str
    variant: str
    revision: int
    features: str


_V8_0 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"
CPUS: Mapping[str, Cpu] = types.MappingProxyType(
    {
        "cortex-a53": Cpu("0xd03", "0x0", 4, _V8_0),
        "cortex-a72": Cpu("0xd08", "0x0", 3, _V8_0),
        "cortex-a76": Cpu(
            "0xd0b", "0x4", 1, f"{_V8_0} atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp"
        ),
    }
)
"""ARMv8.0 of small and older phones; with half precision and dot products, of today's."""


@dataclass(frozen=True)
class Setup:
    """What `setup.json` says."""

    python: str
    packages: dict[str, str]
    """Version of each Debian package, by name."""
    wheels: dict[str, str]
    format: int = FORMAT


def command_of(place: Path, setup: Setup, cpu: str, *arguments: str) -> list[str]:
    """Return the command that runs Python on an emulated `cpu`; `-S` leaves this machine out."""
    home = place / "cpus" / cpu
    emulator = [str(place / QEMU), "-cpu", cpu, "-L", str(home)]
    return [*emulator, f"{home}/usr/bin/{setup.python}", "-B", "-S", *arguments]


def environment_of(place: Path) -> dict[str, str]:
    """Return the whole environment of an emulated program."""
    return {"PYTHONPATH": str(place / "site"), **QUIET}


def default_place() -> Path:
    """Return the folder of this user: $SKINSEG_ARM64, or one in the user's cache.

    Raises:
        NotRunError: neither is known.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError as error:
        raise NotRunError(
            f"The home folder of this user is not known. Set HOME, or {VARIABLE} to a folder."
        ) from error
    return Path(cache) / "skinseg-mobile" / "arm64"


def wanted_wheels() -> dict[str, str]:
    """Return the versions installed here: the same code on both processors is what is compared."""
    found: dict[str, str] = {}
    for name in WHEELS:
        try:
            found[name] = version(name)
        except PackageNotFoundError as error:
            raise NotRunError(
                f"{name} is not installed here, and ARM64 engines run the versions of this"
                f" environment. Run: pip install {name}"
            ) from error
    return found


def require_ready(place: Path) -> Setup:
    """Return what is set up.

    Raises:
        NotRunError: nothing is, or other versions than those installed here.
    """
    if not (place / RECORD).is_file():
        raise NotRunError(f"{place} has no emulator of ARM64. Run: skinseg-mobile emulate setup")
    try:
        setup = rebuild(Setup, read_json(place / RECORD))
    except (ValueError, InputError) as error:
        raise NotRunError(
            f"{RECORD} of {place} cannot be read ({error}). Run: skinseg-mobile emulate setup"
        ) from error
    if setup.wheels != (wanted := wanted_wheels()):
        raise NotRunError(
            f"{place} has the ARM64 wheels {json.dumps(setup.wheels)}, and this environment has"
            f" {json.dumps(wanted)}. Run: skinseg-mobile emulate setup"
        )
    return setup


def lacks_place() -> str | None:
    """Return why this user's folder cannot be used, or None."""
    return reason_of(lambda: require_ready(default_place()))


def reason_of(require: Callable[[], object]) -> str | None:
    """Return the sentence with which `require` says "not run", or None."""
    try:
        require()
    except NotRunError as error:
        return str(error)
    return None


def cpuinfo(cpu: Cpu) -> str:
    """Return what /proc/cpuinfo says on a machine of such cores."""
    core = (
        f"BogoMIPS\t: 100.00\nFeatures\t: {cpu.features}\nCPU implementer\t: 0x41\n"
        f"CPU architecture: 8\nCPU variant\t: {cpu.variant}\nCPU part\t: {cpu.part}\n"
        f"CPU revision\t: {cpu.revision}\n\n"
    )
    return "".join(f"processor\t: {number}\n{core}" for number in range(CORES))
