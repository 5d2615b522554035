"""Links, pipes, devices and bombs in place of an artefact's files: one sentence, at once.

Each runs in a process of its own with a limit of memory and time; hashes are right again where
they can be.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, SEAL, SIGNATURE, write_seal
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from tests.damage import PLACES, Damage, displace, fifo
from tests.dark import MODEL, hash_anew
from tests.sealed import as_package

SECONDS, BYTES = 20, 1 << 30
COMMANDS = ("parity", "gate")


def limited(*arguments: object, cwd: Path) -> tuple[int, str, int]:
    """Run the command line; return its exit code, stderr, and peak of memory in bytes."""
    code = (
        "import resource, skinseg_cli\n"
        "from skinseg_mobile.runtime_py.bench.memory import peak_bytes\n"
        f"resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))\n"
        "try:\n    skinseg_cli.main()\n"
        "finally:\n    print('peak', peak_bytes())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS * 3,  # other tests share the processors
    )
    peak = int(done.stdout.rpartition("peak ")[2] or 0)
    return done.returncode, done.stderr, peak


def require_refused(folder: Path, *words: str, commands: tuple[str, ...] = COMMANDS) -> None:
    root = folder.parent
    (root / "gate.toml").write_text(f'[run]\nartefacts = ["{folder.name}"]\nengines = ["auto"]\n')
    for command in commands:
        path = "gate.toml" if command == "gate" else folder.name
        code, said, peak = limited(command, path, cwd=root)
        assert code == 2, (command, said)
        assert said.startswith("Error: ")
        assert said.count("\n") == 1
        assert any(word in said for word in words), (command, said)
        assert peak < BYTES


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", [MANIFEST, SEAL, SIGNATURE, MODEL, GOLDEN])
def test_what_is_no_file_is_never_opened(dark: Path, name: str, place: Damage) -> None:
    displace(dark / name, place)
    require_refused(dark, f"{name} is a link or device, not a file", commands=("parity",))


@pytest.mark.slow
@pytest.mark.parametrize("name", [MANIFEST, SEAL, SIGNATURE, MODEL, GOLDEN])
def test_the_gate_and_verify_do_not_open_it_either(dark: Path, name: str) -> None:
    displace(dark / name, fifo)
    require_refused(dark, f"{name} is a link or device, not a file", commands=("gate",))
    assert limited("verify", dark.name, cwd=dark.parent)[0] == 1  # it lists what differs


def test_a_link_inside_a_package(dark: Path) -> None:
    package = as_package(dark) / "model.mlpackage"
    (package / "more").symlink_to("/")
    require_refused(dark, "more is a link or device", commands=("parity",))


def npz(path: Path, member: str, content: Callable[[zipfile.ZipFile], None]) -> None:
    """Write the golden file anew, with one member of another content."""
    with np.load(path) as old:
        arrays = {name: old[name] for name in old if f"{name}.npy" != member}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        content(archive)
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, array)


def unpacks_to_gigabytes(archive: zipfile.ZipFile) -> None:
    shape = (1800, 1000, 1000)
    with archive.open("images.npy", "w", force_zip64=True) as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (*shape[:2], 1000)}
        np.lib.format.write_array_header_1_0(file, header)
        for _ in range(1800):
            file.write(bytes(1_000_000))


def claims_gigabytes(archive: zipfile.ZipFile) -> None:
    with archive.open("images.npy", "w") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (4, 40_000, 40_000, 3)}
        np.lib.format.write_array_header_1_0(file, header)


def many_images(path: Path) -> None:
    count = 100_000
    np.savez_compressed(
        path,
        ids=np.array([str(number) for number in range(count)]),
        images=np.zeros((count, 1, 1, 3), np.uint8),
        truths=np.ones((count, 1, 1), np.bool_),
        probabilities=np.zeros((count, 2, 2), np.float32),
    )


def many_members(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(30_000):
            archive.writestr(f"{number}.npy", b"")


BOMBS: dict[str, Callable[[Path], None]] = {
    "unpacks to 1.8 GB": lambda path: npz(path, "images.npy", unpacks_to_gigabytes),
    "claims 19 GB": lambda path: npz(path, "images.npy", claims_gigabytes),
    "100,000 images": many_images,
    "30,000 members": many_members,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOMBS)
def test_golden_files_that_would_fill_the_memory(dark: Path, kind: str) -> None:
    BOMBS[kind](dark / GOLDEN)
    hash_anew(dark)
    assert (dark / GOLDEN).stat().st_size < 20 << 20
    require_refused(dark, "golden.npz is damaged", "does not hold one")


def deep(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b"[" * 3_000_000)


def huge(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "versions": {"a": "x" * 10**8}}))


def sparse(name: str) -> Callable[[Path], None]:
    return lambda folder: os.truncate(folder / name, 1 << 40)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [deep, huge, sparse(MANIFEST)])
def test_manifests_that_no_parser_should_see(dark: Path, damage: Damage) -> None:
    damage(dark)
    if (dark / MANIFEST).stat().st_size < 1 << 30:
        write_seal(dark)
    require_refused(dark, "could not be read as JSON", "manifest.json holds")


@pytest.mark.slow
@pytest.mark.parametrize("name", [MODEL, GOLDEN])
def test_files_that_would_take_an_hour_to_hash(dark: Path, name: str) -> None:
    sparse(name)(dark)
    require_refused(dark, f"{name} holds 1048576 MiB")


@pytest.mark.slow
def test_a_package_of_very_many_folders(dark: Path) -> None:
    package = as_package(dark) / "model.mlpackage"
    (package / "/".join(["a"] * 900)).mkdir(parents=True)
    require_refused(dark, "holds too many files", commands=("parity",))
    shutil.rmtree(package / "a")
