"""Fetches the official archives of a published set into a folder, as published.

    OUT/ISIC-2017_Training_Data.zip …   the archives, whole
    OUT/downloads.json                  address, bytes, SHA-256, ETag and date of each

A file that is there already is not fetched again: it must have the SHA-256 in downloads.json. The
publisher gives no hashes: SHA-256 here says what came, so that two people can compare.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.runtime_py.progress import Bar, bar
from skinseg_mobile.runtime_py.storage.alone import alone, writing
from skinseg_mobile.runtime_py.storage.atomic import read_json, sha256, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.runtime_py.storage.resumable import sweep
from skinseg_mobile.train.data.fetch import OnBytes, Patience, fetch, keep

RECORD = "downloads.json"
ISIC_2017 = "https://isic-challenge-data.s3.amazonaws.com/2017/"


class Part(StrEnum):
    """The three official parts of ISIC 2017."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


_OFFICIAL = {Part.TRAINING: "Training", Part.VALIDATION: "Validation", Part.TEST: "Test_v2"}
_KINDS = ("Data.zip", "Part1_GroundTruth.zip", "Part3_GroundTruth.csv")


@dataclass(frozen=True)
class Download:
    """A file that is there whole."""

    name: str
    url: str
    bytes: int
    sha256: str
    etag: str
    last_modified: str


def parts_named(names: str) -> tuple[Part, ...]:
    """Return the parts of a comma-separated list.

    Raises:
        InputError: an unknown name, or none.
    """
    wanted = [name.strip() for name in names.split(",")]
    odd = [name for name in wanted if name not in list(Part)]
    if odd:
        raise InputError(f"There is no --part '{odd[0]}'. {choices(odd[0], Part)}")
    return tuple(part for part in Part if part in wanted)


def download_isic2017(
    out: Path,
    parts: Sequence[Part] = tuple(Part),
    *,
    base: str = ISIC_2017,
    patience: Patience | None = None,
) -> list[Download]:
    """Fetch the archives of `parts` into `out`, which may hold some of them, whole or begun.

    Raises:
        InputError: as `fetch`, another process fetches into `out`, or a file of that name is
            there and is not what was fetched.
    """
    names = [f"ISIC-2017_{_OFFICIAL[part]}_{kind}" for part in parts for kind in _KINDS]
    with alone(out), bar(of_bytes=True) as progress:
        with writing(out):
            out.mkdir(exist_ok=True)
        sweep(out)
        found = _read_record(out)
        for name in names:
            if (out / name).exists():
                _require_known(out / name, found)
                continue
            row = progress.add_task(name, total=None, note="")
            shown = partial(_show, progress, row)
            found[name] = _fetch(f"{base}{name}", out / name, shown, patience)
            write_file(out / RECORD, to_json({n: asdict(found[n]) for n in sorted(found)}))
            keep(_part(out / name), out / name)  # last: a kill before it loses nothing
    return [found[name] for name in names]


def _fetch(url: str, target: Path, on_bytes: OnBytes, patience: Patience | None) -> Download:
    """Fetch and hash a file; an archive that is none must not pass for a download."""
    part = _part(target)
    version = fetch(url, part, on_bytes, patience)
    if target.suffix == ".zip" and not zipfile.is_zipfile(part):
        raise InputError(
            f"{url} did not send the archive but something else. Look into {part}, delete it and"
            " start again."
        )
    digest, size = sha256(part), part.stat().st_size
    return Download(target.name, url, size, digest, version.etag, version.last_modified)


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _show(progress: Bar, row: object, have: int, total: int | None) -> None:
    progress.update(row, completed=have, total=total)


def _require_known(path: Path, found: dict[str, Download]) -> None:
    known = found.get(path.name)
    if known is None or known.bytes != path.stat().st_size or known.sha256 != sha256(path):
        raise InputError(
            f"{path} is not the file that {RECORD} describes. Delete it to download it again."
        )


def _read_record(out: Path) -> dict[str, Download]:
    path = out / RECORD
    if not path.exists():
        return {}
    try:
        rows: dict[str, Any] = read_json(path)
        return {name: rebuild(Download, row, name) for name, row in rows.items()}
    except ValueError as error:
        raise InputError(
            f"{path} was changed after it was written ({error}). Delete it and the archives"
            " beside it."
        ) from error
