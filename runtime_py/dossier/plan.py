"""`plan.toml`: the data and the criteria of the next release; `promise` signs it."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.artifact.manifest import is_artefact
from skinseg_mobile.runtime_py.dossier.criteria import CRITERIA, GATE_FAILURES
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.gate.spec import Bootstrap
from skinseg_mobile.runtime_py.storage.from_json import rebuild


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
        if self.gate.engines and GATE_FAILURES not in self.criteria:
            raise ValueError(
                f"gate names engines that must run, so criteria must set {GATE_FAILURES}, such as 0"
            )


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
        *(f"{f'{c.name} = {c.example:g}':<22} # {c.bound}: {c.title}" for c in CRITERIA.values()),
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
            f"{path} could not be read as TOML ({because(error)}). Write one with `skinseg-mobile"
            " dossier init`."
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
