"""Skin tones and group verdicts, against published colours and plain cases."""

import numpy as np
import pytest

from benchmarks.groups import LEAST, judged, to_lab


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)  # D65 values as colour tables print them
def test_lab_is_that_of_the_tables(
    colour: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    np.testing.assert_allclose(to_lab(np.array([colour], np.uint8))[0], lab, atol=0.05)


def test_a_group_fails_only_where_its_whole_interval_lies_below_the_margin() -> None:
    noise = np.random.default_rng(0).normal(0, 0.02, 60)
    assert judged(noise - 0.05)["verdict"] == "failed"
    assert judged(noise)["verdict"] == "passed"
    wide = np.where(np.arange(60) == 0, -1.5, 0.0)  # the mean is -0.025, one photograph's doing
    assert judged(wide)["verdict"] == "passed"
    assert judged(noise[: LEAST - 1] - 1)["verdict"].startswith("not judged")
