"""One rule of the gate: a value against a limit, a verdict and a sentence.

A check that could not be made is "not run". It never counts as passed; where the team's own
gate.toml asked for it, the whole judgement is "not run" too.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from skinseg_mobile.runtime_py.numbers import number


class Verdict(StrEnum):
    """What a check or a whole report says; its exit code is beside it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


EXIT_CODES: Mapping[Verdict, int] = types.MappingProxyType(
    {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.NOT_RUN: 3}
)


class Bound(StrEnum):
    """On which side of its limit a value must lie."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    WITHIN = "within ±"


@dataclass(frozen=True)
class Rule:
    """What a check measures and why its limit exists; `unit` follows the numbers."""

    title: str
    bound: Bound
    why: str
    unit: str = ""


@dataclass(frozen=True)
class Found:
    """A measured number and the image or group it comes from; or None, and why there is none."""

    value: float | None
    where: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One judged rule; `value` is None where nothing was measured."""

    name: str
    title: str
    value: float | None
    where: str
    limit: float
    bound: Bound
    unit: str
    verdict: Verdict
    sentence: str
    why: str
    required: bool = False
    """Asked for by name in gate.toml: "not run" then keeps the whole from passing."""

    @property
    def wanted(self) -> str:
        """The limit as sentences show it."""
        return _wanted(self.bound, self.limit, self.unit)


def check(name: str, rule: Rule, found: Found, limit: float, *, required: bool = False) -> Check:
    """Judge what was found; NaN breaks every rule."""
    verdict, sentence = _judged(rule, found, limit)
    return Check(
        name=name,
        title=rule.title,
        value=found.value,
        where=found.where,
        limit=limit,
        bound=rule.bound,
        unit=rule.unit,
        verdict=verdict,
        sentence=sentence,
        why=rule.why,
        required=required,
    )


def overall(checks: Sequence[Check]) -> Verdict:
    """Return the verdict of all checks together; of none it is "not run"."""
    found = {item.verdict for item in checks}
    if Verdict.FAILED in found:
        return Verdict.FAILED
    missing = any(item.required and item.verdict is Verdict.NOT_RUN for item in checks)
    return Verdict.PASSED if Verdict.PASSED in found and not missing else Verdict.NOT_RUN


def _judged(rule: Rule, found: Found, limit: float) -> tuple[Verdict, str]:
    if found.value is None:
        return Verdict.NOT_RUN, f"{rule.title} was not checked: {found.reason}"
    kept = {
        Bound.AT_LEAST: found.value >= limit,
        Bound.AT_MOST: found.value <= limit,
        Bound.WITHIN: abs(found.value) <= limit,
    }[rule.bound]
    value = f"{number(found.value)}{rule.unit}{f' ({found.where})' if found.where else ''}"
    sentence = f"{rule.title} must be {_wanted(rule.bound, limit, rule.unit)}, it is {value}"
    return Verdict.PASSED if kept else Verdict.FAILED, sentence


def _wanted(bound: Bound, limit: float, unit: str) -> str:
    return f"{bound}{'' if bound is Bound.WITHIN else ' '}{number(limit)}{unit}"
