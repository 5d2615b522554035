"""Answers in, report out: the one place where a verdict is made.

Answers are measured one by one, here or on several machines; then the set is judged. `parity`,
`gate`, the pytest plugin and reports of real phones all end here. The order of the images plays no
part.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.gate.checks import CHECKS
from skinseg_mobile.runtime_py.gate.compare import (
    Answer,
    Comparison,
    GroupResult,
    ImageResult,
    group_results,
)
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.spec import UNKNOWN, Facts, Measurements
from skinseg_mobile.runtime_py.gate.verdict import Check, Reading, Verdict, overall
from skinseg_mobile.runtime_py.targets.spec import Placed

NO_POSITIVES = Reading(
    None, reason="no ground truth has a positive pixel. Add images that show what the net looks for"
)


@dataclass(frozen=True)
class Subject:
    """What is checked, as reports name it."""

    artefact: str
    precision: Precision
    engine: str
    reference: str
    threshold: float
    claim: str = ""
    """What results of this engine mean, where that is not obvious."""
    facts: Facts = UNKNOWN
    kind: EngineClass = EngineClass.CPU
    placement: tuple[Placed, ...] = ()
    """Which unit has computed what; empty where the engine does not tell."""
    chosen: str = ""
    """How many of a dataset's images are judged: `2 of 12 (split valid)`."""


@dataclass(frozen=True)
class Measured:
    """What was measured of the images of a set or of a shard, in the order of their ids."""

    subject: Subject
    images: tuple[ImageResult, ...]
    values: tuple[Mapping[str, Any], ...]
    """What each check, by name, has measured of the same images."""

    def __post_init__(self) -> None:
        if len(self.images) != len(self.values):
            raise ValueError(f"it has {len(self.images)} images and {len(self.values)} values")


@dataclass(frozen=True)
class GateReport:
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
    chosen: str = ""
    """Of which images, where they are a dataset's: `2 of 12 (split valid)`."""
    images_scored: int = 0
    """Those in which the ground truth or one of the two masks has a positive pixel."""
    jaccard_reference: float | None = None
    jaccard_artefact: float | None = None
    delta_jaccard: float | None = None
    delta_interval: tuple[float, float] | None = None
    agreement_mean: float | None = None
    agreement_worst: float | None = None
    worst_image: str | None = None
    """The image of the worst agreement."""
    max_abs_delta: float | None = None
    claim: str = ""
    engine_class: EngineClass = EngineClass.CPU
    placement: tuple[Placed, ...] = ()
    """Which unit has computed what; empty where the engine does not tell."""
    facts: Facts = UNKNOWN
    groups: tuple[GroupResult, ...] = ()
    looser_limits: tuple[str, ...] = ()
    """Limits that let more pass than the built-in ones, a sentence each."""
    per_image: tuple[ImageResult, ...] = field(default=(), repr=False)

    @property
    def shown_images(self) -> str:
        """How many images were judged, as tables show it."""
        return self.chosen or str(self.images)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    def check(self, name: str) -> Check:
        """Return a check by name; KeyError where there is none."""
        return {check.name: check for check in self.checks}[name]


def report_on(
    answers: Iterable[Answer], subject: Subject, config: GateConfig = DEFAULT
) -> GateReport:
    """Measure every answer and check the set by the limits of the subject's precision.

    Raises:
        InputError: no answer, an id twice, or as `measure`.
    """
    return judge(measure(answers, subject), config)


def measure(answers: Iterable[Answer], subject: Subject) -> Measured:
    """Measure every answer; there may be none.

    Raises:
        InputError: maps of different sizes, values that are none, or a threshold beyond 0 and 1.
    """
    if not 0 < subject.threshold < 1:
        raise InputError(f"The threshold is {subject.threshold}. Choose one between 0 and 1.")
    found = (_measured(Comparison(answer, subject.threshold)) for answer in answers)
    return measured_of(subject, found)


def measured_of(
    subject: Subject, found: Iterable[tuple[ImageResult, Mapping[str, Any]]]
) -> Measured:
    """Return images, each with the values of its checks, in the order of their ids."""
    ordered = sorted(found, key=lambda pair: pair[0].id)
    return Measured(
        subject, tuple(image for image, _ in ordered), tuple(values for _, values in ordered)
    )


def judge(found: Measured, config: GateConfig = DEFAULT) -> GateReport:
    """Check a measured set by the limits of its subject's precision.

    Raises:
        InputError: no image, or an id twice.
    """
    subject, images = found.subject, found.images
    _require_distinct([image.id for image in images])
    groups = group_results([image for image in images if image.scored])
    checks = _checks(found.values, images, groups, subject, config)
    verdict = overall(checks)
    return GateReport(
        artefact=subject.artefact,
        precision=subject.precision,
        engine=subject.engine,
        verdict=verdict,
        reasons=_reasons(checks, verdict),
        checks=checks,
        reference=subject.reference,
        chosen=subject.chosen,
        claim=subject.claim,
        engine_class=subject.kind,
        placement=subject.placement,
        facts=subject.facts,
        groups=groups,
        looser_limits=config.looser_limits(subject.precision, subject.kind),
        per_image=images,
        **_numbers(images, config),
    )


def _measured(image: Comparison) -> tuple[ImageResult, dict[str, Any]]:
    """Return an image's numbers, and what each check has measured of it."""
    return image.result, {check.name: check.measure(image) for check in CHECKS}


def _checks(
    values: Sequence[Mapping[str, Any]],
    images: Sequence[ImageResult],
    groups: Sequence[GroupResult],
    subject: Subject,
    config: GateConfig,
) -> tuple[Check, ...]:
    """Make every check; a budget that gate.toml does not set is none."""
    checks: list[Check] = []
    scored = [image for image in images if image.scored]
    has_positives = any(image.in_truth for image in images)
    for check in CHECKS:
        limit = config.limit_of(check, subject.precision, subject.kind)
        if limit is not None:
            of_images = [value[check.name] for value in values]
            found = Measurements(of_images, scored, groups, subject.facts, config.bootstrap)
            can_run = has_positives or not check.needs_positives
            reading = check.reduce(found) if can_run else NO_POSITIVES
            checks.append(check.check(reading, limit, required=check.required))
    return tuple(checks)


def names_of(config: GateConfig) -> list[str]:
    """Return the names of the checks that a report by `config` has."""
    some = next(iter(Precision))  # a check is left out by its budget, never by a precision
    return [check.name for check in CHECKS if config.limit_of(check, some) is not None]


def not_run(artefact: str, precision: Precision, reason: str, engine: str = "none") -> GateReport:
    """Return the report on an artefact that could not run here."""
    return GateReport(artefact, precision, engine, Verdict.NOT_RUN, (reason,))


def _numbers(images: Sequence[ImageResult], config: GateConfig) -> dict[str, Any]:
    """Return what tables show beside the checks: means over the images that can be scored."""
    scored = [image for image in images if image.scored]
    known = {
        "images": len(images),
        "images_scored": len(scored),
        "max_abs_delta": max(image.max_abs_delta for image in images),
    }
    if not scored:
        return known
    worst = min(scored, key=lambda image: image.agreement)
    reference, artefact, agreement = np.mean(
        [[i.jaccard_reference, i.jaccard_artefact, i.agreement] for i in scored], axis=0
    ).tolist()
    return {
        **known,
        "jaccard_reference": reference,
        "jaccard_artefact": artefact,
        "delta_jaccard": artefact - reference,
        "delta_interval": config.bootstrap.interval(np.array([i.delta for i in scored])),
        "agreement_mean": agreement,
        "agreement_worst": worst.agreement,
        "worst_image": worst.id,
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
        raise InputError("The set has no images. Name another set.")
    twice = sorted(id_ for id_, count in Counter(ids).items() if count > 1)
    if twice:
        raise InputError(f"The image {twice[0]} comes twice. Remove one.")


def not_run_sentences(reports: Sequence[GateReport]) -> dict[str, list[str]]:
    """Return what was not run and why, each with the artefacts that it is about."""
    found: dict[str, list[str]] = {}
    for report in reports:
        sentences = [c.sentence for c in report.checks if c.verdict is Verdict.NOT_RUN]
        if not report.checks:
            sentences = [f"{report.engine}: {'; '.join(report.reasons)}"]
        for sentence in sentences:
            names = found.setdefault(sentence, [])
            names += [] if report.artefact in names else [report.artefact]
    return found
