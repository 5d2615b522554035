"""The checks: each rule fails by itself, each limit has two sides, each number is the slow one."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import (
    Case,
    CaseSet,
    data_cases,
    golden_of,
    net_reference,
    saved_reference,
)
from skinseg_mobile.runtime_py.gate.config import DEFAULT, Budgets
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact, report_on_net
from skinseg_mobile.runtime_py.gate.report import GateReport, not_run
from skinseg_mobile.runtime_py.gate.stored import stored
from skinseg_mobile.runtime_py.gate.verdict import EXIT_CODES, Verdict
from skinseg_mobile.runtime_py.predict.predictions import Predictions
from skinseg_mobile.runtime_py.targets.spec import Placed
from tests.dark import edit_manifest, formula

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
SIDE = 200
NO_NUMBERS = "images whose values are not all numbers must be at most 0, it is 1"
COUNT = 20_000
"""True pixels of a truth: its first COUNT."""


@dataclass
class Shelf:
    """An engine that gives prepared maps; a photograph's first pixel says which."""

    maps: Mapping[int, Array]
    name: str = "shelf 1.0"
    claim: str = "made up"
    placement: tuple[Placed, ...] = ()
    asked: list[int] = field(default_factory=list[int])

    def __call__(self, tensor: Array) -> Array:
        self.asked.append(int(tensor[0, 0, 0]))
        return self.maps[self.asked[-1]]

    def stages(self, tensor: Array) -> dict[str, Array]:
        return {}


@dataclass(frozen=True)
class Trial:
    """One photograph: what is true, what the checkpoint says, what the artefact says."""

    truth: Mask
    reference: Array
    found: Array


def pixels(first: int, last: int) -> Mask:
    """True at the pixels `first` to `last` in reading order."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    return (first <= number) & (number < last)


def shown(mask: Mask) -> Array:
    return np.where(mask, np.float32(0.9), np.float32(0.1))


def judged(*trials: Trial, precision: Precision = Precision.FP32) -> GateReport:
    engine = Shelf({number: trial.found for number, trial in enumerate(trials)})
    photos = [np.full((*t.truth.shape, 3), n, np.uint8) for n, t in enumerate(trials)]
    cases = [
        Case(f"image {number}", photo, trial.truth, trial.reference)
        for number, (photo, trial) in enumerate(zip(photos, trials, strict=True))
    ]
    height, width = trials[0].reference.shape
    net = Segmenter("net", engine, height, width, 0.5)
    report = report_on_net(net, precision, cases, "checkpoint")
    assert engine.asked == list(range(len(trials)))
    return report


def test_the_checkpoint_itself_passes() -> None:
    truth = pixels(0, COUNT)
    report = judged(Trial(truth, shown(truth), shown(truth)))
    assert report.verdict is Verdict.PASSED
    assert report.reasons == ()
    assert (report.delta_jaccard, report.agreement_mean, report.max_abs_delta) == (0, 1, 0)
    assert (report.engine, report.claim) == ("shelf 1.0", "made up")
    assert (report.artefact, report.reference, report.images) == ("net", "checkpoint", 1)


@pytest.mark.parametrize("precision", Precision)
def test_both_sides_of_the_limit_on_the_jaccard(precision: Precision) -> None:
    edge = round(DEFAULT.limits[precision]["delta"] * COUNT)
    truth = pixels(0, COUNT)
    for lost, broken in ((edge - 1, False), (edge + 1, True)):
        report = judged(Trial(truth, shown(truth), shown(pixels(lost, COUNT))), precision=precision)
        assert report.delta_jaccard == pytest.approx(-lost / COUNT)
        assert (report.check("delta").verdict is Verdict.FAILED) == broken
        assert (report.check("delta").sentence in report.reasons) == broken


@pytest.mark.parametrize("precision", Precision)
def test_a_better_jaccard_is_as_suspect_as_a_worse_one(precision: Precision) -> None:
    truth = pixels(0, COUNT)
    lost = int(DEFAULT.limits[precision]["delta"] * COUNT) + 2
    report = judged(Trial(truth, shown(pixels(lost, COUNT)), shown(truth)), precision=precision)
    assert report.delta_jaccard is not None
    assert report.delta_jaccard > 0
    assert report.check("delta").verdict is Verdict.FAILED
    assert report.check("delta").sentence in report.reasons


@pytest.mark.parametrize("precision", Precision)
def test_both_sides_of_the_limit_on_agreement(precision: Precision) -> None:
    """Reference and artefact lose as much of the truth, but not the same: ΔJaccard stays 0."""
    edge = round((1 - DEFAULT.limits[precision]["agreement"]) * COUNT) // 2
    truth = pixels(0, COUNT)
    for lost, broken in ((edge - 1, False), (edge + 1, True)):
        reference, found = pixels(lost, COUNT), pixels(0, COUNT - lost)
        report = judged(Trial(truth, shown(reference), shown(found)), precision=precision)
        assert report.delta_jaccard == 0
        assert report.agreement_mean == pytest.approx(1 - 2 * lost / COUNT)
        assert report.check("delta").verdict is Verdict.PASSED
        assert (report.check("agreement").verdict is Verdict.FAILED) == broken


def test_a_constant_answer_fails_by_itself() -> None:
    truth = np.ones((SIDE, SIDE), bool)
    same = np.full((SIDE, SIDE), 0.8, np.float32)
    report = judged(Trial(truth, same, same), Trial(truth, same, same + np.float32(0.0005)))
    assert report.verdict is Verdict.FAILED
    assert len(report.reasons) == 1
    assert "spread of probabilities" in report.reasons[0]


def test_maps_that_differ_between_images_are_no_constant() -> None:
    full, none = np.ones((SIDE, SIDE), bool), np.zeros((SIDE, SIDE), bool)
    report = judged(Trial(full, shown(full), shown(full)), Trial(none, shown(none), shown(none)))
    assert report.verdict is Verdict.PASSED


@pytest.mark.parametrize(("true", "verdict"), [(0.49, Verdict.FAILED), (0.5, Verdict.PASSED)])
def test_a_poor_reference_fails_by_itself(true: float, verdict: Verdict) -> None:
    known = shown(pixels(0, int(COUNT * true)))
    report = judged(Trial(pixels(0, COUNT), known, known))
    assert (report.delta_jaccard, report.agreement_mean) == (0, 1)
    assert report.verdict is verdict
    assert [reason[:24] for reason in report.reasons] == ["Jaccard of the reference"] * (true < 0.5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_value_that_is_no_number_fails_by_itself(value: float) -> None:
    truth = pixels(0, COUNT)
    found = shown(truth)
    found[(0, 0) if value == np.inf else (-1, -1)] = value  # the mask stays the same
    report = judged(Trial(truth, shown(truth), found), Trial(truth, shown(truth), shown(truth)))
    assert report.agreement_mean == 1
    assert report.reasons == (NO_NUMBERS,)
    assert report.verdict is Verdict.FAILED


def test_nothing_but_nan_is_not_called_constant() -> None:
    truth = pixels(0, COUNT)
    report = judged(Trial(truth, shown(truth), np.full((SIDE, SIDE), np.nan, np.float32)))
    assert report.reasons[0] == NO_NUMBERS
    assert report.check("constant").verdict is Verdict.NOT_RUN


def test_the_worst_image_is_named() -> None:
    truth = pixels(0, COUNT)
    trials = [Trial(truth, shown(truth), shown(pixels(lost, COUNT))) for lost in (3, 9, 6)]
    report = judged(*trials)
    assert report.worst_image == "image 1"
    assert report.agreement_worst == pytest.approx(1 - 9 / COUNT)


def test_numbers_equal_the_slow_ones() -> None:
    generator = np.random.default_rng(0)
    trials = [
        Trial(
            generator.random((9, 7)) < 0.5,
            generator.random((9, 7), np.float32),
            generator.random((9, 7), np.float32),
        )
        for _ in range(5)
    ]
    report = judged(*trials)
    slow = [slow_numbers(trial) for trial in trials]
    reference, artefact, agreement, gap = (list(column) for column in zip(*slow, strict=True))
    assert report.jaccard_reference == pytest.approx(sum(reference) / 5)
    assert report.jaccard_artefact == pytest.approx(sum(artefact) / 5)
    assert report.delta_jaccard == pytest.approx((sum(artefact) - sum(reference)) / 5)
    assert report.agreement_mean == pytest.approx(sum(agreement) / 5)
    assert report.agreement_worst == pytest.approx(min(agreement))
    assert report.max_abs_delta == pytest.approx(max(gap))
    assert [image.agreement for image in report.per_image] == pytest.approx(agreement)


def slow_numbers(trial: Trial) -> tuple[float, float, float, float]:
    def overlap(one: Array | Mask, other: Array | Mask) -> float:
        both = either = 0
        for a, b in zip(one.ravel().tolist(), other.ravel().tolist(), strict=True):
            both += a >= 0.5 and b >= 0.5
            either += a >= 0.5 or b >= 0.5
        return both / either

    gap = max(
        abs(a - b)
        for a, b in zip(trial.found.ravel().tolist(), trial.reference.ravel().tolist(), strict=True)
    )
    return (
        overlap(trial.reference, trial.truth),
        overlap(trial.found, trial.truth),
        overlap(trial.found, trial.reference),
        gap,
    )


def test_masks_are_compared_at_the_photographs_size() -> None:
    """A net of 8×8 under a photograph of 200×200: the truth decides where pixels are counted."""
    truth = pixels(0, COUNT)  # the upper half
    half = shown(np.repeat([True, False], 4)[:, None] & np.ones((8, 8), bool))
    assert judged(Trial(truth, half, half)).jaccard_reference == pytest.approx(1, abs=0.02)


def test_a_reference_of_another_size_is_refused() -> None:
    truth = pixels(0, COUNT)
    with pytest.raises(InputError, match="200×200 and the artefact's 100×100"):
        judged(Trial(truth, shown(truth), np.zeros((100, 100), np.float32)))


def test_every_verdict_has_its_exit_code() -> None:
    assert EXIT_CODES == {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.NOT_RUN: 3}
    report = not_run("net", Precision.W8, "no engine")
    assert report.verdict is Verdict.NOT_RUN
    assert (report.images, report.jaccard_artefact, report.worst_image) == (0, None, None)


def test_saved_predictions_must_hold_every_image(discs: Path) -> None:
    samples = select(read_dataset(discs), None)
    maps = {sample.id: np.zeros((32, 32), np.float32) for sample in samples}
    found = data_cases(samples, saved_reference(Predictions("c", "saved", maps)))
    assert [case.id for case in found] == [sample.id for sample in samples]
    del maps["disc_2"]
    with pytest.raises(InputError, match="has no prediction of disc_2"):
        list(data_cases(samples, saved_reference(Predictions("c", "saved", maps))))


def test_golden_check_of_an_artefact(dark: Path) -> None:
    report = evaluate_artifact(str(dark)).report
    assert report.verdict is Verdict.PASSED
    assert (report.images, report.reference) == (4, "golden images")
    assert report.max_abs_delta is not None
    assert report.max_abs_delta < 1e-5


def test_check_without_a_reference_is_not_run(dark: Path, discs: Path) -> None:
    cases = data_cases(select(read_dataset(discs), None), None)
    report = evaluate_artifact(dark, cases).report
    assert report.verdict is Verdict.NOT_RUN
    assert "--reference" in report.reasons[0]


def cases_of(data: Path, digest: str, shift: float = 0) -> CaseSet:
    class Formula(Shelf):
        def __call__(self, tensor: Array) -> Array:
            return formula((tensor + shift).clip(0, 255))

    net = Segmenter("formula", Formula({}), 32, 32, 0.5)
    return data_cases(select(read_dataset(data), None), net_reference(net, digest))


def test_check_against_a_net_of_the_same_checkpoint(dark: Path, discs: Path) -> None:
    same, darker = cases_of(discs, "c" * 64), cases_of(discs, "c" * 64, -70)
    report = evaluate_artifact(dark, same).report
    assert (report.verdict, report.reference) == (Verdict.PASSED, "formula")
    report = evaluate_artifact(dark, darker).report
    assert report.verdict is Verdict.FAILED
    with pytest.raises(InputError, match="The reference formula is of checkpoint d"):
        evaluate_artifact(dark, cases_of(discs, "d" * 64))


def test_the_threshold_of_the_manifest_makes_the_masks(dark: Path) -> None:
    healthy = evaluate_artifact(str(dark)).report
    edit_manifest(dark, threshold=0.999999)
    strict = evaluate_artifact(str(dark)).report
    assert healthy.jaccard_artefact is not None
    assert strict.jaccard_artefact is not None
    assert strict.jaccard_artefact < healthy.jaccard_artefact


def test_a_stored_set_gives_the_same_report_to_the_bit(
    dark: Path, discs: Path, tmp_path: Path
) -> None:
    cases = cases_of(discs, "c" * 64, -20)
    known = pickle.loads(pickle.dumps(stored(cases, [OURS.frame(32, 32)], tmp_path / "images")))
    for case, same in zip(cases, known, strict=True):
        assert (case.tensor(OURS.frame(32, 32)) == same.tensor(OURS.frame(32, 32))).all()
        assert (case.truth == same.truth).all()
        assert (case.photo == same.photo).all()
    assert evaluate_artifact(dark, known, shown=2) == evaluate_artifact(dark, cases, shown=2)
    assert evaluate_artifact(dark, golden_stored(dark, tmp_path), shown=2) == evaluate_artifact(
        dark, shown=2
    )


def golden_stored(artefact: Path, folder: Path) -> CaseSet:
    return stored(golden_of(artefact), [OURS.frame(32, 32)], folder / "golden")


def test_a_stored_set_decodes_no_image_again(dark: Path, discs: Path, tmp_path: Path) -> None:
    known = stored(cases_of(discs, "c" * 64), [OURS.frame(32, 32)], tmp_path / "images")
    before = evaluate_artifact(dark, known).report
    for file in (discs / "images").iterdir():
        file.write_bytes(b"no image any more")
    assert evaluate_artifact(dark, known).report == before


def test_a_budget_of_size_is_about_the_file_and_not_its_manifest(dark: Path) -> None:
    config = replace(DEFAULT, budgets=Budgets({"megabytes": 0.0001}))
    report = evaluate_artifact(dark, config=config).report
    assert report.check("megabytes").verdict is Verdict.FAILED
    edit_manifest(dark, model_bytes=1)
    with pytest.raises(InputError, match=r"model\.onnx has \d+ bytes, manifest\.json says 1"):
        evaluate_artifact(dark, config=config)
