"""Which file lies at which address.

    /                         the built web app
    /artefacts/0/             an artefact's folder
    /artefacts/0/golden/      its golden images as PNG files
    /artefacts/0/golden.json  their ids
    /artefacts.json           what is served: base, name, target, precision

No address leads out of these folders: links are resolved before they are opened. Of an artefact
that was checked, those files are served that its check saw, as it saw them.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from skinseg_mobile.runtime_py.artifact.checksums import own_files
from skinseg_mobile.runtime_py.artifact.manifest import Manifest, parse_manifest, read_manifest
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.targets import TARGETS

APP = Path(__file__).parent / "app"


Stamp = tuple[int, ...]
"""Place, size and times of a file: another one means that it was written or replaced since."""


@dataclass(frozen=True)
class Served:
    """An artefact, and the folder of its golden images where they are served, too."""

    folder: Path
    manifest: Manifest
    golden: Path | None = None
    checked: Mapping[Path, Stamp] | None = None
    """Its files as they were when they were checked; None leaves the check to the app."""


def checked_artefact(folder: Path, golden: Path) -> Served:
    """Check an artefact that is to be served, and note its files before that.

    Raises:
        InputError: it is damaged.
    """
    root = folder.resolve()
    paths = [root / name for name in (*parse_manifest(root).files, *own_files(root))]
    stamps = {path: _stamp(path.stat()) for path in paths if path.is_file()}
    return Served(folder, read_manifest(folder), golden, stamps)


@dataclass(frozen=True)
class Opened:
    """What lies at an address: a name, its content, its size in bytes."""

    name: str
    content: BinaryIO
    size: int
    stamp: Stamp | None

    @property
    def is_same(self) -> bool:
        """Whether the file is still as it was when it was opened."""
        return self.stamp is None or self.stamp == _stamp(os.fstat(self.content.fileno()))


@dataclass(frozen=True)
class Site:
    """Folders and texts by address; an address begins without a slash, a folder's ends in one."""

    folders: Mapping[str, Path]
    texts: Mapping[str, str]
    checked: Mapping[str, Mapping[Path, Stamp]]
    """For the folders of checked artefacts: their files then. No other is served."""

    def open(self, url: str) -> Opened | None:
        """Return what lies at `url`, or None; its content is the caller's to close."""
        try:
            address = unquote(urlsplit(url).path).removeprefix("/")
        except ValueError:  # no address at all
            return None
        if text := self.texts.get(address):
            content = text.encode()
            return Opened(address, BytesIO(content), len(content), None)
        base = max((f for f in self.folders if address.startswith(f)), key=len)
        root = self.folders[base].resolve()
        try:
            path = (root / (address.removeprefix(base) or "index.html")).resolve()
            if not (path.is_relative_to(root) and path.is_file()):
                return None
            content = path.open("rb")
        except (OSError, ValueError):  # no such file, or a name that no file can have
            return None
        stamp = _stamp(os.fstat(content.fileno()))
        if base in self.checked and self.checked[base].get(path) != stamp:
            content.close()
            return None
        return Opened(path.name, content, stamp[2], stamp)


def _stamp(found: os.stat_result) -> Stamp:
    return (
        found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns,
    )  # fmt: skip


def site_of(served: Sequence[Served]) -> Site:
    """Return the app and its artefacts, as they are now.

    Raises:
        InputError: an artefact that no browser runs.
        NotRunError: the app is not built.
    """
    if reason := lacks_app():
        raise NotRunError(reason)
    folders, checked = {"": APP}, dict[str, Mapping[Path, Stamp]]()
    texts = {
        "artefacts.json": json.dumps([_entry(n, one.manifest) for n, one in enumerate(served)])
    }
    for number, one in enumerate(served):
        base = _base(number)
        folders[base] = one.folder
        if one.checked is not None:
            checked[base] = one.checked
        if one.golden:
            folders[f"{base}golden/"] = one.golden
            texts[f"{base}golden.json"] = json.dumps(sorted(p.stem for p in one.golden.iterdir()))
    return Site(folders, texts, checked)


def lacks_app() -> str | None:
    """Return what to do where the web app is not built, or None."""
    if (APP / "index.html").is_file():
        return None
    return "the web app is not built; run: make web"


def _base(number: int) -> str:
    return f"artefacts/{number}/"


def require_browser(manifest: Manifest) -> None:
    """Raise InputError where no browser runs the artefact's target."""
    if not TARGETS[manifest.target].browsers:
        runs = [target.name for target in TARGETS.values() if target.browsers]
        raise InputError(
            f"No browser runs {manifest.label}. Name an artefact of {' or '.join(runs)}."
        )


def _entry(number: int, manifest: Manifest) -> dict[str, str]:
    require_browser(manifest)
    return {
        "base": _base(number),
        "name": manifest.name,
        "target": manifest.target,
        "precision": manifest.precision,
    }
