"""`gate.toml` -> `GateConfig`: what a team commits beside its app, every key known by name.

Limits that the file leaves out are those of `gate.checks`; budgets that it leaves out are not
checked. Paths are relative to the file. Limits go by the file's precision; where the engine's class
has a looser one, that holds.
"""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from skinseg_mobile.runtime_py.artifact.packaged import packaged_names
from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.gate.checks import (
    BUDGETS,
    CHECKS,
    LIMITS,
    default_limits,
    engine_limits,
)
from skinseg_mobile.runtime_py.gate.spec import AnyCheck, Bootstrap, ToleranceLimit
from skinseg_mobile.runtime_py.storage.from_json import rebuild

T = TypeVar("T")


@dataclass(frozen=True)
class Budgets:
    """What a release may cost."""

    limits: Mapping[str, float] = field(default_factory=dict[str, float])
    """By the keys of `[budgets]`; a key that is absent is no budget, and then no check."""
    baseline: str | None = None
    """Artefact whose latency counts as 1; `latency_ratio` is over that of the same run."""

    def __post_init__(self) -> None:
        if ("latency_ratio" in self.limits) != (self.baseline is not None):
            raise ValueError("latency_ratio and baseline go together")


@dataclass(frozen=True)
class RunConfig:
    """What `skinseg-mobile gate` runs."""

    artefacts: tuple[str, ...] = ("artefacts/*",)
    """Folders, patterns of folders, or packaged names."""
    engines: tuple[str, ...] = ("all",)
    """Each artefact runs on every one of these that fits its format; those named must run."""
    data: str | None = None
    """Dataset; without one the golden images inside each artefact are used."""
    split: str | None = None
    reference: str | None = None
    """With `data`: checkpoint, artefact or saved predictions."""
    workers: int = 0
    """Processes; 0 is one a core."""

    def __post_init__(self) -> None:
        if not self.artefacts or not self.engines:
            raise ValueError("run must name artefacts and engines")
        if self.workers < 0:
            raise ValueError(f"workers must be 0 or more, got {self.workers}")
        for name in ("data", "split", "reference"):
            if getattr(self, name) == "":
                raise ValueError(f"run.{name} must not be empty, leave it out")


@dataclass(frozen=True)
class GateConfig:
    """Limits by precision, by engine class and key, budgets, bootstrap, and what runs."""

    limits: Mapping[Precision, Mapping[str, float]] = field(
        default_factory=lambda: {p: default_limits(p) for p in Precision}
    )
    engines: Mapping[EngineClass, Mapping[str, float]] = field(
        default_factory=lambda: {kind: engine_limits(kind) for kind in EngineClass}
    )
    budgets: Budgets = Budgets()
    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    run: RunConfig = RunConfig()

    def __post_init__(self) -> None:
        needed = {f"limits.{p}.{key}" for p in Precision for key in default_limits(p)}
        found = {f"limits.{p}.{key}" for p, table in self.limits.items() for key in table}
        needed |= {f"engines.{kind}" for kind in EngineClass}
        if missing := sorted(needed - found - {f"engines.{kind}" for kind in self.engines}):
            raise ValueError(f"it lacks {missing[0]}")

    def limit_of(
        self, check: AnyCheck, precision: Precision, kind: EngineClass = EngineClass.CPU
    ) -> float | None:
        """Return the limit of a check; None where it is a budget that is not set."""
        limits = _loosest(self.limits[precision], self.engines[kind])
        return check.limit_of(limits, self.budgets.limits)

    def looser_limits(
        self, precision: Precision, kind: EngineClass = EngineClass.CPU
    ) -> tuple[str, ...]:
        """Return a sentence for each limit that lets more pass than the built-in one."""
        tables = (
            (f"limits.{precision}", self.limits[precision], default_limits(precision)),
            (f"engines.{kind}", self.engines[kind], engine_limits(kind)),
        )
        changed = {
            f"{table}.{key}": (given[key], built_in.get(key, default_limits(precision)[key]))
            for table, given, built_in in tables
            for key in _looser(given, {**default_limits(precision), **built_in})
        }
        if self.bootstrap.confidence < Bootstrap.confidence:
            changed["bootstrap.confidence"] = self.bootstrap.confidence, Bootstrap.confidence
        return tuple(
            f"{key} is {value:g}, looser than the built-in {usual:g}"
            for key, (value, usual) in changed.items()
        )


def _loosest(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Return the limits of `one`, each loosened to what `other` has."""
    return {**one, **{key: other[key] for key in _looser(other, one)}}


def _looser(given: Mapping[str, float], built_in: Mapping[str, float]) -> list[str]:
    keyed = {c.limit.key: c for c in CHECKS if isinstance(c.limit, ToleranceLimit)}
    return [
        k for k, check in keyed.items() if k in given and check.is_looser(given[k], built_in[k])
    ]


DEFAULT = GateConfig()


def read_config(path: Path) -> GateConfig:
    """Read a gate.toml.

    Raises:
        InputError: missing, no TOML, an unknown key, or a value of the wrong kind or range.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} could not be read as TOML ({because(error)}). Write a gate.toml with"
            " `skinseg-mobile gate init`."
        ) from error
    try:
        return _located(_config(data), path.parent)
    except ValueError as error:
        raise InputError(f"{path} breaks a rule: {error}. See docs/gate.md.") from error


def _config(data: Mapping[str, Any]) -> GateConfig:
    known = ("limits", "engines", "budgets", "bootstrap", "run")
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ValueError(f"it has the unknown key {unknown[0]}, known are {', '.join(known)}")
    return GateConfig(
        limits=_limits(data.get("limits", {})),
        engines=_engines(data.get("engines", {})),
        budgets=_budgets(data.get("budgets", {})),
        bootstrap=_merged(DEFAULT.bootstrap, data.get("bootstrap", {}), "bootstrap"),
        run=_merged(DEFAULT.run, data.get("run", {}), "run"),
    )


def _located(config: GateConfig, root: Path) -> GateConfig:
    """Take paths as relative to the file; a packaged name stays a name."""

    def there(text: str | None) -> str | None:
        return str(root / text) if text and (root / text).exists() else text

    run, budgets = config.run, config.budgets
    return replace(
        config,
        budgets=replace(budgets, baseline=there(budgets.baseline)),
        run=replace(
            run,
            artefacts=tuple(
                text if _is_packaged(text, root) else str(root / text) for text in run.artefacts
            ),
            data=str(root / run.data) if run.data else None,
            reference=there(run.reference),
        ),
    )


def _is_packaged(text: str, root: Path) -> bool:
    """A folder comes before a packaged net of its name, even where the folder is broken."""
    return text in packaged_names() and not (root / text).exists()


def _limits(data: Any) -> Mapping[Precision, Mapping[str, float]]:
    given = rebuild(dict[Precision, dict[str, Any]], data, "limits")
    return {p: {**default_limits(p), **_set(given.get(p, {}), f"limits.{p}")} for p in Precision}


def _engines(data: Any) -> Mapping[EngineClass, Mapping[str, float]]:
    given = rebuild(dict[EngineClass, dict[str, Any]], data, "engines")
    return {
        kind: {**engine_limits(kind), **_set(given.get(kind, {}), f"engines.{kind}")}
        for kind in EngineClass
    }


def _set(given: Mapping[str, Any], table: str) -> dict[str, float]:
    """Return the limits that a table sets, each in the range of its key."""
    _require_known(given, LIMITS, table)
    values = {key: rebuild(float, value, key) for key, value in given.items()}
    for key, value in values.items():
        if not 0 <= value <= LIMITS[key].most:
            raise ValueError(f"{key} must be in [0, {LIMITS[key].most:g}], got {value}")
    return values


def _budgets(given: Any) -> Budgets:
    table = rebuild(dict[str, Any], given, "budgets")
    _require_known(table, {**BUDGETS, "baseline": None}, "budgets")
    limits = {
        key: rebuild(limit.kind, table[key], key) for key, limit in BUDGETS.items() if key in table
    }
    for key, value in limits.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{key} must be a finite number of 0 or more, got {value}")
    return Budgets(limits, rebuild(str | None, table.get("baseline"), "baseline"))  # pyright: ignore[reportArgumentType]


def _require_known(given: Mapping[str, Any], known: Mapping[str, Any], name: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{name} has the unknown field {unknown[0]}")


def _merged(default: T, given: Any, name: str) -> T:
    """Return `default` with the values of a table in its place."""
    if not isinstance(given, dict):
        raise ValueError(f"{name} must be a table, got {given!r:.40}")
    known: dict[str, Any] = json.loads(json.dumps(asdict(default)))  # pyright: ignore[reportArgumentType]
    return rebuild(type(default), {**known, **given}, name)
