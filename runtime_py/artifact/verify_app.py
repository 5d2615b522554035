"""Is the model in the app the validated one? Hashes inside an .apk, .aab, .ipa, .apks or .xapk.

TFLite, ONNX       the very file, under any name, stored or compressed
.mlpackage         every file of the package
.aimodel           every file of the asset
.mlmodelc          Xcode compiles the graph, so its weight file alone can be compared; says so
beside the model   manifest.json, golden.npz and the seal, where the app carries them

An app may hold other models too, and no archive tells which one its code loads. All are listed,
whatever their names; see `model_kinds`.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skinseg_mobile.runtime_py.artifact.app_archive import AppArchive, Member
from skinseg_mobile.runtime_py.artifact.checksums import own_files
from skinseg_mobile.runtime_py.artifact.manifest import Manifest, is_artefact, parse_manifest
from skinseg_mobile.runtime_py.artifact.model_kinds import kind_of
from skinseg_mobile.runtime_py.errors import NotRunError, SkinsegError
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.runtime_py.targets import TARGETS

SUFFIXES = (
    *(suffix for target in TARGETS.values() for suffix in target.suffixes),
    ".pt", ".ptl", ".gguf", ".safetensors", "/data.pkl",
)  # fmt: skip
"""By which models are known whose first bytes are not."""
_WHOLE = {".mlpackage/": "Core ML", ".aimodel/": "Core AI"}
"""Folders that apps carry as they were exported."""
_PACKAGES = {**_WHOLE, ".mlmodelc/": "Core ML"}
"""All folders that hold a model, and its kind."""
GRAPH = "the compiled graph: only its weights are in both the app and the artefact"
OTHERS = "which of the app's models its code loads"


@dataclass(frozen=True)
class FoundModel:
    """A model file in an app; `known` names the artefact that it comes from."""

    member: str
    bytes: int
    sha256: str
    known: str | None
    kind: str | None
    """By its first bytes; None where only its name or size is that of a model."""


@dataclass(frozen=True)
class AppVerified:
    """What was found; see `is_same`."""

    app: str
    against: str
    model_sha256: str
    models: tuple[FoundModel, ...]
    """Those of the artefact and all others, the artefact's first."""
    same: tuple[str, ...]
    """Files of the artefact that the app carries unchanged."""
    differing: tuple[str, ...]
    """Members that lie where a file of the artefact belongs and are another, or are missing."""
    not_compared: tuple[str, ...]
    """What no archive can tell."""
    others: tuple[str, ...]
    """Models that are not the artefact's, and archives that could not be read."""

    @property
    def is_same(self) -> bool:
        """Whether the app holds the artefact's model, and nothing of it was changed."""
        return bool(self.same) and not self.differing

    @property
    def is_alone(self) -> bool:
        """Whether the app holds the artefact's model and no other."""
        return self.is_same and not self.others

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if self.is_same:
            return f"{self.app} holds the model of {self.against}"
        if self.differing:
            return f"{self.app} holds {self.against} with other files: {', '.join(self.differing)}"
        held = ", ".join(f"{m.member} ({m.known or m.sha256[:12]})" for m in self.models)
        return (
            f"{self.app} does not hold the model of {self.against}; it holds"
            f" {held or 'no model file'}"
        )


def verify_app(app: Path, folder: Path) -> AppVerified:
    """Look for the model of the whole artefact `folder` in a built app.

    Raises:
        InputError: `app` is no readable app, or `folder` is no artefact.
        NotRunError: a Core ML package without a weight file.
    """
    manifest = parse_manifest(folder)
    wanted = _mark_of(folder, manifest)
    known = {**_siblings(folder), wanted.sha256: wanted.label}
    with AppArchive(app) as archive:
        models = [_describe(archive, *found, known) for found in _models_in(archive, wanted)]
        matching = tuple(model for model in models if model.sha256 == wanted.sha256)
        beside = [_compare_beside(archive, folder, manifest, wanted, m) for m in matching]
        unread = archive.unread
    others = tuple(model for model in models if model not in matching)
    is_package = bool(TARGETS[manifest.target].weights)
    compiled = is_package and not all(_package_of(m.member) for m in matching)
    return AppVerified(
        app=app.name,
        against=wanted.label,
        model_sha256=manifest.model_sha256,
        models=(*matching, *others),
        same=tuple(sorted({name for same, _ in beside for name in same})),
        differing=tuple(name for _, differing in beside for name in differing),
        not_compared=(
            *([GRAPH] if compiled else []),
            *([OTHERS] if others and matching else []),
            *(f"the archive {name} ({why})" for name, why in unread.items()),
        ),
        others=(*(model.member for model in others), *unread),
    )


@dataclass(frozen=True)
class _Mark:
    """The one file by which a model is known: its own, or a package's weights."""

    name: str
    label: str
    sha256: str
    bytes: int


def _mark_of(folder: Path, manifest: Manifest) -> _Mark:
    name, weights = manifest.model_file, TARGETS[manifest.target].weights
    if weights:
        name = f"{name}/{weights}"
    if name not in manifest.files or not (folder / name).is_file():
        raise NotRunError(
            f"{folder} has no {name}, so no model could be compared. Export the artefact again."
        )
    return _Mark(name, manifest.label, manifest.files[name], (folder / name).stat().st_size)


def _siblings(folder: Path) -> dict[str, str]:
    """Return the labels of the artefacts beside this one, by their marks."""
    marks: list[_Mark] = []
    for path in sorted(folder.resolve().parent.iterdir()):
        if is_artefact(path):
            with suppress(SkinsegError):  # a broken neighbour only loses its name
                marks.append(_mark_of(path, parse_manifest(path)))
    return {mark.sha256: mark.label for mark in marks}


def _models_in(archive: AppArchive, wanted: _Mark) -> list[tuple[Member, str | None]]:
    """Return what begins or is named like a model, or is as large as the wanted file; its kind.

    A model's folder in which no file is a model by itself is known by its first file.
    """
    members = archive.members
    kinds = {member: kind_of(archive.head(member), member.bytes) for member in members}
    found = [
        member
        for member in members
        if kinds[member] or member.bytes == wanted.bytes or member.name.lower().endswith(SUFFIXES)
    ]
    known = {_folder_of(member.name) for member in found}
    rest: dict[str, Member] = {}
    for member in members:
        folder = _folder_of(member.name)
        if folder and folder not in known:
            rest.setdefault(folder, member)
    return [(m, kinds[m] or _kind_of_folder(m.name)) for m in (*found, *rest.values())]


def _describe(
    archive: AppArchive, member: Member, kind: str | None, known: Mapping[str, str]
) -> FoundModel:
    digest = archive.sha256(member)
    return FoundModel(member.name, member.bytes, digest, known.get(digest), kind)


def _compare_beside(
    archive: AppArchive, folder: Path, manifest: Manifest, mark: _Mark, model: FoundModel
) -> tuple[list[str], list[str]]:
    """Return which files of the artefact lie beside its model unchanged, and which changed.

    Of a package all files must be there; the others need not travel with an app.
    """
    package = _package_of(model.member)
    listed = {**manifest.files, **{name: sha256(folder / name) for name in own_files(folder)}}
    inside = f"{manifest.model_file}/"
    places = {
        name: f"{package}/{name.removeprefix(inside)}"
        if package and name.startswith(inside)
        else f"{_home_of(model.member)}{name}"
        for name in listed
    } | {mark.name: model.member}
    members = {member.name: member for member in archive.members}
    same = [n for n, at in places.items() if at in members]
    changed = [n for n in same if archive.sha256(members[places[n]]) != listed[n]]
    missing = [n for n in listed if package and n.startswith(inside) and places[n] not in members]
    return [n for n in same if n not in changed], [places[n] for n in (*changed, *missing)]


def _package_of(member: str) -> str | None:
    """Return the folder that a member lies in, if apps carry such folders whole."""
    return _outermost(member, tuple(_WHOLE))


def _folder_of(member: str) -> str | None:
    """Return the model's folder that a member lies in, whole or compiled, or None."""
    return _outermost(member, tuple(_PACKAGES))


def _outermost(member: str, parts: tuple[str, ...]) -> str | None:
    ends = [member.find(part) + len(part) - 1 for part in parts if part in member]
    return member[: min(ends)] if ends else None


def _kind_of_folder(member: str) -> str | None:
    folder = _folder_of(member) or ""
    return next((kind for part, kind in _PACKAGES.items() if f"{folder}/".endswith(part)), None)


def _home_of(member: str) -> str:
    """Return the folder that holds a model, with its slash: where its manifest would lie."""
    place = PurePosixPath(_folder_of(member) or member).parent
    return "" if str(place) == "." else f"{place}/"
