"""Each change of a dataset once; `python -m tests.mutations.datasets` makes all 300."""

import pytest

from tests.mutations.datasets import run_all
from tests.mutations.spoil_datasets import KINDS


@pytest.mark.slow
def test_every_dataset_ends_in_the_right_number_or_a_refusal_that_names_a_file() -> None:
    count = sum(map(len, KINDS.values()))
    counts, wrong = run_all(0, count)
    assert wrong == []
    assert sum(counts.values()) == 3 * count
    assert {outcome for _, _, outcome in counts} == {"right", "found", "refused"}
