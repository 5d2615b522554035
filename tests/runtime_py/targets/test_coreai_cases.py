"""A slice of the generated cases of engine `coreai`; `make conformance` runs all."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.conformance.coreai_cases import (
    SHAPES,
    TYPES,
    CaseResult,
    compared,
    operations,
    run_group,
)
from tests.once import require_target


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch and coreai-torch about each other's versions
@pytest.mark.parametrize("kind", TYPES)
def test_the_runtime_computes_what_torch_does(tmp_path: Path, kind: str) -> None:
    require_target("coreai")
    found = run_group(SHAPES[0], kind, tmp_path)
    assert len(found) >= 60
    assert [case for case in found if not case.passed] == []


def test_there_are_300_cases() -> None:
    assert sum(len(operations(shape)) for shape in SHAPES) * len(TYPES) >= 300


def test_a_case_fails_where_it_should() -> None:
    """The twins: another value, no number, another shape."""
    wanted = {"relu": torch.tensor([[1.0, 300.0]])}
    for result in ([[1.0, 301.0]], [[1.0, np.nan]], [[1.0], [300.0]]):
        (case,) = compared(wanted, [np.array(result, np.float32)], TYPES["float32"])
        assert not case.passed
    (case,) = compared(wanted, [np.array([[1.001, 300]], np.float32)], TYPES["float32"])
    assert case.passed
    assert not CaseResult("average 3x3 of inside", 0.0, 1.0).passed, "no longer known wrong"
