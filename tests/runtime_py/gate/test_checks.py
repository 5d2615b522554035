"""A report: order, groups, budgets, and that "not run" is never a pass."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.checks import fallback
from skinseg_mobile.runtime_py.gate.compare import Answer
from skinseg_mobile.runtime_py.gate.config import DEFAULT, Budgets, GateConfig
from skinseg_mobile.runtime_py.gate.report import GateReport, Subject, not_run, report_on
from skinseg_mobile.runtime_py.gate.spec import Facts
from skinseg_mobile.runtime_py.gate.verdict import (
    Bound,
    Reading,
    Rule,
    Verdict,
    overall,
    verdict_of,
)
from tests.runtime_py.gate.maps import SIDE, Array, blob, outcome, outcomes

SUBJECT = Subject("net", Precision.FP32, "engine", "checkpoint", 0.5)


def failed(report: GateReport) -> set[str]:
    return {item.name for item in report.checks if item.verdict is Verdict.FAILED}


def with_budgets(facts: Facts, budgets: Budgets) -> GateReport:
    return report_on(outcomes(12), replace(SUBJECT, facts=facts), GateConfig(budgets=budgets))


def test_healthy_outcomes_pass_every_check_that_could_be_made() -> None:
    found = report_on(outcomes(12), SUBJECT)
    assert (found.verdict, found.reasons, found.images) == (Verdict.PASSED, (), 12)
    missing = {item.name for item in found.checks if item.verdict is Verdict.NOT_RUN}
    assert missing == {"worst-group"}
    assert found.check("worst-group").value is None


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_photographs_plays_no_part(seed: int) -> None:
    ordered = [*outcomes(15, type="a"), *(replace(o, id=f"b {o.id}") for o in outcomes(16))]
    shuffled = random.Random(seed).sample(ordered, len(ordered))
    assert report_on(shuffled, SUBJECT) == report_on(ordered, SUBJECT)


def shifted(count: int, down: float) -> list[Answer]:
    return [outcome(number, blob(down, seed=number)) for number in range(count)]


def test_a_shift_of_a_fifth_of_a_pixel_is_caught_by_nothing_else() -> None:
    """The truth lies between both, so that neither is nearer to it."""
    images: list[Answer] = []
    for number in range(12):
        reference, true, found = (blob(d, seed=number, side=192) for d in (0, 0.1, 0.2))
        images.append(Answer(f"{number}", true >= 0.5, reference, found))
    judged = report_on(images, replace(SUBJECT, precision=Precision.INT8))
    assert failed(judged) == {"shift"}
    assert judged.reasons[0].startswith("shift of the maps must be at most 0.1 px, it is 0.2")
    assert "down" in judged.check("shift").where


def test_one_lost_lesion_of_many_is_caught_by_name() -> None:
    lost = [*outcomes(39), outcome(39, 1 - blob(seed=39))]
    found = report_on(lost, replace(SUBJECT, precision=Precision.INT8))
    assert {"worst-image", "worst-agreement", "losing"} <= failed(found)
    assert found.check("worst-image").where == "image 039"
    assert found.worst_image == "image 039"


def test_a_mean_within_its_limit_may_still_not_be_shown_to_hold() -> None:
    """One large loss of many: the mean is fine, its confidence bound is not."""
    outcomes_ = [*outcomes(79), outcome(79, blob(seed=79) * np.float32(0.6))]
    found = report_on(outcomes_, replace(SUBJECT, precision=Precision.INT8))
    assert found.delta_interval is not None
    assert found.check("delta").verdict is Verdict.PASSED
    assert found.check("non-inferiority").verdict is Verdict.FAILED


def test_few_photographs_have_no_interval() -> None:
    found = report_on(outcomes(9), SUBJECT)
    assert found.delta_interval is None
    assert found.check("non-inferiority").verdict is Verdict.NOT_RUN
    assert "it needs 10 images, there are 9" in found.check("non-inferiority").sentence


def test_a_group_of_fifteen_is_judged_and_a_smaller_one_shown() -> None:
    def squeezed(number: int, kind: str) -> Answer:
        return outcome(number, blob(seed=number) * np.float32(0.9), kind=kind)

    large = [squeezed(number, "a") for number in range(15)]
    small = [squeezed(number, "b") for number in range(15, 29)]
    healthy = [replace(o, id=f"healthy {o.id}") for o in outcomes(30, kind="c")]
    found = report_on([*large, *small, *healthy], replace(SUBJECT, precision=Precision.INT8))
    assert [(g.value, g.images, g.judged) for g in found.groups] == [
        ("a", 15, True), ("b", 14, False), ("c", 30, True),
    ]  # fmt: skip
    assert found.check("worst-group").where == "kind = a"
    assert "worst-group" in failed(found)
    found = report_on([*small, *healthy], replace(SUBJECT, precision=Precision.INT8))
    assert found.check("worst-group").where == "kind = c"
    assert "worst-group" not in failed(found)


def test_probabilities_that_moved_without_crossing_the_threshold_are_caught() -> None:
    def flatter(number: int) -> Answer:
        p = blob(seed=number)
        return outcome(number, (0.5 + (p - 0.5) * 0.8).astype(np.float32))

    found = report_on([flatter(number) for number in range(12)], SUBJECT)
    assert (found.delta_jaccard, found.agreement_mean) == (0, 1)
    assert {"probability", "calibration"} <= failed(found)


def empty(number: int, found: Array | None = None, high: float = 0.05) -> Answer:
    """An image without a lesion; the checkpoint sees a faint one of at most `high`."""
    faint = (blob(seed=number) * np.float32(high)).astype(np.float32)
    truth = np.zeros((SIDE, SIDE), np.bool_)
    return Answer(f"empty {number:03}", truth, faint, faint if found is None else found)


def clamped(answer: Answer) -> Answer:
    """As a net with a dead output says: never above 0.4."""
    return replace(answer, found=answer.found.clip(0, 0.4))


def noisy(answer: Answer, number: int) -> Answer:
    """As a good 8-bit file says."""
    generator = np.random.default_rng(number)
    noise = generator.normal(0, 0.004, answer.found.shape)
    return replace(answer, found=(answer.found + noise).clip(0, 1).astype(np.float32))


NEED_POSITIVES = {
    "constant", "reference", "delta", "non-inferiority", "worst-image", "losing", "agreement",
    "worst-agreement", "boundary", "shift", "stretch", "worst-group",
}  # fmt: skip


@pytest.mark.parametrize("high", [0, 0.05, 0.45])
@pytest.mark.parametrize("good", [True, False])
def test_images_without_positives_prove_nothing(high: float, *, good: bool) -> None:
    answers = [empty(number, high=high) for number in range(40)]
    changed = [noisy(a, n) if good else clamped(a) for n, a in enumerate(answers)]
    found = report_on(changed, replace(SUBJECT, precision=Precision.INT8))
    assert found.verdict is Verdict.NOT_RUN
    missing = {item.name for item in found.checks if item.verdict is Verdict.NOT_RUN}
    assert missing == NEED_POSITIVES
    assert found.reasons == (
        "Jaccard of the reference was not checked: no ground truth has a positive pixel. Add images"
        " that show what the net looks for",
    )
    assert (found.images_scored, found.agreement_mean) == (0, None)


@pytest.mark.parametrize("count", [1, 3])
def test_a_clamped_net_fails_among_many_images_without_positives(count: int) -> None:
    """J of two empty masks is 1 and must not raise any mean."""
    answers = [empty(number) for number in range(200)] + outcomes(count)
    subject = replace(SUBJECT, precision=Precision.INT8)
    healthy = report_on(answers, subject)
    assert healthy.verdict is Verdict.PASSED
    assert (healthy.images, healthy.images_scored) == (200 + count, count)
    broken = report_on([clamped(answer) for answer in answers], subject)
    assert {"delta", "losing", "worst-image", "agreement", "boundary"} <= failed(broken)


def test_a_reference_that_sees_nothing_is_wrong_among_images_without_positives() -> None:
    answers = [empty(number) for number in range(200)] + [clamped(a) for a in outcomes(3)]
    blind = [replace(answer, reference=answer.found) for answer in answers]
    found = report_on(blind, SUBJECT)
    assert failed(found) == {"reference"}
    assert found.check("reference").value == 0
    assert found.check("agreement").verdict is Verdict.NOT_RUN


def test_masks_where_nothing_should_be_count() -> None:
    """The artefact alone finds something on an image without a lesion."""
    wrong = empty(9, found=blob(seed=9))
    found = report_on([*outcomes(12), wrong], replace(SUBJECT, precision=Precision.INT8))
    assert found.check("worst-image").where == "empty 009"
    assert {"worst-image", "worst-agreement"} <= failed(found)


def test_budgets_are_checks_of_their_own() -> None:
    facts = Facts(megabytes=2, parameters=100, latency_ms=3, latency_ratio=1.5)
    fine = Budgets({"megabytes": 2, "parameters": 100, "latency_ratio": 1.5}, baseline="x")
    assert with_budgets(facts, fine).verdict is Verdict.PASSED
    tight = Budgets({"megabytes": 1.9, "parameters": 99, "latency_ratio": 1.4}, baseline="x")
    assert failed(with_budgets(facts, tight)) == {"megabytes", "parameters", "latency"}
    names = {item.name for item in report_on(outcomes(12), SUBJECT).checks}
    assert not names & {"megabytes", "parameters", "latency"}


def test_a_budget_that_cannot_be_checked_is_no_pass() -> None:
    found = with_budgets(Facts(), Budgets({"parameters": 100}))
    assert found.check("parameters").verdict is Verdict.NOT_RUN
    assert found.verdict is Verdict.NOT_RUN
    assert found.reasons == (found.check("parameters").sentence,)


@pytest.mark.parametrize(
    ("left", "verdict"),
    [(0, Verdict.PASSED), (2, Verdict.FAILED), (None, Verdict.NOT_RUN)],
)
def test_what_an_accelerator_leaves_to_the_cpu(left: int | None, verdict: Verdict) -> None:
    report = with_budgets(Facts(fallback=left), Budgets({"fallback": 0}))
    assert (report.verdict, report.check(fallback.CHECK.name).verdict) == (verdict, verdict)
    assert "fallback" not in {check.name for check in report_on(outcomes(12), SUBJECT).checks}


def test_nothing_and_twice_the_same_are_refused() -> None:
    with pytest.raises(InputError, match="has no images"):
        report_on([], SUBJECT)
    with pytest.raises(InputError, match="image image 001 comes twice"):
        report_on([outcome(1), outcome(1)], SUBJECT)


def test_limits_of_the_config_are_the_ones_that_judge() -> None:
    exact = {"boundary": 1, "agreement": 1, "worst_agreement": 1}
    strict = {**DEFAULT.limits[Precision.FP32], **exact}
    config = GateConfig(limits={**DEFAULT.limits, Precision.FP32: strict})
    found = report_on(shifted(12, 0.004), SUBJECT, config)
    assert found.check("agreement").limit == 1


@pytest.mark.parametrize(
    ("bound", "kept", "broken"),
    [
        (Bound.AT_LEAST, (0.5, 0.6), (0.49, -1)),
        (Bound.AT_MOST, (0.5, -1), (0.51, 1)),
        (Bound.WITHIN, (0.5, -0.5), (0.51, -0.51)),
    ],
)
def test_both_sides_of_every_bound(
    bound: Bound, kept: tuple[float, ...], broken: tuple[float, ...]
) -> None:
    rule = Rule(name="x", title="value", bound=bound, why="why")
    for values, verdict in ((kept, Verdict.PASSED), ((*broken, float("nan")), Verdict.FAILED)):
        assert {rule.check(Reading(v), 0.5).verdict for v in values} == {verdict}


def test_the_whole_gate() -> None:
    passed = report_on(outcomes(12), SUBJECT).verdict
    missing = not_run("net", Precision.FP32, "no engine").verdict
    broken = report_on(shifted(12, 0.5), SUBJECT).verdict
    assert verdict_of([passed, missing]) is Verdict.PASSED
    assert verdict_of([passed, missing], [True, False]) is Verdict.PASSED
    assert verdict_of([passed, missing], [False, True]) is Verdict.NOT_RUN
    assert verdict_of([missing, missing]) is Verdict.NOT_RUN
    assert verdict_of([passed, missing, broken], [True, True, False]) is Verdict.FAILED
    assert overall([]) is Verdict.NOT_RUN


def test_an_infinity_fails_and_is_not_warned_of() -> None:
    broken = outcomes(12)
    broken[3].found[5, 5] = np.inf
    larger = [replace(o, truth=o.truth.repeat(2, 0).repeat(2, 1)) for o in broken]
    found = report_on(larger, SUBJECT)
    assert "finite" in failed(found)


def test_a_value_just_beyond_its_limit_does_not_look_like_it() -> None:
    rule = Rule(name="agreement", title="agreement", bound=Bound.AT_LEAST, why="")
    check = rule.check(Reading(0.99896), 0.999)
    assert check.verdict is Verdict.FAILED
    assert check.sentence == "agreement must be at least 0.999, it is 0.99896"


@pytest.mark.parametrize(
    ("changes", "threshold", "sentence"),
    [
        ({"reference": blob() * 255, "found": blob() * 255}, 0.5, "values on a are .* Give prob"),
        ({"reference": blob() * 8 - 4}, 0.5, "from 0 to 1"),
        ({"reference": blob() * np.float32("nan")}, 0.5, "are nan to nan"),
        ({"truth": (blob() > 0.5).astype(np.uint8) * 255}, 0.5, "of a is of uint8. Give bool"),
        ({}, 2.0, "threshold is 2.0"),
        ({}, float("nan"), "threshold is nan"),
    ],
)
def test_values_from_elsewhere_that_are_no_probabilities(
    changes: dict[str, Any], threshold: float, sentence: str
) -> None:
    answers = [replace(outcome(0), id="a", **changes), outcome(1)]
    with pytest.raises(InputError, match=sentence):
        report_on(answers, replace(SUBJECT, threshold=threshold))
