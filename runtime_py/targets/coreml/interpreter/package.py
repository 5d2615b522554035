"""Opens a saved `.mlpackage`: which files of the folder are the model and its weights.

model.mlpackage/
    Manifest.json                                  item id -> path below Data/
    Data/com.apple.CoreML/model.mlmodel            protobuf `Model`
    Data/com.apple.CoreML/weights/weight.bin       to the model: @model_path/weights/weight.bin

No path out of the manifest or the model ever leaves the package, through `..`, a root or a link.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, cast

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.weights import WeightFile

_AT_MODEL = "@model_path/"


@dataclass
class Package:
    """The files of one package."""

    root: Path
    model: Path
    """The protobuf."""
    blobs: dict[str, WeightFile] = field(default_factory=dict[str, WeightFile])
    """Weight files by the name that the model gives them, opened at first use."""

    def blob(self, name: str) -> WeightFile:
        """Return the weight file that the model calls `name`.

        Raises:
            InputError: missing, damaged, or outside the package.
        """
        if name not in self.blobs:
            if not name.startswith(_AT_MODEL):
                raise InputError(
                    f"a weight file must be named {_AT_MODEL}…, the model names '{name}'"
                )
            inside = self.model.parent.relative_to(self.root) / name.removeprefix(_AT_MODEL)
            self.blobs[name] = WeightFile(_contained(self.root, inside.as_posix(), "weight file"))
        return self.blobs[name]


def open_package(path: Path) -> Package:
    """Return the package in the folder `path`.

    Raises:
        InputError: not a package, or its manifest is damaged or names files that are not there.
    """
    listing = path / "Manifest.json"
    if not listing.is_file():
        raise InputError(
            f"an .mlpackage must be a folder with a Manifest.json, {path} is not; name the folder"
        )
    manifest = _read_manifest(listing)
    items = manifest.get("itemInfoEntries")
    root = manifest.get("rootModelIdentifier")
    item = cast(dict[str, Any], items).get(str(root)) if isinstance(items, dict) else None
    name = cast(dict[str, Any], item).get("path") if isinstance(item, dict) else None
    if not isinstance(name, str):
        raise InputError(f"a package must name its model in {listing}, this one does not")
    return Package(path, _contained(path, f"Data/{name}", "model"))


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        found: object = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"a manifest must be JSON, {path} is not ({error}); copy it again"
        ) from error
    if not isinstance(found, dict):
        raise InputError(f"a manifest must be a JSON object, {path} is not; copy it again")
    return cast(dict[str, Any], found)


def _contained(root: Path, name: str, what: str) -> Path:
    """Return the file `name` (posix, relative) below `root`."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
        raise InputError(f"the {what} must lie inside the package, '{name}' leaves it")
    path = root / parts
    if not path.is_file():
        raise InputError(f"the {what} must be in the package, {path} is missing; copy it again")
    if not path.resolve().is_relative_to(root.resolve()):
        raise InputError(f"the {what} must lie inside the package, '{name}' is a link out of it")
    return path
