"""float16 rounding against NumPy's cast, bit for bit."""

import numpy as np

from skinseg_mobile.runtime_py.targets.coreml.interpreter.half import to_half

HALVES = np.arange(1 << 16, dtype=np.uint16).view(np.float16)


def test_every_float16_stays() -> None:
    with np.errstate(invalid="ignore"):  # signalling NaNs
        wide = HALVES.astype(np.float32)
        rounded = to_half(wide)
    assert np.array_equal(rounded, wide, equal_nan=True)
    numbers = ~np.isnan(wide)
    assert np.array_equal(np.signbit(rounded[numbers]), np.signbit(wide[numbers]))


def test_ties_and_their_neighbours_round_as_numpy_rounds() -> None:
    finite = np.sort(HALVES[np.isfinite(HALVES)].astype(np.float64))
    ties = ((finite[1:] + finite[:-1]) / 2).astype(np.float32)
    up = np.nextafter(ties, np.float32(np.inf))
    down = np.nextafter(ties, np.float32(-np.inf))
    for values in (ties, up, down):
        assert np.array_equal(to_half(values), values.astype(np.float16).astype(np.float32))


def test_a_sweep_of_all_float32_rounds_as_numpy_rounds() -> None:
    values = np.arange(0, 1 << 32, 1997, dtype=np.uint64).astype(np.uint32).view(np.float32)
    with np.errstate(all="ignore"):
        expected = values.astype(np.float16).astype(np.float32)
        assert np.array_equal(to_half(values), expected, equal_nan=True)


def test_shapes_survive() -> None:
    assert to_half(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    assert to_half(np.array(1.00001, np.float32)).shape == ()
    assert to_half(np.ones((2, 3, 4), np.float32)[:, ::2].transpose(2, 0, 1)).shape == (4, 2, 2)
