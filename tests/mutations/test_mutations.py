"""A tenth of the mutations in every test run; `python -m tests.mutations.run` makes all 2,000."""

from pathlib import Path

import pytest

from tests.mutations.cases import cases
from tests.mutations.run import MOST_MEGABYTES, Report, run_kind

SHARE = 0.1


def require_good(report: Report, count: int) -> None:
    assert report.wrong == []
    assert report.megabytes < MOST_MEGABYTES
    assert sum(report.outcomes.values()) == count
    assert report.outcomes["refused"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", cases())
def test_every_mutation_ends_in_a_sentence_or_a_result(kind: str) -> None:
    _, whole = cases()[kind]
    count = round(whole * SHARE)
    require_good(run_kind(kind, 10_000, count), count)


@pytest.mark.slow
def test_core_ml_packages_too(artefacts: dict[str, Path]) -> None:
    require_good(run_kind("coreml", 10_000, 10, artefacts["coreml-fp16"]), 10)
