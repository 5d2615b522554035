"""`emulate setup`: downloads emulators, an ARM64 Python and ARM64 wheels into one folder.

Debian's own apt does it, in a private root that leaves this machine's packages alone and needs no
administrator: it knows the sources, checks the signatures, and goes on where it was interrupted.
pip fetches the wheels in the versions that are installed here.
"""

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from skinseg_mobile.runtime_py.engines.emulated import x86
from skinseg_mobile.runtime_py.engines.emulated.place import (
    CPUS,
    QEMU,
    RECORD,
    Setup,
    command_of,
    cpuinfo,
    environment_of,
    require_ready,
    wanted_wheels,
)
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.runtime_py.storage.atomic import (
    new_folder,
    require_absent,
    to_json,
    write_file,
)
from skinseg_mobile.runtime_py.storage.resumable import is_leftover

DOWNLOAD_MB = 145
DISK_MB = 270
EMULATOR = "qemu-user-static"
PACKAGES = ("python3", "libstdc++6")
GLIBC = ("2_17", "2_27", "2_28", "2_31", "2_34")
_OWN = {RECORD, QEMU, x86.QEMU, "downloads", "root", "site", "cpus"}
IMPORTS = "import numpy, onnxruntime; from ai_edge_litert.interpreter import Interpreter"


def set_up(place: Path) -> Setup:
    """Fill `place`, or what of it is missing, and run every processor once.

    Raises:
        InputError: `place` is a file, or a folder that holds other files.
        NotRunError: not on this machine.
        SkinsegError: a download or a first run failed; the sentence ends with its last words.
    """
    try:
        if x86.is_x86_linux():
            x86.find_emulator(place)
        return require_ready(place)
    except NotRunError:
        _require_debian()
    _require_own(place)
    wheels = wanted_wheels()
    size = f"about {DOWNLOAD_MB} MB to download, {DISK_MB} MB on disk"
    print(f"Debian packages and wheels go into {place}: {size}", file=sys.stderr)
    place.mkdir(parents=True, exist_ok=True)
    packages: dict[str, str] = {}
    steps: list[tuple[str, Callable[[], object]]] = [
        ("downloading Debian packages", lambda: packages.update(_debian_packages(place))),
        ("unpacking the emulators", lambda: _unpack_emulators(place)),
        ("unpacking Python", lambda: _unpack_root(place)),
        ("downloading wheels", lambda: _unpack_wheels(place, wheels)),
        *((f"starting {cpu}", lambda cpu=cpu: _start(place, cpu)) for cpu in CPUS),
        *((f"starting {cpu}", lambda cpu=cpu: _start_x86(place, cpu)) for cpu in x86_cpus()),
    ]
    with bar() as progress:
        task = progress.add_task("emulate setup", total=len(steps), note="")
        for note, step in steps:
            progress.update(task, note=note)
            step()
            progress.advance(task)
    setup = Setup(_python(place), packages, wheels)
    write_file(place / RECORD, to_json(asdict(setup)))
    shutil.rmtree(place / "downloads")
    return setup


def _require_debian() -> None:
    tools = ("apt-get", "dpkg-deb", "dpkg")
    if platform.system() != "Linux" or not all(shutil.which(tool) for tool in tools):
        raise NotRunError(
            f"emulate setup needs Debian with {', '.join(tools)}, and this is"
            f" {platform.platform()}. Run it in a Debian container."
        )
    if find_spec("pip") is None:
        raise NotRunError("This environment has no pip, which emulate setup needs. Install pip.")


def _require_own(place: Path) -> None:
    """Raise InputError where `place` was not made by setup, which removes folders from it."""
    if not place.is_dir():
        return require_absent(place)
    held = {path.name for path in place.iterdir() if not is_leftover(path)}
    begun = (place / QEMU).exists() or (place / "downloads" / "state").is_dir()
    if held and not (begun and held <= _OWN):
        raise InputError(
            f"{place} is not empty, and emulate setup needs a folder of its own. Choose another"
            " --prefix."
        )


def _debian_packages(place: Path) -> dict[str, str]:
    """Download with dependencies; return versions by name, as the files' names give them."""
    host = _run(["dpkg", "--print-architecture"], "Debian").strip()
    apt = _private_apt(place, host)
    _run([*apt, "update"], "Debian packages")
    names = [*PACKAGES, f"{EMULATOR}:{host}"]
    _run([*apt, "install", "--download-only", "--no-install-recommends", *names], "Debian packages")
    split = [path.stem.split("_") for path in _archives(place)]
    return {name: version.replace("%3a", ":") for name, version, _ in split}


def _private_apt(place: Path, host: str) -> list[str]:
    """Return apt-get as the administrator of an empty ARM64 system inside `downloads`."""
    root = place / "downloads"
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    options = {
        "Dir::State": root / "state",
        "Dir::State::status": root / "status",
        "Dir::Cache": root / "cache",
        "APT::Architecture": "arm64",
        "APT::Architectures": f"arm64,{host}",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    settings = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    return ["apt-get", "-qq", "--yes", *settings]


def _archives(place: Path) -> list[Path]:
    return sorted((place / "downloads" / "cache" / "archives").glob("*.deb"))


def _unpack_emulators(place: Path) -> None:
    """Keep the programs of the package that are wanted: static ones."""
    (archive,) = (a for a in _archives(place) if a.name.startswith(f"{EMULATOR}_"))
    files = place / "downloads" / EMULATOR
    _run(["dpkg-deb", "--extract", str(archive), str(files)], archive.name)
    for program in (QEMU, x86.QEMU):
        (files / "usr" / "bin" / program).replace(place / program)
    shutil.rmtree(files)


def _unpack_root(place: Path) -> None:
    """Unpack the ARM64 packages, and give each processor a view of them with its own cpuinfo."""
    shutil.rmtree(place / "root", ignore_errors=True)
    with new_folder(place / "root") as root:
        for archive in _archives(place):
            if not archive.name.startswith(f"{EMULATOR}_"):
                _run(["dpkg-deb", "--extract", str(archive), str(root)], archive.name)
    for name, cpu in CPUS.items():
        home = place / "cpus" / name
        shutil.rmtree(home, ignore_errors=True)
        (home / "proc").mkdir(parents=True)
        (home / "proc" / "cpuinfo").write_text(cpuinfo(cpu))
        for top in (place / "root").iterdir():
            (home / top.name).symlink_to(Path("..", "..", "root", top.name))


def _unpack_wheels(place: Path, wheels: dict[str, str]) -> None:
    """Let pip unpack the wheels of another machine; it checks the index's hashes."""
    shutil.rmtree(place / "site", ignore_errors=True)
    python = _python(place).removeprefix("python")
    tags = [f"manylinux_{glibc}_aarch64" for glibc in GLIBC]
    foreign = [word for tag in tags for word in ("--platform", tag)]
    abi = ["--python-version", python, "--abi", f"cp{python.replace('.', '')}", "--abi", "none"]
    pins = [f"{name}=={version}" for name, version in wheels.items()]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    with new_folder(place / "site") as site:
        command = [sys.executable, "-m", "pip", "install", "--target", str(site), *quiet]
        _run([*command, *foreign, *abi, *pins], "ARM64 wheels")


def _python(place: Path) -> str:
    return (place / "root" / "usr" / "bin" / "python3").readlink().name


def _start(place: Path, cpu: str) -> None:
    """Import every engine: the wrong kernels crash here, not in a parity check."""
    setup = Setup(_python(place), {}, {})
    command = command_of(place, setup, cpu, "-c", IMPORTS)
    _run(command, f"engines on {cpu}", environment=environment_of(place))


def x86_cpus() -> list[str]:
    """Name the x86 processors that this machine can emulate."""
    return list(x86.CPUS) if x86.is_x86_linux() else []


def _start_x86(place: Path, cpu: str) -> None:
    command = x86.command_of(x86.find_emulator(place), cpu, "-c", IMPORTS)
    _run(command, f"engines on {cpu}", environment=x86.environment())


def _run(command: Sequence[str], what: str, environment: dict[str, str] | None = None) -> str:
    """Run a program of others and return what it prints."""
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, env=environment
    )
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
        raise SkinsegError(
            f"{what} failed: {Path(command[0]).name} ended with {done.returncode}"
            f" ({''.join(last).strip() or 'without a word'}). Check the network and try again:"
            " setup goes on where it stopped."
        )
    return done.stdout
