"""Outcomes in, judgement out: the one place where a verdict is made.

`parity`, `gate`, the pytest plugin and reports of real phones all end here. The order of the
photographs plays no part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.checks import all_checks
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.find import UNKNOWN, Facts, find_numbers, interval_of
from skinseg_mobile.runtime_py.gate.groups import GroupResult, group_results
from skinseg_mobile.runtime_py.gate.outcome import ImageResult, Measured, Outcome, measure
from skinseg_mobile.runtime_py.gate.verdict import Check, Verdict, overall


@dataclass(frozen=True)
class Subject:
    """What is judged, as reports name it."""

    artefact: str
    precision: Precision
    engine: str
    reference: str
    threshold: float
    claim: str = ""
    """What results of this engine mean, where that is not obvious."""
    facts: Facts = UNKNOWN


@dataclass(frozen=True)
class Judgement:
    """An artefact against its checkpoint and the truth, with checks and a verdict.

    Numbers are None where nothing was run.
    """

    artefact: str
    precision: Precision
    engine: str
    verdict: Verdict
    reasons: tuple[str, ...]
    """Sentences of the checks that decided, or why nothing ran."""
    checks: tuple[Check, ...] = ()
    reference: str = "none"
    images: int = 0
    jaccard_reference: float | None = None
    jaccard_artefact: float | None = None
    delta_jaccard: float | None = None
    delta_interval: tuple[float, float] | None = None
    agreement_mean: float | None = None
    agreement_worst: float | None = None
    worst_image: str | None = None
    """The photograph of the worst agreement."""
    max_abs_delta: float | None = None
    claim: str = ""
    facts: Facts = UNKNOWN
    groups: tuple[GroupResult, ...] = ()
    per_image: tuple[ImageResult, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    def check(self, name: str) -> Check:
        """Return a check by name; KeyError where there is none."""
        return {check.name: check for check in self.checks}[name]


def judge(outcomes: Iterable[Outcome], subject: Subject, config: GateConfig = DEFAULT) -> Judgement:
    """Measure every outcome and judge the whole by the limits of the subject's precision.

    Raises:
        InputError: no outcome, an id twice, or maps of different sizes.
    """
    measured = sorted(
        (measure(outcome, subject.threshold) for outcome in outcomes), key=lambda m: m.result.id
    )
    _require_distinct([image.result.id for image in measured])
    groups = group_results([image.result for image in measured])
    found = find_numbers(measured, groups, config.bootstrap)
    checks = all_checks(found, subject.facts, subject.precision, config)
    verdict = overall(checks)
    return Judgement(
        artefact=subject.artefact,
        precision=subject.precision,
        engine=subject.engine,
        verdict=verdict,
        reasons=_reasons(checks, verdict),
        checks=checks,
        reference=subject.reference,
        claim=subject.claim,
        facts=subject.facts,
        groups=groups,
        per_image=tuple(image.result for image in measured),
        **_numbers(measured, config),
    )


def not_run(artefact: str, precision: Precision, reason: str, engine: str = "none") -> Judgement:
    """Return the judgement of an artefact that could not run here."""
    return Judgement(artefact, precision, engine, Verdict.NOT_RUN, (reason,))


def _numbers(measured: Sequence[Measured], config: GateConfig) -> dict[str, Any]:
    """Return what tables show beside the checks."""
    images = [image.result for image in measured]
    worst = min(images, key=lambda image: image.agreement)
    reference, artefact, agreement = np.mean(
        [[i.jaccard_reference, i.jaccard_artefact, i.agreement] for i in images], axis=0
    ).tolist()
    return {
        "images": len(images),
        "jaccard_reference": reference,
        "jaccard_artefact": artefact,
        "delta_jaccard": artefact - reference,
        "delta_interval": interval_of(np.array([i.delta for i in images]), config.bootstrap),
        "agreement_mean": agreement,
        "agreement_worst": worst.agreement,
        "worst_image": worst.id,
        "max_abs_delta": max(image.max_abs_delta for image in images),
    }


def _reasons(checks: Sequence[Check], verdict: Verdict) -> tuple[str, ...]:
    """Return the sentences that decided: of what failed, else of what was asked for and not run."""
    if verdict is Verdict.PASSED:
        return ()
    return tuple(
        check.sentence
        for check in checks
        if check.verdict is verdict and (check.required or verdict is Verdict.FAILED)
    )


def _require_distinct(ids: Sequence[str]) -> None:
    if not ids:
        raise InputError("a judgement needs photographs, there are none; name another set")
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise InputError(f"each photograph counts once, {twice[0]} is there twice; remove one")


def not_run_sentences(judgements: Sequence[Judgement]) -> dict[str, list[str]]:
    """Return what was not run and why, each with the artefacts that it is about."""
    found: dict[str, list[str]] = {}
    for judgement in judgements:
        sentences = [c.sentence for c in judgement.checks if c.verdict is Verdict.NOT_RUN]
        if not judgement.checks:
            sentences = [f"{judgement.engine}: {'; '.join(judgement.reasons)}"]
        for sentence in sentences:
            names = found.setdefault(sentence, [])
            names += [] if judgement.artefact in names else [judgement.artefact]
    return found
