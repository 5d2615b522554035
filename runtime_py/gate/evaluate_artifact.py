"""Gathers what a parity check needs, an artefact, photographs and a reference, and judges it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, Manifest, read_manifest
from skinseg_mobile.runtime_py.bench.latency import time_in_turn
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.engines.load import AUTO, find_artefact, load, open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.gate.cases import Case, data_cases, golden_cases, judge_net
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.cost import facts_of
from skinseg_mobile.runtime_py.gate.intermediate import DiffReport, diff
from skinseg_mobile.runtime_py.gate.judge import Judgement, not_run
from skinseg_mobile.runtime_py.gate.reports.strips import Strip, strips_of, worst_ids
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.predict.predictions import Predictions, read_predictions

LATENCY_REPEATS = 15
OpenNet = Callable[[str, str], tuple[Segmenter, str]]
"""(path or name, engine) -> the net and its checkpoint's hash; only the caller knows torch."""
CasesOf = Callable[[list[str] | None], Iterable[Case]]
"""Ids, or None for all -> cases; called again for the photographs that a report shows."""


@dataclass(frozen=True)
class Against:
    """What an artefact is compared with: its golden images, or a dataset and a reference."""

    data: Path | None = None
    split: str | None = None
    reference: str | None = None


GOLDEN_IMAGES = Against()


@dataclass(frozen=True)
class Checked:
    """A judgement, and pictures of its worst photographs."""

    judgement: Judgement
    strips: tuple[Strip, ...] = ()


def check_artefact(
    artefact: str,
    *,
    open_net: OpenNet,
    data: Path | None = None,
    split: str | None = None,
    reference: str | None = None,
    engine: str = AUTO,
    config: GateConfig = DEFAULT,
) -> Judgement:
    """Judge an artefact on its golden images, or on `data` against `reference`.

    Raises:
        InputError: a damaged artefact, an unreadable dataset, or a reference of another checkpoint.
    """
    against = Against(data, split, reference)
    return examine(artefact, against, open_net=open_net, engine=engine, config=config).judgement


def examine(
    artefact: str,
    against: Against = GOLDEN_IMAGES,
    *,
    open_net: OpenNet,
    engine: str = AUTO,
    config: GateConfig = DEFAULT,
    shown: int = 0,
) -> Checked:
    """Judge an artefact and draw its `shown` worst photographs.

    Raises:
        InputError: as `check_artefact`.
    """
    folder = find_artefact(artefact)
    manifest = read_manifest(folder)
    try:
        segmenter = open_segmenter(folder, manifest, engine)
        cases_of, known = _cases(folder, manifest, against, open_net)
    except NotRunError as error:
        return Checked(not_run(manifest.label, manifest.precision, str(error), engine))
    facts = facts_of(manifest, _latency(segmenter, folder, config.budgets.baseline))
    judgement = judge_net(segmenter, manifest.precision, cases_of(None), known, config, facts)
    worst = worst_ids(judgement, shown)
    return Checked(judgement, strips_of(segmenter, cases_of(worst), judgement) if worst else ())


def _cases(
    folder: Path, manifest: Manifest, against: Against, open_net: OpenNet
) -> tuple[CasesOf, str]:
    """Return the cases and the name of the reference."""
    if against.data is None:
        if against.reference or against.split:
            raise InputError(
                "--reference and --split go with --data; without it the golden images are used"
            )
        golden = golden_cases(read_golden(folder / GOLDEN))
        return lambda ids: [c for c in golden if ids is None or c.id in ids], "golden images"
    if against.reference is None:
        raise NotRunError("--data needs --reference (checkpoint, artefact or saved predictions)")
    known = _open_reference(against.reference, manifest, open_net)
    split = split_named(against.split) if against.split else None
    samples = select(read_dataset(against.data), split)
    return (
        lambda ids: data_cases([s for s in samples if ids is None or s.id in ids], known)
    ), known.label


def _latency(
    segmenter: Segmenter, folder: Path, baseline: str | None
) -> tuple[float, float] | None:
    """Return median milliseconds of both nets."""
    if baseline is None or segmenter.engine.claim:  # a reference executor's time says nothing
        return None
    photo: Photo = read_golden(folder / GOLDEN).images[0]
    calls = [
        partial(net.engine, to_tensor(photo, net.height, net.width))
        for net in (segmenter, load(baseline))
    ]
    ours, theirs = np.median(time_in_turn(calls, LATENCY_REPEATS), axis=0).tolist()
    return ours, theirs


def _open_reference(
    reference: str, manifest: Manifest, open_net: OpenNet
) -> Segmenter | Predictions:
    known: Segmenter | Predictions
    if Path(reference).is_file():
        known = read_predictions(Path(reference))
        digest = known.checkpoint_sha256
    else:
        known, digest = open_net(reference, AUTO)
    if digest != manifest.checkpoint_sha256:
        raise InputError(
            "a reference must be the artefact's own checkpoint"
            f" ({manifest.checkpoint_sha256[:12]}),"
            f" {reference} is {digest[:12]}; name the checkpoint it was exported from"
        )
    return known


def diff_artefact(artefact: str, against: str, *, open_net: OpenNet) -> DiffReport:
    """Compare an artefact's stages with those of `against` on the artefact's golden images.

    Raises:
        InputError: no taps on one side, or another net.
        NotRunError: no engine here runs the artefact.
    """
    folder = find_artefact(artefact)
    manifest = read_manifest(folder)
    golden = read_golden(folder / GOLDEN)
    reference, _ = open_net(against, AUTO)
    return diff(open_segmenter(folder, manifest), reference, manifest.precision, golden.images)
