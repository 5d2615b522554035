"""`plan.toml`: the data and the criteria of the next release, signed before it is judged.

    plan.toml              written by the team
    plan.toml.intoto.json  `dossier plan` writes it: hashes of the file, the data and release N-1

Whoever changes one of the three afterwards needs a new plan.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.artifact.manifest import is_artefact, parse_manifest
from skinseg_mobile.runtime_py.artifact.verify import require_whole
from skinseg_mobile.runtime_py.dossier.criteria import CRITERIA
from skinseg_mobile.runtime_py.dossier.statement import (
    BrokenStatementError,
    PublicKey,
    SigningKey,
    envelope,
    now,
    opened,
    statement,
    subjects_of,
)
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.spec import Bootstrap
from skinseg_mobile.runtime_py.gate.verdict import Bound
from skinseg_mobile.runtime_py.storage.atomic import (
    read_json,
    require_absent,
    sha256,
    to_json,
    write_file,
)
from skinseg_mobile.runtime_py.storage.from_json import rebuild

PLAN_TYPE = "urn:skinseg-mobile:change-plan:v1"
SUFFIX = ".intoto.json"
COMPARATORS: Mapping[Bound, str] = {Bound.AT_LEAST: ">=", Bound.AT_MOST: "<="}


@dataclass(frozen=True)
class PlannedData:
    """The images that both releases are judged on."""

    folder: str
    split: str | None = None


@dataclass(frozen=True)
class ReleaseFacts:
    """What no file can tell; each is "not stated" where the plan leaves it out."""

    system: str | None = None
    """Name of the app or product."""
    version: str | None = None
    """Of the next release."""
    producer: str | None = None
    """Who answers for it."""
    intended_use: str | None = None
    sensitivity: str | None = None
    """What the evaluation data are: "health data, pseudonymised"."""
    data_licence: str | None = None
    """Under which the evaluation data may be used."""
    security_policy: str | None = None
    """Address of the page that says how to report a weakness."""
    advisories: str | None = None
    """Address of known weaknesses."""


@dataclass(frozen=True)
class PlannedGate:
    """On which engines the new files must be judged."""

    engines: tuple[str, ...] = ()
    """Those that must run, slow ones too; all others that this machine has run beside them."""


@dataclass(frozen=True)
class ChangePlan:
    """What plan.toml says."""

    data: PlannedData
    criteria: Mapping[str, float]
    """Limit by name; see `CRITERIA`."""
    gate: PlannedGate = PlannedGate()
    release: ReleaseFacts = ReleaseFacts()
    bootstrap: Bootstrap = field(default_factory=Bootstrap)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.criteria) - set(CRITERIA))
        if unknown:
            known = ", ".join(CRITERIA)
            raise ValueError(f"criteria has the unknown key {unknown[0]}, known are {known}")
        if not self.criteria:
            raise ValueError(f"criteria must set at least one of {', '.join(CRITERIA)}")


@dataclass(frozen=True)
class Promise:
    """What a signed plan fixes, each a SHA-256 or a set of them."""

    plan: str
    data: str
    released: tuple[str, ...]
    """Of the manifests of release N-1, sorted."""
    signed_at: str


def plan_template() -> str:
    """Return the text of a new plan.toml."""
    lines = [
        "# What the next release must show; docs/dossier.md explains every key.",
        "#     skinseg-mobile dossier plan plan.toml --from RELEASED --key team.key",
        "# Paths are relative to this file.",
        "",
        "[data]",
        'folder = "data/valid"  # a dataset that no release was trained on',
        '# split = "valid"',
        "",
        "[criteria]             # release N against N-1; leave out what you do not promise",
        *(f"{c.name} = {c.example:<10g}  # {c.bound}: {c.title}" for c in CRITERIA.values()),
        "",
        "[gate]                 # of each new file against its own checkpoint, on golden images",
        '# engines = ["arm64:cortex-a72"]  # must run; all that this machine has run beside them',
        "",
        "[release]              # what no file can tell; each may be left out",
        '# system = "Skin Diary"',
        '# version = "2.0"',
        '# producer = "Example Ltd"',
        '# intended_use = "outlines one lesion for documentation; no diagnosis"',
        '# sensitivity = "health data, pseudonymised"',
        '# data_licence = "CC0-1.0"',
        '# security_policy = "https://example.com/security"',
        '# advisories = "https://example.com/advisories"',
        "",
        "[bootstrap]            # interval of the mean ΔJaccard",
        *(f"{name} = {value}" for name, value in asdict(Bootstrap()).items()),
        "",
    ]
    return "\n".join(lines)


def read_plan(path: Path) -> ChangePlan:
    """Read a plan.toml; its data folder is taken as relative to the file.

    Raises:
        InputError: missing, no TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} could not be read as TOML ({error}). Write one with `skinseg-mobile dossier"
            " init`."
        ) from error
    try:
        known: dict[str, Any] = json.loads(json.dumps(asdict(Bootstrap())))
        usual = given.get("bootstrap", {})
        given["bootstrap"] = {**known, **usual} if isinstance(usual, dict) else usual
        for table in ("gate", "release"):
            given.setdefault(table, {})
        plan = rebuild(ChangePlan, given)
    except ValueError as error:
        raise InputError(f"{path} breaks a rule: {error}. See docs/dossier.md.") from error
    return plan


def artefacts_in(given: str) -> tuple[Path, ...]:
    """Return the artefacts that an option names: one, a packaged net, or a folder of several.

    Raises:
        InputError: there is none.
    """
    folder = Path(given)
    if folder.is_dir() and not is_artefact(folder):
        below = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
        found = tuple(path for path in below if is_artefact(path))
        if not found:
            raise InputError(
                f"{given} holds no artefact. Name an artefact's folder, or a folder of several."
            )
        return found
    return (find_artefact(given),)


def sign_plan(path: Path, data_sha256: str, released: Sequence[Path], key: SigningKey) -> Path:
    """Write the signed statement of a plan beside it and return its path.

    Raises:
        InputError: the plan is signed already, or breaks a rule.
    """
    plan, out = read_plan(path), statement_path(path)
    require_absent(out)
    for folder in released:
        require_whole(folder)
    predicate = {
        "tool": f"skinseg-mobile {version('skinseg-mobile')}",
        "signedAt": now(),
        "criteria": [
            {
                "metric": name,
                "comparator": COMPARATORS[CRITERIA[name].bound],
                "threshold": str(limit),
            }
            for name, limit in plan.criteria.items()
        ],
        "data": {"digest": {"sha256": data_sha256}, "split": plan.data.split},
        "released": [
            {"name": parse_manifest(folder).label, "digest": {"sha256": sha256(folder / MANIFEST)}}
            for folder in released
        ],
    }
    content = statement({path.name: sha256(path)}, PLAN_TYPE, predicate)
    write_file(out, to_json(envelope(content, key)))
    return out


def statement_path(plan: Path) -> Path:
    """Return where the signed statement of a plan is."""
    return plan.with_name(plan.name + SUFFIX)


def read_promise(path: Path, key: PublicKey) -> Promise:
    """Read the signed statement of a plan.

    Raises:
        InputError: there is none, or `key` did not sign it.
    """
    if not path.exists():
        raise InputError(
            f"{path} does not exist: the plan is not signed. Sign it with `skinseg-mobile dossier"
            " plan` before the release is judged."
        )
    try:
        content = opened(read_json(path), key)
        predicate = content["predicate"]
        (plan,) = subjects_of(content).values()
        released = sorted(item["digest"]["sha256"] for item in predicate["released"])
        data = predicate["data"]["digest"]["sha256"]
        return Promise(plan, data, tuple(released), str(predicate["signedAt"]))
    except (BrokenStatementError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is no signed plan of this key ({error}). Sign the plan with `skinseg-mobile"
            " dossier plan`."
        ) from error


def require_kept(path: Path, promise: Promise, data_sha256: str, released: Sequence[Path]) -> None:
    """Check that plan, data and release N-1 are what was signed.

    Raises:
        InputError: one of them is another.
    """
    if sha256(path) != promise.plan:
        raise InputError(
            f"{path} was changed after it was signed at {promise.signed_at}. Restore it, or sign a"
            " new plan for the next release."
        )
    if data_sha256 != promise.data:
        raise InputError(
            f"The data are {data_sha256[:12]}, and the plan signed at {promise.signed_at} names"
            f" {promise.data[:12]}. Use the data of the plan."
        )
    hashes = {sha256(folder / MANIFEST): folder for folder in released}
    if others := sorted(set(hashes) - set(promise.released)):
        raise InputError(
            f"{hashes[others[0]]} is not the artefact that the signed plan names as released."
            " Name the release of the plan in --from."
        )
    if set(promise.released) - set(hashes):
        raise InputError(
            f"--from holds {len(hashes)} of the {len(promise.released)} artefacts that the signed"
            " plan names as released. Name all of them."
        )
