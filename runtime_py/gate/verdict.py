"""One rule of the gate: a value against a limit, a verdict and a sentence.

A check that could not be made is "not run". It never counts as passed; where the team's own
gate.toml asked for it, the whole report is "not run" too.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from skinseg_mobile.runtime_py.numbers import number, told_from


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


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a check measures and why its limit exists."""

    name: str
    """As reports and JUnit list it."""
    title: str
    """As sentences begin."""
    bound: Bound
    why: str
    unit: str = ""
    """Follows the numbers."""

    def check(self, reading: "Reading", limit: float, *, required: bool = False) -> "Check":
        """Compare a reading with a limit; NaN breaks every rule."""
        verdict, sentence = self._compared(reading, limit)
        return Check(
            name=self.name,
            title=self.title,
            value=reading.value,
            where=reading.where,
            limit=float(limit),
            bound=self.bound,
            unit=self.unit,
            verdict=verdict,
            sentence=sentence,
            why=self.why,
            required=required,
        )

    def _compared(self, reading: "Reading", limit: float) -> tuple[Verdict, str]:
        if reading.value is None:
            return Verdict.NOT_RUN, f"{self.title} was not checked: {reading.reason}"
        kept = {
            Bound.AT_LEAST: reading.value >= limit,
            Bound.AT_MOST: reading.value <= limit,
            Bound.WITHIN: abs(reading.value) <= limit,
        }[self.bound]
        value = (
            f"{told_from(reading.value, limit)}{self.unit}"
            f"{f' ({reading.where})' if reading.where else ''}"
        )
        sentence = f"{self.title} must be {_wanted(self.bound, limit, self.unit)}, it is {value}"
        return Verdict.PASSED if kept else Verdict.FAILED, sentence


@dataclass(frozen=True)
class Reading:
    """A measured number and the image or group it comes from; or None, and why there is none."""

    value: float | None
    where: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One checked rule; `value` is None where nothing was measured."""

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


def overall(checks: Sequence[Check]) -> Verdict:
    """Return the verdict of all checks together; of none it is "not run"."""
    return verdict_of([check.verdict for check in checks], [check.required for check in checks])


def verdict_of(verdicts: Sequence[Verdict], required: Sequence[bool] = ()) -> Verdict:
    """Return the verdict of several together, as of a whole gate.

    Failed where one failed. Else "not run" where one that is `required` did not run, or where
    nothing passed; by default only the latter.
    """
    if Verdict.FAILED in verdicts:
        return Verdict.FAILED
    asked = required or [False] * len(verdicts)
    missing = any(v is Verdict.NOT_RUN and r for v, r in zip(verdicts, asked, strict=True))
    return Verdict.PASSED if Verdict.PASSED in verdicts and not missing else Verdict.NOT_RUN


def _wanted(bound: Bound, limit: float, unit: str) -> str:
    return f"{bound}{'' if bound is Bound.WITHIN else ' '}{number(limit)}{unit}"
