"""Opens an artefact, runs it on a set of images, checks what it says, and draws the worst of it.

The one way from a folder to a report: `parity`, `gate`, the demo and every measurement of an
exported file end here. What cannot run is "not run", never passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import (
    GOLDEN,
    Manifest,
    model_size,
    read_manifest,
)
from skinseg_mobile.runtime_py.bench.latency import time_in_turn
from skinseg_mobile.runtime_py.engines.load import (
    AUTO,
    find_artefact,
    load,
    open_segmenter,
    spec_of,
)
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import Case, CaseSet, golden_of
from skinseg_mobile.runtime_py.gate.compare import Answer
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.intermediate import DiffReport, diff, floor_of
from skinseg_mobile.runtime_py.gate.report import (
    GateReport,
    Measured,
    Subject,
    judge,
    measure,
    not_run,
)
from skinseg_mobile.runtime_py.gate.spec import UNKNOWN, Facts
from skinseg_mobile.runtime_py.gate.strips import Strip, strips_of, worst_ids
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.progress import track

LATENCY_REPEATS = 15


@dataclass(frozen=True)
class Examined:
    """What an engine was found to say of a set or a shard, before it is judged."""

    measured: Measured | None = None
    strips: tuple[Strip, ...] = ()
    """Pictures of the worst images."""
    not_run: GateReport | None = None
    """Why nothing was measured."""

    def __post_init__(self) -> None:
        if (self.measured is None) == (self.not_run is None):
            raise ValueError("it must hold either measured or not_run")


@dataclass(frozen=True)
class Checked:
    """A report, and pictures of its worst images."""

    report: GateReport
    strips: tuple[Strip, ...] = ()


def evaluate_artifact(
    artifact: str | Path,
    cases: CaseSet | None = None,
    *,
    engine: str = AUTO,
    config: GateConfig = DEFAULT,
    shown: int = 0,
) -> Checked:
    """Check an artefact on its golden images, or on `cases`; draw its `shown` worst images.

    Raises:
        InputError: a damaged artefact, an unreadable image, or a reference of another checkpoint.
    """
    found = examine(artifact, cases, engine, config.budgets.baseline, shown, with_bar=True)
    return judged(found, config)


def judged(found: Examined, config: GateConfig) -> Checked:
    """Judge what was found; the same findings give the same report."""
    if found.measured is None:
        assert found.not_run is not None
        return Checked(found.not_run)
    return Checked(judge(found.measured, config), found.strips)


def examine(
    artifact: str | Path,
    cases: CaseSet | None,
    engine: str,
    baseline: str | None,
    shown: int,
    *,
    with_bar: bool = False,
) -> Examined:
    """Measure an artefact as `evaluate_artifact` does, on no image too; nothing is judged.

    Raises:
        InputError: as `evaluate_artifact`.
    """
    folder = find_artefact(artifact)
    manifest = read_manifest(folder)
    known = golden_of(folder) if cases is None else cases
    try:
        known.require_for(manifest)
        segmenter = open_segmenter(folder, manifest, engine)
        known.require_another(manifest, segmenter.engine.name)
    except NotRunError as error:
        reason = not_run(manifest.label, manifest.precision, str(error), engine)
        return Examined(not_run=reason)
    facts = facts_of(folder, manifest, _latency(segmenter, folder, baseline))
    subject = replace(
        _subject(segmenter, manifest.precision, known.label, facts, known.chosen),
        kind=spec_of(engine, manifest.target).kind,
    )
    adopted = known.adopted or manifest.adopted is not None
    watched = track(known, f"checking {manifest.label}", len(known.ids)) if with_bar else known
    found = measure((_answer(segmenter, case, adopted=adopted) for case in watched), subject)
    worst = worst_ids(found.images, shown)
    drawn = strips_of(segmenter, known.some(worst), found.images) if worst else ()
    return Examined(found, drawn)


def report_on_net(
    segmenter: Segmenter,
    precision: Precision,
    cases: Iterable[Case],
    reference: str,
    config: GateConfig = DEFAULT,
    facts: Facts = UNKNOWN,
) -> GateReport:
    """Run an open net on every case and check the set by the limits of `precision`."""
    subject = _subject(segmenter, precision, reference, facts)
    return judge(measure((_answer(segmenter, case) for case in cases), subject), config)


def _subject(
    segmenter: Segmenter, precision: Precision, reference: str, facts: Facts, chosen: str = ""
) -> Subject:
    placement = segmenter.engine.placement
    left = sum(part.count for part in placement if part.fallback)
    return Subject(
        artefact=segmenter.label,
        precision=precision,
        engine=segmenter.engine.name,
        reference=reference,
        chosen=chosen,
        threshold=segmenter.threshold,
        claim=segmenter.engine.claim,
        placement=placement,
        facts=replace(facts, fallback=left if placement else None),
    )


def facts_of(folder: Path, manifest: Manifest, latency: tuple[float, float] | None = None) -> Facts:
    """Return the facts of an artefact; `latency` is its milliseconds and the baseline's.

    The size is the file's own: a budget must not hold by what a manifest says of it.
    """
    return Facts(
        megabytes=model_size(folder / manifest.model_file) / 1e6,
        parameters=manifest.parameters,
        latency_ms=latency[0] if latency else None,
        latency_ratio=latency[0] / latency[1] if latency else None,
    )


def diff_artefact(artefact: str | Path, reference: Segmenter, engine: str = AUTO) -> DiffReport:
    """Compare an artefact's stages with those of an open net on the artefact's golden images.

    Raises:
        InputError: no taps on one side, another net, or an engine of another target.
        NotRunError: the engine does not run here.
    """
    folder = find_artefact(artefact)
    manifest = read_manifest(folder)
    golden = read_golden(folder / GOLDEN)
    segmenter = open_segmenter(folder, manifest, engine)
    floor = floor_of(manifest.precision, spec_of(engine, manifest.target).kind)
    return diff(segmenter, reference, floor, golden.images)


def _answer(segmenter: Segmenter, case: Case, *, adopted: bool = False) -> Answer:
    """Return both maps; one of a file from elsewhere may first need to be taken to the other."""
    frame = segmenter.frame
    found = segmenter.engine(case.tensor(frame))
    expected = case.expected(segmenter.threshold, frame)
    reference = case.map_in(frame, found.shape) if adopted else case.reference
    return Answer(case.id, case.truth, reference, found, case.groups, expected, frame)


def _latency(
    segmenter: Segmenter, folder: Path, baseline: str | None
) -> tuple[float, float] | None:
    """Return median milliseconds of both nets."""
    if baseline is None or segmenter.engine.claim:  # a reference executor's time says nothing
        return None
    photo: Photo = read_golden(folder / GOLDEN).images[0]
    calls = [partial(net.engine, net.tensor_of(photo)) for net in (segmenter, load(baseline))]
    ours, theirs = np.median(time_in_turn(calls, LATENCY_REPEATS), axis=0).tolist()
    return ours, theirs
