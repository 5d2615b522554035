"""Two manifests -> what changed between the released file and the next one, topic by topic."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.artifact.manifest import Manifest, parse_manifest
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.checks import default_limits
from skinseg_mobile.runtime_py.storage.atomic import sha256

UNRECORDED = "not recorded"
IN_FLOAT = " in float"


class Topic(StrEnum):
    """What a change is about, in the order of the page."""

    WEIGHTS = "weights"
    DATA = "training data"
    GRAPH = "graph"
    TOOLS = "tools"
    LIMITS = "limits of the gate"
    CONTRACT = "contract"


@dataclass(frozen=True)
class Change:
    """One value that differs."""

    topic: Topic
    what: str
    before: str
    after: str

    @property
    def is_known(self) -> bool:
        """Whether both manifests record the value: what one leaves out need not have changed."""
        return UNRECORDED not in (self.before, self.after)


@dataclass(frozen=True)
class Edition:
    """One artifact of a release, as it was when the run began."""

    folder: Path
    manifest: Manifest
    manifest_sha256: str

    @property
    def label(self) -> str:
        """As tables name it."""
        return self.manifest.label

    @property
    def kind(self) -> str:
        """Target and precision."""
        return f"{self.manifest.target} {self.manifest.precision}"

    @property
    def slug(self) -> str:
        """As file names call it: name, target and precision."""
        text = f"{self.manifest.name}-{self.kind}"
        return re.sub(r"[^A-Za-z0-9._-]", "-", text)


@dataclass(frozen=True)
class Replacement:
    """A file of release N and the file of N-1 that it replaces."""

    before: Edition
    after: Edition

    @property
    def changes(self) -> tuple[Change, ...]:
        """All values that differ, by topic."""
        return changes(self.before.manifest, self.after.manifest)

    @property
    def changed(self) -> tuple[Topic, ...]:
        """Topics of which a value that both manifests record differs."""
        changed = {change.topic for change in self.changes if change.is_known}
        return tuple(topic for topic in Topic if topic in changed)

    @property
    def unknown(self) -> tuple[Topic, ...]:
        """Topics of which all that differs is what one manifest leaves out."""
        differs = {change.topic for change in self.changes} - set(self.changed)
        return tuple(topic for topic in Topic if topic in differs)

    @property
    def unchanged(self) -> tuple[Topic, ...]:
        """Topics of which no value differs."""
        differs = {change.topic for change in self.changes}
        return tuple(topic for topic in Topic if topic not in differs)


def edition(folder: Path) -> Edition:
    """Return an artifact, its manifest read."""
    return Edition(folder, parse_manifest(folder), sha256(folder / MANIFEST))


def replacements(before: Sequence[Path], after: Sequence[Path]) -> tuple[Replacement, ...]:
    """Pair each file of N with the file of N-1 that it replaces.

    That is the one of the same name, target and precision, else the only one of the same target and
    precision, else the only one there is.

    Raises:
        InputError: a file of N has none to be compared with, or several, or two of N are alike.
    """
    old, new = ([edition(folder) for folder in folders] for folders in (before, after))
    for number, item in enumerate(new):
        alike = [other for other in new[:number] if other.slug == item.slug]
        if alike:
            raise InputError(
                f"{alike[0].folder} and {item.folder} are both {item.label}. Name one of them in"
                " --to."
            )
    return tuple(Replacement(_before(item, old), item) for item in new)


def dropped(pairs: Sequence[Replacement], before: Sequence[Path]) -> tuple[str, ...]:
    """Return the labels of the files of N-1 that no file of N replaces."""
    used = {pair.before.folder for pair in pairs}
    return tuple(edition(folder).label for folder in before if folder not in used)


def _before(item: Edition, old: Sequence[Edition]) -> Edition:
    same_kind = [other for other in old if other.kind == item.kind]
    same_net = [other for other in same_kind if other.manifest.name == item.manifest.name]
    candidates = same_net or same_kind or (old if len(old) == 1 else [])
    if not candidates:
        raise InputError(
            f"--from holds no {item.kind} file to compare {item.folder} with. Leave it out of --to"
            " or add its predecessor."
        )
    if len(candidates) > 1:
        raise InputError(
            f"{candidates[0].folder} and {candidates[1].folder} are both {item.kind}, and"
            f" {item.folder} could replace either. Name one of them in --from."
        )
    return candidates[0]


def changes(before: Manifest, after: Manifest) -> tuple[Change, ...]:
    """Return every value that differs, in the order of topics."""
    old, new = _values(before), _values(after)
    _count_zero(old, new, before, after)
    return tuple(
        Change(topic, what, old[topic].get(what, UNRECORDED), new[topic].get(what, UNRECORDED))
        for topic in Topic
        for what in dict.fromkeys((*old[topic], *new[topic]))
        if old[topic].get(what) != new[topic].get(what)
    )


def _count_zero(
    old: Mapping[Topic, dict[str, str]],
    new: Mapping[Topic, dict[str, str]],
    before: Manifest,
    after: Manifest,
) -> None:
    """Count an operation that only one file has as 0 in the other, if that one lists any."""
    for name, suffix in (("operations", ""), ("float_operations", IN_FLOAT)):
        one, other = getattr(before, name), getattr(after, name)
        if one and other:
            for kind in {*one, *other}:
                old[Topic.GRAPH].setdefault(f"{kind}{suffix}", "0")
                new[Topic.GRAPH].setdefault(f"{kind}{suffix}", "0")


def _values(manifest: Manifest) -> dict[Topic, dict[str, str]]:
    """Return what is compared, as text by name."""
    source = manifest.provenance
    facts: dict[Topic, dict[str, Any]] = {
        Topic.WEIGHTS: {
            "model file": manifest.model_sha256,
            "bytes of the model file": manifest.model_bytes,
            "precision": manifest.precision,
            "checkpoint": manifest.checkpoint_sha256,
            "weights of the checkpoint": source.weights_sha256 if source else None,
            "checkpoint that it was made from": source.parent if source else None,
            "parameters": manifest.parameters,
        },
        Topic.DATA: {
            "dataset": source.data if source else None,
            "files of the dataset": source.data_sha256 if source else None,
            "ids trained on": source.train_ids_sha256 if source else None,
            "ids that ranges were measured on": source.calibration_ids_sha256 if source else None,
        },
        Topic.GRAPH: {
            "target": manifest.target,
            "multiply-adds": manifest.multiply_adds,
            **_counted(manifest.operations, ""),
            **_counted(manifest.float_operations, IN_FLOAT),
        },
        Topic.TOOLS: {"toolkit commit": source.commit if source else None, **manifest.versions},
        Topic.LIMITS: dict(default_limits(manifest.precision)),
        Topic.CONTRACT: _contract(manifest),
    }
    return {
        topic: {name: str(value) for name, value in found.items() if value is not None}
        for topic, found in facts.items()
    }


def _contract(manifest: Manifest) -> dict[str, Any]:
    return {
        "task": manifest.task,
        "threshold": manifest.threshold,
        "resize": manifest.resize,
        "colour": manifest.colour,
        "least iOS": manifest.ios,
        "format of the manifest": manifest.format,
        "licence": manifest.licence,
        **_tensor("input", asdict(manifest.input)),
        **_tensor("output", asdict(manifest.output)),
    }


def _counted(operations: Mapping[str, int], suffix: str) -> dict[str, int]:
    return {f"{name}{suffix}": count for name, count in sorted(operations.items())}


def _tensor(name: str, info: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name} {key}": value for key, value in info.items()}
