"""Each criterion against its definition, at its limit and beyond it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from skinseg_mobile.runtime_py.dossier.criteria import CRITERIA, Evidence, judge_criteria
from skinseg_mobile.runtime_py.gate.compare import ImageResult, group_results
from skinseg_mobile.runtime_py.gate.verdict import Verdict

OLD = np.linspace(0.6, 0.9, 30)
NEW = OLD + np.linspace(-0.08, 0.05, 30)


def image(number: int, old: float, new: float) -> ImageResult:
    groups = {"skin": str(number % 2)}
    return ImageResult(f"{number:02}", old, new, 0.9, 0.9, 0.1, 0.1, groups, True, True, True)


def evidence(old: Sequence[float] | np.ndarray, new: Sequence[float] | np.ndarray) -> Evidence:
    images = [image(n, float(a), float(b)) for n, (a, b) in enumerate(zip(old, new, strict=True))]
    gate = [Verdict.PASSED, Verdict.NOT_RUN, Verdict.FAILED]
    return Evidence(images, group_results(images), (-0.02, 0.01), 0.5, gate)


EXPECTED = {
    "images": 30.0,
    "jaccard": NEW.mean(),
    "delta": (NEW - OLD).mean(),
    "lower-bound": -0.02,
    "worst-group": min((NEW - OLD)[0::2].mean(), (NEW - OLD)[1::2].mean()),
    "worst-image": (NEW - OLD).min(),
    "losing": np.mean(NEW - OLD < -0.05),
    "megabytes": 0.5,
    "gate-failures": 1.0,
}


@pytest.mark.parametrize("name", CRITERIA)
def test_a_criterion_holds_up_to_its_limit(name: str) -> None:
    value, found = float(EXPECTED[name]), evidence(OLD, NEW)
    at_least = CRITERIA[name].bound == "at least"
    slack = 1e-9 if at_least else -1e-9
    (kept,) = judge_criteria({name: value - slack}, found)
    (broken,) = judge_criteria({name: value + slack * 2e6}, found)
    assert kept.value == pytest.approx(value)
    assert (kept.verdict, broken.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert kept.required


@pytest.mark.parametrize("name", ["jaccard", "delta", "worst-image", "losing"])
def test_images_without_a_positive_pixel_say_nothing(name: str) -> None:
    found = evidence(OLD, NEW)
    empty = [
        replace(i, in_truth=False, in_reference=False, in_artefact=False) for i in found.images
    ]
    (check,) = judge_criteria({name: 0.0}, replace(found, images=empty))
    assert check.verdict is Verdict.NOT_RUN


def test_what_cannot_be_known_is_not_run() -> None:
    found = evidence(OLD[:8], NEW[:8])
    few = replace(found, interval=None, gate=[Verdict.NOT_RUN])
    checks = judge_criteria({"lower-bound": -1, "worst-group": -1, "gate-failures": 0}, few)
    assert {check.verdict for check in checks} == {Verdict.NOT_RUN}
