"""A device's report becomes a report of the gate: that of `parity`, on what a real phone computed.

Beside the gate's own checks every golden image must be there, and none else: an app that leaves
out the image on which it fails must not pass.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.artifact.golden import Golden, read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, Manifest, read_manifest
from skinseg_mobile.runtime_py.device.report import DeviceReport, read_device_report
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.compare import Answer
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.evaluate_artifact import facts_of
from skinseg_mobile.runtime_py.gate.report import GateReport, Subject, report_on
from skinseg_mobile.runtime_py.gate.verdict import (
    Bound,
    Check,
    Reading,
    Rule,
    Verdict,
    overall,
)

_THERE = Rule(
    name="golden-images",
    title="the number of golden images in the report",
    bound=Bound.AT_LEAST,
    why="an image left out may be the one that fails",
)
_FOREIGN = Rule(
    name="other-images",
    title="the number of other images in the report",
    bound=Bound.AT_MOST,
    why="what is no golden image has nothing to be compared with",
)
DEVICE_RULES = (_THERE, _FOREIGN)
"""What is checked of a device's report beside the checks of the gate."""


def check_device_report(artefact: str, path: Path, config: GateConfig = DEFAULT) -> GateReport:
    """Check what a device computed on an artefact's golden images.

    Raises:
        InputError: a damaged artefact or report, a report about another model or other golden
            images, or a map of another size.
    """
    folder = find_artefact(artefact)
    manifest, report = read_manifest(folder), read_device_report(path)
    _require_same(manifest, report, path)
    golden = read_golden(folder / GOLDEN)
    answers = _answers(golden, report, manifest)
    complete = _completeness(golden.ids, [image.id for image in report.images])
    subject = _subject(folder, manifest, report)
    if not answers:
        found = GateReport(subject.artefact, subject.precision, subject.engine, Verdict.FAILED, ())
    else:
        found = report_on(answers, subject, config)
    checks = (*complete, *found.checks)
    broken = tuple(item.sentence for item in complete if item.verdict is Verdict.FAILED)
    return replace(found, checks=checks, verdict=overall(checks), reasons=(*broken, *found.reasons))


def _require_same(manifest: Manifest, report: DeviceReport, path: Path) -> None:
    for what, found, wanted in (
        ("model", report.model_sha256, manifest.model_sha256),
        ("golden images", report.golden_sha256, manifest.golden_sha256),
    ):
        if found != wanted:
            raise InputError(
                f"{path} is about the {what} {found[:12]!r}, and the artefact has {wanted[:12]!r}."
                " Name the artefact that is in the app."
            )
    ids = [image.id for image in report.images]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise InputError(f"{path} has the image {twice[0]} twice. Remove one.")


def _answers(golden: Golden, report: DeviceReport, manifest: Manifest) -> list[Answer]:
    sent = {image.id: image for image in report.images}
    columns = zip(golden.ids, golden.truths, golden.probabilities, strict=True)
    return [
        Answer(
            id_,
            truth,
            reference,
            report.map_of(sent[id_], *manifest.output.side),
            frame=manifest.frame,
        )
        for id_, truth, reference in columns
        if id_ in sent
    ]


def _completeness(golden: Sequence[str], sent: Sequence[str]) -> tuple[Check, Check]:
    missing = sorted(set(golden) - set(sent))
    foreign = sorted(set(sent) - set(golden))
    there = Reading(len(golden) - len(missing), _first("without", missing))
    return (
        _THERE.check(there, len(golden)),
        _FOREIGN.check(Reading(len(foreign), _first("with", foreign)), 0),
    )


def _first(word: str, ids: Sequence[str]) -> str:
    return f"{word} {ids[0]:.80}" if ids else ""


def _subject(folder: Path, manifest: Manifest, report: DeviceReport) -> Subject:
    times = [image.milliseconds for image in report.images]
    left = sum(part.count for part in report.placement if part.fallback)
    return Subject(
        artefact=manifest.label,
        precision=manifest.precision,
        engine=f"{report.runtime} on {report.device}, {report.os} ({report.delegate})",
        reference="golden images",
        threshold=manifest.threshold,
        claim=f"Computed and reported by {report.app.name} {report.app.version}.",
        placement=report.placement,
        facts=replace(
            facts_of(folder, manifest),
            latency_ms=float(np.median(times)) if times else None,
            fallback=left if report.placement else None,
        ),
    )
