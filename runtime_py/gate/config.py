"""`gate.toml` -> `GateConfig`: what a team commits beside its app, every key known by name.

Limits that the file leaves out are those of `gate.limits`; budgets that it leaves out are not
checked. Paths are relative to the file.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.limits import LIMITS, Limits
from skinseg_mobile.runtime_py.storage.from_json import rebuild

T = TypeVar("T")


@dataclass(frozen=True)
class Budgets:
    """What a release may cost; None is no budget, and then no check."""

    megabytes: float | None = None
    """Size of the model file."""
    parameters: int | None = None
    latency_ratio: float | None = None
    """Largest median latency over that of `baseline`, both measured in the same run."""
    baseline: str | None = None
    """Artefact whose latency counts as 1."""

    def __post_init__(self) -> None:
        if (self.latency_ratio is None) != (self.baseline is None):
            raise ValueError("latency_ratio and baseline go together")


@dataclass(frozen=True)
class Bootstrap:
    """How the interval of the mean ΔJaccard is drawn."""

    confidence: float = 0.95
    """Two-sided: 0.95 leaves 2.5 % below the lower bound, as non-inferiority trials do (ICH E9)."""
    resamples: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0.5 <= self.confidence < 1 and 100 <= self.resamples <= 1_000_000):
            raise ValueError(
                "confidence must be in [0.5, 1) and resamples in [100, 1000000],"
                f" got {self.confidence} and {self.resamples}"
            )


@dataclass(frozen=True)
class Plan:
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


@dataclass(frozen=True)
class GateConfig:
    """Limits by precision, budgets, bootstrap and plan."""

    limits: Mapping[Precision, Limits] = field(default_factory=lambda: dict(LIMITS))
    budgets: Budgets = Budgets()
    bootstrap: Bootstrap = Bootstrap()
    run: Plan = Plan()


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
            f"a gate file must be readable TOML, {path} is not ({error});"
            " write one with `skinseg-mobile gate init`"
        ) from error
    try:
        return _located(_config(data), path.parent)
    except ValueError as error:
        raise InputError(f"{path} must be a gate file, {error}; see docs/gate.md") from error


def _config(data: Mapping[str, Any]) -> GateConfig:
    known = ("limits", "budgets", "bootstrap", "run")
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ValueError(f"it has the unknown key {unknown[0]}, known are {', '.join(known)}")
    return GateConfig(
        limits=_limits(data.get("limits", {})),
        budgets=_merged(DEFAULT.budgets, data.get("budgets", {}), "budgets"),
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
            artefacts=tuple(str(root / text) for text in run.artefacts),
            data=str(root / run.data) if run.data else None,
            reference=there(run.reference),
        ),
    )


def _limits(data: Any) -> Mapping[Precision, Limits]:
    given = rebuild(dict[Precision, dict[str, Any]], data, "limits")
    return {p: _merged(LIMITS[p], given.get(p, {}), f"limits.{p}") for p in Precision}


def _merged(default: T, given: Any, name: str) -> T:
    """Return `default` with the values of a table in its place."""
    if not isinstance(given, dict):
        raise ValueError(f"{name} must be a table, got {given!r:.40}")
    known: dict[str, Any] = json.loads(json.dumps(asdict(default)))  # pyright: ignore[reportArgumentType]
    return rebuild(type(default), {**known, **given}, name)
