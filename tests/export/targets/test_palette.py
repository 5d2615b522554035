"""The palette of a weight is the best one there is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinseg_mobile.export.targets.coreai.palette import palette_of


def error_of(levels: np.ndarray, palette: np.ndarray) -> float:
    """Return the squared error of the nearest values."""
    gaps = np.abs(levels.astype(np.float64)[:, None] - palette[None]).min(1)
    return float(np.square(gaps).sum())


def slowest(levels: np.ndarray, size: int) -> float:
    """Try every way to cut the sorted values into runs; the mean of each run, not rounded."""
    ordered = np.sort(levels).astype(np.float64)
    found = [
        sum(float(np.square(run - run.mean()).sum()) for run in np.split(ordered, cuts))
        for cuts in combinations(range(1, len(ordered)), size - 1)
    ]
    return min(found)


@given(st.lists(st.integers(-127, 127), min_size=4, max_size=9), st.integers(2, 4))
def test_no_cut_is_better(numbers: list[int], size: int) -> None:
    levels = np.array(numbers, np.int8)
    palette, indices = palette_of(levels, size)
    assert palette.shape == (size,)
    assert np.all(np.diff(palette.astype(int)) >= 0)
    assert indices.max() < size
    found = float(np.square(palette[indices].astype(float) - levels.astype(float)).sum())
    rounding = 0.25 * len(levels)  # each mean is rounded to a level
    assert found <= slowest(levels, size) + rounding + 1e-6


def test_64_values_beat_even_steps() -> None:
    levels = np.random.default_rng(0).normal(0, 30, 5000).clip(-127, 127).astype(np.int8)
    palette, indices = palette_of(levels.reshape(50, 100), 64)
    assert indices.shape == (50, 100)
    assert indices.dtype == np.uint8
    even = np.rint(np.linspace(-127, 127, 64))
    assert error_of(levels, palette) < 0.6 * error_of(levels, even)


@pytest.mark.parametrize("value", [-127, 0, 127])
def test_one_value_alone(value: int) -> None:
    palette, indices = palette_of(np.full((2, 3), value, np.int8), 64)
    assert set(palette.tolist()) == {value}
    assert np.all(palette[indices] == value)
