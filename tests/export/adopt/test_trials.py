"""What is better by more than chance, what values can be, and which of equal contracts is taken."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.export.adopt.trials import (
    Score,
    best_of,
    can_be,
    comparison_size,
    differing,
    put_back,
)
from skinseg_mobile.runtime_py.contract import OURS, ColourOrder, Contract, OutputKind

Floats = NDArray[np.float64]
NOISE = np.random.default_rng(0).normal(0, 0.05, 32)


def by_truth(jaccard: Floats) -> Score:
    return Score(jaccard, None, None)


def by_reference(difference: Floats) -> Score:
    return Score(None, difference, 1 - difference)


def test_a_gain_on_every_image_is_no_chance() -> None:
    old = 0.6 + NOISE
    assert by_truth(old + 0.01).beats(by_truth(old))
    assert not by_truth(old).beats(by_truth(old + 0.01))
    assert not by_truth(old).beats(by_truth(old))


def test_a_gain_within_the_noise_of_images_is_chance() -> None:
    shuffled = np.random.default_rng(1).permutation(NOISE)
    assert not by_truth(0.605 + NOISE).beats(by_truth(0.6 + shuffled))


def test_a_gain_on_most_images_counts_though_one_dominates() -> None:
    gain = np.full(16, 0.001)
    gain[0] = 0.4
    assert by_reference(np.zeros(16)).beats(by_reference(gain))


def test_a_few_images_tell_a_reference_apart() -> None:
    """Five cannot be a sign test, and differ by more than a mean's spread; all gain by far."""
    close, far = np.full(5, 0.0007), np.array([0.002, 0.003, 0.01, 0.03, 0.04])
    assert by_reference(close).beats(by_reference(far))
    assert not by_reference(far).beats(by_reference(close))
    far[0] = 0.001  # less than twice as far on one
    assert not by_reference(close).beats(by_reference(far))


def test_truth_needs_more_than_a_reference() -> None:
    same = np.full(32, 0.5)
    assert not by_truth(same + 0.002).beats(by_truth(same))
    assert by_reference(same - 0.002).beats(by_reference(same))


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([0.0, 0.4, 1.0], {OutputKind.PROBABILITY}),
        ([-3.0, 5.0], {OutputKind.LOGITS, OutputKind.SOFTMAX}),
        ([0.0, 255.0], {OutputKind.BYTES, OutputKind.LOGITS, OutputKind.SOFTMAX}),
    ],
)
def test_what_values_can_be(values: list[float], kinds: set[OutputKind]) -> None:
    raw = np.array(values, np.float32)
    assert {kind for kind in OutputKind if can_be(raw, kind)} == kinds


def test_of_equal_contracts_the_nearest_is_taken_and_no_implausible_one() -> None:
    first, second = replace(OURS, channel=1), replace(OURS, inverted=True)
    score = by_truth(np.full(4, 0.9))
    assert best_of([(second, score), (first, score), (OURS, score)], OURS) == OURS
    assert best_of([(second, score), (first, score)], OURS) == first
    assert best_of([(second, score), (first, score)], second) == second
    wrong = replace(score, jaccard=np.ones(4), plausible=False)
    assert best_of([(OURS, wrong), (first, score)], OURS) == first


def test_parts_are_named_and_put_back() -> None:
    other = Contract(colour=ColourOrder.BGR, mean=(1.0, 2.0, 3.0), deviation=(2.0, 2.0, 2.0))
    assert differing(other, OURS) == ["colour", "values"]
    assert put_back(put_back(other, "values", OURS), "colour", OURS) == OURS


def test_comparisons_are_small_and_keep_the_aspect() -> None:
    assert comparison_size((3000, 4000)) == (192, 256)
    assert comparison_size((100, 50)) == (100, 50)
    assert comparison_size((10_000, 3)) == (256, 1)
