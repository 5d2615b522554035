"""Which file lies at which address.

    /                         the built web app
    /artefacts/0/             an artefact's folder
    /artefacts/0/golden/      its golden images as PNG files
    /artefacts/0/golden.json  their ids
    /artefacts.json           what is served: base, name, target, precision

No address leads out of these folders: links are resolved before they are opened.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.targets import TARGETS

APP = Path(__file__).parent / "app"


@dataclass(frozen=True)
class Served:
    """An artefact, and the folder of its golden images where they are served, too."""

    folder: Path
    manifest: Manifest
    golden: Path | None = None


@dataclass(frozen=True)
class Site:
    """Folders and texts by address; an address begins without a slash, a folder's ends in one."""

    folders: Mapping[str, Path]
    texts: Mapping[str, str]

    def find(self, url: str) -> tuple[str, bytes] | None:
        """Return the name and content of what lies at `url`, or None."""
        address = unquote(urlsplit(url).path).removeprefix("/")
        if text := self.texts.get(address):
            return address, text.encode()
        base = max((f for f in self.folders if address.startswith(f)), key=len)
        root = self.folders[base].resolve()
        try:
            path = (root / (address.removeprefix(base) or "index.html")).resolve()
            return (path.name, path.read_bytes()) if path.is_relative_to(root) else None
        except (OSError, ValueError):  # no such file, a folder, or a name that no file can have
            return None


def site_of(served: Sequence[Served]) -> Site:
    """Return the app and its artefacts.

    Raises:
        InputError: an artefact that no browser runs.
        NotRunError: the app is not built.
    """
    if reason := lacks_app():
        raise NotRunError(reason)
    folders = {"": APP}
    texts = {
        "artefacts.json": json.dumps([_entry(n, one.manifest) for n, one in enumerate(served)])
    }
    for number, one in enumerate(served):
        base = _base(number)
        folders[base] = one.folder
        if one.golden:
            folders[f"{base}golden/"] = one.golden
            texts[f"{base}golden.json"] = json.dumps(sorted(p.stem for p in one.golden.iterdir()))
    return Site(folders, texts)


def lacks_app() -> str | None:
    """Return what to do where the web app is not built, or None."""
    if (APP / "index.html").is_file():
        return None
    return "the web app is not built; run: make web"


def _base(number: int) -> str:
    return f"artefacts/{number}/"


def _entry(number: int, manifest: Manifest) -> dict[str, str]:
    if not TARGETS[manifest.target].browsers:
        runs = [target.name for target in TARGETS.values() if target.browsers]
        raise InputError(
            f"a browser runs {' and '.join(runs)} artefacts, {manifest.label} is none; name another"
        )
    return {
        "base": _base(number),
        "name": manifest.name,
        "target": manifest.target,
        "precision": manifest.precision,
    }
