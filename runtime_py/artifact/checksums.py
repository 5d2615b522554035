"""The seal: hashes by which one changed byte anywhere in an artefact is found.

manifest.json     `files`: the SHA-256 of every other file in the folder, by name
manifest.sha256   those of manifest.json and manifest.sig, as `sha256sum -c` reads them
manifest.sig      optional signature of manifest.json; see `signature`

The names that a manifest lists are compared with those that lie in the folder and are never
opened: no manifest can lead out of its folder. A seal is no signature: who can write the folder
can seal it anew.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256, write_file

MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
SIGNATURE = "manifest.sig"


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
    if not path.is_file():
        return ChecksumFinding(SEAL, ChecksumProblem.MISSING)
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
