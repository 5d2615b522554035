"""Each number of the gate against SciPy or a slow, obvious version, and on known displacements."""

import math
import random
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage, stats

from skinseg_mobile.runtime_py.metrics.bootstrap import bootstrap_interval, resampled_means
from skinseg_mobile.runtime_py.metrics.boundary import boundary_f1, outline, tolerance_of
from skinseg_mobile.runtime_py.metrics.calibration import BINS, mean_error, reliability
from skinseg_mobile.runtime_py.metrics.displacement import Displacement, displacement, equations
from tests.runtime_py.gate.maps import SIDE, blob

Mask = NDArray[np.bool_]
values = st.lists(st.floats(-0.5, 0.5, allow_subnormal=False), min_size=10, max_size=40)


RESAMPLES = 4000


def interval(found: list[float], seed: int = 0, resamples: int = 500) -> tuple[float, float]:
    return bootstrap_interval(np.array(found), confidence=0.9, resamples=resamples, seed=seed)


def slow_interval(found: list[float]) -> tuple[float, float]:
    """BCa as the textbook has it: one draw at a time, the jackknife by leaving values out."""
    normal, n = NormalDist(), len(found)
    ordered = sorted(found)
    indices = np.random.default_rng(0).integers(n, size=(500, n))
    means = sorted(sum(ordered[i] for i in row) / n for row in indices.tolist())
    mean = sum(ordered) / n
    bias = normal.inv_cdf((sum(m < mean for m in means) + 0.5) / 501)
    left_out = [(sum(ordered) - value) / (n - 1) for value in ordered]
    middle = sum(left_out) / n
    spread = sum((middle - one) ** 2 for one in left_out)
    skew = sum((middle - one) ** 3 for one in left_out) / (6 * spread**1.5) if spread else 0.0
    ends: list[float] = []
    for share in (0.05, 0.95):
        z = bias + normal.inv_cdf(share)
        place = normal.cdf(bias + z / (1 - skew * z)) * (len(means) - 1)
        low = math.floor(place)
        high = min(low + 1, len(means) - 1)
        ends.append(means[low] + (place - low) * (means[high] - means[low]))
    return ends[0], ends[1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 40))
def test_the_interval_is_the_textbooks(seed: int, count: int) -> None:
    drawn = np.random.default_rng(seed).exponential(0.01, count).tolist()
    assert interval(drawn) == pytest.approx(slow_interval(drawn), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 40), st.sampled_from([0.8, 0.9, 0.95]))
def test_the_interval_is_scipys(seed: int, count: int, confidence: float) -> None:
    """Both draw the same indices from the same generator, so that their draws can be compared.

    SciPy's bias is k / B where ours is (k + 1/2) / (B + 1), which no draw makes infinite. With k
    near B / 2 they differ by a tenth of a rank, and the bias enters twice, once stretched by the
    skew, by less than 2 here: one rank is ample. From 20 images on no two draws are alike. Of fewer
    many have one mean, whose rank is any of theirs, and SciPy counts half of those at the middle.
    """
    drawn = np.sort(np.random.default_rng(seed).exponential(0.01, count))
    found = bootstrap_interval(drawn, confidence=confidence, resamples=RESAMPLES, seed=seed)
    theirs = stats.bootstrap(
        (drawn,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    means = np.sort(theirs.bootstrap_distribution)
    assert np.sort(resampled_means(drawn, RESAMPLES, seed)) == pytest.approx(means, rel=1e-12)
    ranks = np.interp([*found, *theirs.confidence_interval], means, np.arange(RESAMPLES))
    assert ranks[:2] == pytest.approx(ranks[2:], abs=1)


@settings(max_examples=40, deadline=None)
@given(values, st.integers(0, 5))
@example([0.0] * 9 + [1e-127], 0)  # its cubes vanish
def test_the_interval_knows_no_order_and_lies_within_the_values(
    found: list[float], seed: int
) -> None:
    shuffled = random.Random(seed).sample(found, len(found))
    low, high = interval(found)
    assert interval(shuffled) == (low, high)
    assert min(found) - 1e-12 <= low <= high <= max(found) + 1e-12


def test_the_interval_of_equal_values_is_the_value() -> None:
    assert interval([0.25] * 12) == pytest.approx((0.25, 0.25))
    assert interval([0.0] * 12) == (0, 0)


def test_the_interval_covers_what_it_says() -> None:
    """90 % intervals of skewed samples hold the true mean about nine times in ten."""
    generator = np.random.default_rng(0)
    samples = generator.exponential(1, (300, 40))
    hits = [low <= 1 <= high for low, high in (interval(s.tolist()) for s in samples)]
    assert 0.85 <= np.mean(hits) <= 0.94


def test_blocks_of_draws_are_as_many_as_asked_for() -> None:
    found = resampled_means(np.arange(3000, dtype=np.float64), 1500, 0)  # two blocks and a rest
    assert len(found) == 1500
    assert found.mean() == pytest.approx(1499.5, rel=0.01)


small = st.floats(-0.9, 0.9)


@settings(max_examples=40, deadline=None)
@given(small, small, st.integers(0, 50))
def test_a_known_shift_is_found(down: float, right: float, seed: int) -> None:
    pairs = [(blob(seed=seed + n), blob(down, right, seed=seed + n)) for n in range(4)]
    found = displacement(equations(*pair) for pair in pairs)
    assert found.shift == pytest.approx((down, right), abs=0.03)
    assert found.stretch == pytest.approx((0, 0), abs=0.05)


@settings(max_examples=20, deadline=None)
@given(small, st.integers(0, 50))
def test_a_known_stretch_is_found(stretch: float, seed: int) -> None:
    pairs = [(blob(seed=seed + n), blob(stretch=stretch, seed=seed + n)) for n in range(4)]
    found = displacement(equations(*pair) for pair in pairs)
    assert found.stretch == pytest.approx((stretch, stretch), abs=0.06)
    assert found.shift is not None
    assert np.hypot(*found.shift) < 0.03


def test_half_a_pixel_hides_from_jaccard_and_not_from_the_shift() -> None:
    a, b = blob(side=192), blob(0.5, 0, side=192)
    masks = (a >= 0.5), (b >= 0.5)
    jaccard = np.count_nonzero(masks[0] & masks[1]) / np.count_nonzero(masks[0] | masks[1])
    found = displacement([equations(a, b)])
    assert jaccard > 0.985
    assert found.shift is not None
    assert found.shift[0] == pytest.approx(0.5, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(small, small, small, st.integers(0, 50))
def test_the_displacement_solves_scipys_equations(
    down: float, right: float, stretch: float, seed: int
) -> None:
    """One least-squares problem over all pixels, blurred by SciPy; ours sums normal equations."""
    pairs = [
        (blob(seed=seed + n), blob(down, right, stretch=stretch, seed=seed + n)) for n in range(3)
    ]
    designs, differences = zip(*(scipys_equations(*pair) for pair in pairs), strict=True)
    expected = np.linalg.lstsq(np.concatenate(designs), np.concatenate(differences))[0]
    found = displacement(equations(*pair) for pair in pairs)
    assert found.shift is not None
    assert found.stretch is not None
    assert (*found.shift, *found.stretch) == pytest.approx(expected.tolist(), abs=1e-6)


def scipys_equations(
    reference: NDArray[np.float32], found: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b = (scipys_blur(values.astype(np.float64)) for values in (reference, found))
    gradients = np.gradient((a + b) / 2)
    places = np.meshgrid(*(np.linspace(-1, 1, n) for n in a.shape), indexing="ij")
    columns = [*gradients, *(g * place for g, place in zip(gradients, places, strict=True))]
    return np.stack([column.ravel() for column in columns], axis=1), (a - b).ravel()


def scipys_blur(values: NDArray[np.float64]) -> NDArray[np.float64]:
    for axis in (0, 1, 0, 1):
        values = ndimage.correlate1d(values, [0.25, 0.5, 0.25], axis, mode="nearest")
    return values


def test_flat_maps_show_no_displacement() -> None:
    flat = np.full((SIDE, SIDE), 0.3, np.float32)
    nothing = Displacement(None, None)
    assert displacement([equations(flat, flat)]) == nothing
    assert displacement([equations(flat, np.full_like(flat, np.nan))]) == nothing


@pytest.mark.parametrize("count", [1, 24, 500])
def test_however_many_faint_maps_show_no_displacement(count: int) -> None:
    """As a net sees plain skin: blurred spots of at most 0.05, each moved by noise."""
    generator = np.random.default_rng(count)
    spots = ndimage.gaussian_filter(generator.normal(0, 1, (count, 2, 96, 96)), (0, 0, 4, 4))
    spots = (0.05 * spots / spots.max(axis=(2, 3), keepdims=True)).clip(0).astype(np.float32)
    assert displacement(equations(a, a + b / 10) for a, b in spots) == Displacement(None, None)


def test_a_small_mask_in_the_middle_tells_of_its_shift_alone() -> None:
    row, column = np.indices((192, 192)) - 95.5
    spot = (1 / (1 + np.exp(np.hypot(row, column) - 6))).astype(np.float32)
    found = displacement([equations(spot, np.roll(spot, 1, 0))])
    assert found.shift == pytest.approx((1, 0), abs=0.05)
    assert found.stretch is None


def test_an_edge_in_one_direction_says_nothing_of_the_other() -> None:
    row = np.abs(np.arange(SIDE, dtype=np.float32)[:, None] - SIDE / 2)
    band = np.repeat(1 / (1 + np.exp(row - SIDE / 4)), SIDE, 1).astype(np.float32)
    found = displacement([equations(band, np.roll(band, 1, 1))])
    assert found.shift is not None
    assert found.shift[1] == pytest.approx(0)


def scipys_outline(mask: Mask) -> Mask:
    return mask & ~ndimage.binary_erosion(mask, border_value=1)


def scipys_f1(a: Mask, b: Mask, tolerance: float) -> float:
    """By Euclidean distance transforms of the whole frame, where ours paints discs."""
    first, second = scipys_outline(a), scipys_outline(b)
    if not first.any() or not second.any():
        return float(first.any() == second.any())

    def share(points: Mask, others: Mask) -> float:
        distances = np.asarray(ndimage.distance_transform_edt(~others))
        return float(np.mean(distances[points] <= tolerance))

    precision, recall = share(first, second), share(second, first)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 9), st.floats(0.05, 0.95))
def test_boundary_f1_is_that_of_scipys_distances(seed: int, tolerance: float, share: float) -> None:
    generator = np.random.default_rng(seed)
    a, b = generator.random((2, *generator.integers(1, 60, 2))) < share
    assert boundary_f1(a, b, tolerance) == pytest.approx(scipys_f1(a, b, tolerance))
    assert boundary_f1(a, b, tolerance) == boundary_f1(b, a, tolerance)


@pytest.mark.parametrize("tolerance", [None, 1.0, 2.0])
def test_boundary_f1_of_lesions_is_that_of_scipys_distances(tolerance: float | None) -> None:
    a, b = (blob(offset, side=160) >= 0.5 for offset in (0, 2.5))
    assert np.array_equal(outline(a), scipys_outline(a))
    expected = scipys_f1(a, b, tolerance or tolerance_of(a.shape))
    assert 0 < expected < 1
    assert boundary_f1(a, b, tolerance) == pytest.approx(expected)


def test_the_frame_is_no_outline_and_the_tolerance_grows_with_the_photograph() -> None:
    assert not outline(np.ones((5, 5), bool)).any()
    assert tolerance_of((256, 256)) == pytest.approx(1.086, abs=1e-3)
    assert tolerance_of((3000, 4000)) == pytest.approx(15)
    assert tolerance_of((32, 32)) == 1


def slow_error(p: NDArray[np.float32], truth: Mask) -> float:
    total = 0.0
    bins: dict[int, list[tuple[float, bool]]] = {}
    for value, true in zip(p.ravel().tolist(), truth.ravel().tolist(), strict=True):
        bins.setdefault(min(int(value * BINS), BINS - 1), []).append((value, true))
    for members in bins.values():
        gap = sum(value for value, _ in members) - sum(true for _, true in members)
        total += abs(gap) / p.size
    return total


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_calibration_error_is_the_slow_one(seed: int) -> None:
    generator = np.random.default_rng(seed)
    p = generator.random((12, 9), np.float32)
    truth = generator.random((12, 9)) < p**2
    assert mean_error([reliability(p, truth)]) == pytest.approx(slow_error(p, truth), abs=1e-6)


def test_calibrated_probabilities_have_no_error() -> None:
    generator = np.random.default_rng(0)
    p = generator.random((400, 400), np.float32)
    truth = generator.random((400, 400)) < p
    assert mean_error([reliability(p, truth)]) < 0.01
    assert mean_error([reliability(p**3, truth)]) > 0.2
