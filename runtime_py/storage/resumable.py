"""Runs that go on where they stopped: what began them, and what a kill left.

A resumable run is a folder of parts, each written whole, and an identity: JSON values that must be
the same when the run goes on. A finished part is read back and never made again.
"""

import json
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.alone import remove
from skinseg_mobile.runtime_py.storage.atomic import read_json, require_absent, to_json, write_file

Identity = Mapping[str, Any]


def plain_json(identity: Identity) -> dict[str, Any]:
    """Return an identity as a file gives it back: lists for tuples, words for enums."""
    return json.loads(json.dumps(identity))


def require_same(what: str, folder: Path, begun: Identity, now: Identity) -> None:
    """Compare what began a run with what was asked for now.

    Raises:
        InputError: they differ; the sentence names the first value that does, then and now.
    """
    if changed := first_change(begun, now):
        raise InputError(
            f"{what[:1].upper()}{what[1:]} in {folder} began with another {changed}, so it cannot"
            " go on. Choose another --out, or delete the folder to start again."
        )


def first_change(begun: Identity, now: Identity, within: str = "") -> str | None:
    """Name the first value that differs, as `config.epochs (5, now 4)`."""
    for name in {**begun, **now}:
        old, new = begun.get(name), now.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            if changed := first_change(old, new, f"{within}{name}."):
                return changed
        elif old != new:
            return f"{within}{name} ({reprlib.repr(old)}, now {reprlib.repr(new)})"
    return None


def begin(what: str, record: Path, identity: Identity) -> None:
    """Write a run's identity to `record`, or compare it with the one that is there.

    None stands for what is not known yet: a value may come later, and then stays.

    Raises:
        InputError: the run in its folder began differently, or the folder holds other files.
    """
    folder, now = record.parent, plain_json(identity)
    if record.exists():
        begun = {name: value for name, value in read_json(record).items() if value is not None}
        now |= {name: value for name, value in begun.items() if now.get(name) is None}
        require_same(what, folder, begun, {name: now[name] for name in begun})
    elif not folder.is_dir():
        require_absent(folder)
    elif not all(map(is_leftover, folder.iterdir())):
        raise InputError(
            f"{folder} already holds other files, and {what} needs a folder of its own. Choose"
            " another --out."
        )
    write_file(record, to_json(now))


def sweep(folder: Path) -> None:
    """Remove what a kill left half-written in a folder that is there."""
    for path in filter(is_leftover, list(folder.iterdir())):
        remove(path)


def is_leftover(path: Path) -> bool:
    """Whether a kill left this: a half-written file that never got its own name, or a lock."""
    return path.name.startswith(".") and path.name.endswith((".tmp", ".lock"))
