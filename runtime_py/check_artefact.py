"""Gathers what a parity check needs, an artefact, photographs and a reference, and judges it."""

from collections.abc import Callable
from pathlib import Path

from skinseg_mobile.runtime_py.artefact import find_artefact, open_segmenter
from skinseg_mobile.runtime_py.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.diff import DiffReport, diff
from skinseg_mobile.runtime_py.engines import AUTO
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.find import Facts
from skinseg_mobile.runtime_py.gate.judge import Judgement, not_run
from skinseg_mobile.runtime_py.golden import read_golden
from skinseg_mobile.runtime_py.manifest import GOLDEN, Manifest, read_manifest
from skinseg_mobile.runtime_py.parity import data_cases, golden_cases, judge_net
from skinseg_mobile.runtime_py.predictions import Predictions, read_predictions
from skinseg_mobile.runtime_py.segmenter import Segmenter

OpenNet = Callable[[str, str], tuple[Segmenter, str]]
"""(path or name, engine) -> the net and its checkpoint's hash; only the caller knows torch."""


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
    folder = find_artefact(artefact)
    manifest = read_manifest(folder)
    precision, facts = manifest.precision, Facts(megabytes=manifest.model_bytes / 1e6)
    label = f"{manifest.name} ({manifest.target} {precision})"
    try:
        segmenter = open_segmenter(folder, manifest, engine)
    except NotRunError as error:
        return not_run(label, precision, str(error), engine)
    if data is None:
        if reference or split:
            raise InputError(
                "--reference and --split go with --data; without it the golden images are used"
            )
        cases = golden_cases(read_golden(folder / GOLDEN))
        return judge_net(segmenter, precision, cases, "golden images", config, facts)
    if reference is None:
        reason = "--data needs --reference (checkpoint, artefact or saved predictions)"
        return not_run(label, precision, reason, engine)
    known = _open_reference(reference, manifest, open_net)
    samples = select(read_dataset(data), split_named(split) if split else None)
    cases = data_cases(samples, known)
    return judge_net(segmenter, precision, cases, known.label, config, facts)


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
