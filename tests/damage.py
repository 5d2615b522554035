"""Ways to damage a file, each a function of the folder it lies in."""

import io
import json
import os
import pickle
import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST, write_seal

Damage = Callable[[Path], object]
DEEP = b"[" * 200_000
"""JSON that no parser gets to the bottom of."""


@dataclass(frozen=True)
class Trap:
    """An object whose pickle writes a file when it is opened."""

    path: Path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def damaged_copies(content: bytes, flips: int = 250) -> Iterator[bytes]:
    """Yield truncated copies, other things altogether, and copies with one bit flipped."""
    for length in (0, 1, 4, 30, len(content) // 2, len(content) - 30, len(content) - 1):
        yield content[:length]
    yield b"not this format"
    yield pickle.dumps({})
    lone = io.BytesIO()
    np.save(lone, np.zeros(3))  # an .npy, where an .npz is wanted
    yield lone.getvalue()
    generator = random.Random(0)
    for _ in range(flips):
        copy = bytearray(content)
        copy[generator.randrange(len(copy))] ^= 1 << generator.randrange(8)
        yield bytes(copy)


def merged(data: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**data, **values}.items() if value is not ...}


def edit(file: str, /, **values: Any) -> Damage:
    """Change fields of a JSON file; `...` drops one. A manifest is sealed anew."""

    def damage(folder: Path) -> None:
        data = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps(merged(data, values)))
        if file == MANIFEST:
            write_seal(folder)

    return damage


def write(name: str, content: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(content)


def flip(name: str) -> Damage:
    def damage(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return damage


def halve(name: str) -> Damage:
    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return damage


def remove(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


KEPT = ".kept"


def fifo(path: Path) -> None:
    os.mkfifo(path)


def to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def to_another(path: Path) -> None:
    """Link to the very file that belongs there."""
    path.symlink_to(path.with_name(f"{path.name}{KEPT}"))


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # its name may have 108 characters
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)
    os.chdir(here)


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))
    except PermissionError:  # only root makes devices
        os.mkfifo(path)


PLACES: tuple[Damage, ...] = (fifo, to_zero, to_itself, to_another, unix_socket, device)
"""Ways to put something that is no file where none is."""


def displace(path: Path, place: Damage) -> None:
    """Move a file aside and put something else in its place."""
    kept = path.with_name(f"{path.name}{KEPT}")
    if path.exists():
        path.rename(kept)
    else:
        kept.write_bytes(bytes(64))
    place(path)
