"""The seal: hashes by which one changed byte anywhere in an artefact is found.

manifest.json     `files`: the SHA-256 of every other file in the folder, by name
manifest.sha256   those of manifest.json and manifest.sig, as `sha256sum -c` reads them
manifest.sig      optional signature of manifest.json; see `signature`

The names that a manifest lists are compared with those that lie in the folder and are never
opened: no manifest can lead out of its folder. A seal is no signature: who can write the folder
can seal it anew.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256, write_file

MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
SIGNATURE = "manifest.sig"
OWN_BYTES = 4 << 20
"""Most that each of the three holds; a manifest of ours has 8 kB."""
_MOST_FILES, _MOST_DEPTH = 10_000, 32
"""Of a package; ours have four files, three folders deep."""


class ChecksumProblem(StrEnum):
    """What can be wrong with one file."""

    CHANGED = "changed"
    MISSING = "missing"
    UNLISTED = "not listed"
    NO_FILE = "a link or device, not a file"
    UNSIGNED = "not signed"
    ANOTHER_KEY = "not signed with this key"


@dataclass(frozen=True)
class ChecksumFinding:
    """One file that is not what the manifest says."""

    file: str
    problem: ChecksumProblem


def hashes_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a manifest must list, by POSIX name; links are none.

    Raises:
        InputError: a file cannot be read.
    """
    return {name: sha256(folder / name) for name in _names(folder) if _is_plain(folder / name)}


def compare(folder: Path, listed: Mapping[str, str]) -> tuple[ChecksumFinding, ...]:
    """Return what differs between a folder and the hashes that its manifest lists.

    Raises:
        InputError: a file cannot be read.
    """
    found = hashes_of(folder)
    problems = {
        **dict.fromkeys(set(listed) - set(found), ChecksumProblem.MISSING),
        **dict.fromkeys(set(found) - set(listed), ChecksumProblem.UNLISTED),
        **{n: ChecksumProblem.CHANGED for n in set(found) & set(listed) if found[n] != listed[n]},
        **dict.fromkeys(set(_names(folder)) - set(found), ChecksumProblem.NO_FILE),
    }
    return tuple(ChecksumFinding(name, problems[name]) for name in sorted(problems))


def require_plain(path: Path, most_bytes: int) -> int:
    """Return the bytes of an artefact's file, or of all files of a package, before it is opened.

    Raises:
        InputError: missing, a link, a pipe or a device, or larger than `most_bytes`.
    """
    total, ahead = 0, [path]
    while ahead:
        entry = ahead.pop()
        if not os.path.lexists(entry):
            raise InputError(f"{entry} is {ChecksumProblem.MISSING}. Export the artefact again.")
        found = entry.lstat()
        if stat.S_ISDIR(found.st_mode):
            ahead += entry.iterdir()
        elif not stat.S_ISREG(found.st_mode):
            raise InputError(f"{entry} is {ChecksumProblem.NO_FILE}. Export the artefact again.")
        else:
            total += found.st_size
        if len(ahead) > _MOST_FILES or len(entry.relative_to(path).parts) > _MOST_DEPTH:
            raise InputError(f"{path} holds too many files. Export the artefact again.")
    if total > most_bytes:
        raise InputError(
            f"{path} holds {total >> 20} MiB and may hold {most_bytes >> 20} MiB. Export the"
            " artefact again."
        )
    return total


def own_files(folder: Path) -> list[str]:
    """Return the names that no manifest can list: its own, its seal's and its signature's."""
    return [name for name in (MANIFEST, SEAL, SIGNATURE) if _is_plain(folder / name)]


def write_seal(folder: Path) -> None:
    """Write `manifest.sha256`: the last thing that makes an artefact."""
    write_file(folder / SEAL, seal_of(folder, *_signature_in(folder)))


def check_seal(folder: Path) -> ChecksumFinding | None:
    """Return what is wrong with the manifest's own hash, or None.

    Raises:
        InputError: a file cannot be read.
    """
    path = folder / SEAL
    if not os.path.lexists(path):
        return ChecksumFinding(SEAL, ChecksumProblem.MISSING)
    for name in (MANIFEST, SEAL, SIGNATURE):
        if os.path.lexists(folder / name):
            if not _is_plain(folder / name):
                return ChecksumFinding(name, ChecksumProblem.NO_FILE)
            require_plain(folder / name, OWN_BYTES)
    with path.open("rb") as file:
        found = file.read(1024)  # two lines; what is longer is no seal
    signed = _signature_in(folder)
    if found == seal_of(folder, *signed).encode():
        return None
    if signed and found == seal_of(folder).encode():  # a kill came between signature and seal
        return ChecksumFinding(SIGNATURE, ChecksumProblem.UNLISTED)
    return ChecksumFinding(MANIFEST, ChecksumProblem.CHANGED)


def require_seal(folder: Path) -> None:
    """Raise InputError where the manifest's own hash is missing or another."""
    finding = check_seal(folder)
    if finding:
        why = f": {SEAL} has another hash" if finding.problem is ChecksumProblem.CHANGED else ""
        raise InputError(
            f"{folder / finding.file} is {finding.problem}{why}. Export the artefact again."
        )


def seal_of(folder: Path, *signature: Path) -> str:
    """Return what the seal of a folder says; its signature may lie elsewhere still."""
    files = (folder / MANIFEST, *signature)
    return "".join(f"{sha256(path)}  {path.name}\n" for path in files)


def _signature_in(folder: Path) -> list[Path]:
    return [path for path in [folder / SIGNATURE] if path.is_file()]


def _names(folder: Path) -> list[str]:
    """Return the POSIX names of all but folders and the seal's own files; no link is followed."""
    return sorted(
        (Path(top) / name).relative_to(folder).as_posix()
        for top, folders, files in os.walk(folder)
        for name in [*files, *(n for n in folders if (Path(top) / n).is_symlink())]
        if Path(top) != folder or name not in own_files(folder)
    )


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
