"""Scores against slow loops over pixels and images."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.metrics.overlap import Confusion, confusion, jaccard, score

Mask = NDArray[np.bool_]
Pair = tuple[Mask, Mask]

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape)))
ROUNDING = 1e-12  # float64 means of a few numbers in [0, 1]


def slow_counts(mask: Mask, truth: Mask) -> dict[str, int]:
    counts = {"tp": 0, "fp": 0, "fn": 0, "tn": 0}
    for found, true in zip(mask.ravel().tolist(), truth.ravel().tolist(), strict=True):
        counts[("t" if found == true else "f") + ("p" if found else "n")] += 1
    return counts


def slow_jaccard(mask: Mask, truth: Mask) -> Fraction:
    places = np.ndindex(mask.shape)
    both = either = 0
    for place in places:
        both += bool(mask[place]) and bool(truth[place])
        either += bool(mask[place]) or bool(truth[place])
    return Fraction(both, either) if either else Fraction(1)


@settings(deadline=None)
@given(pair=PAIRS)
def test_confusion_equals_the_slow_count(pair: Pair) -> None:
    counts = slow_counts(*pair)
    assert confusion(*pair) == Confusion(**counts)
    assert sum(counts.values()) == pair[0].size


@settings(deadline=None)
@given(pair=PAIRS)
def test_jaccard_and_dice_equal_their_definitions(pair: Pair) -> None:
    expected = slow_jaccard(*pair)
    assert jaccard(*pair) == float(expected)
    assert confusion(*pair).dice == float(2 * expected / (1 + expected))


@settings(deadline=None)
@given(pair=PAIRS)
def test_jaccard_is_symmetric_and_one_of_itself(pair: Pair) -> None:
    assert jaccard(*pair) == jaccard(*pair[::-1])
    assert jaccard(pair[0], pair[0]) == 1


@settings(deadline=None)
@given(pairs=st.lists(PAIRS, min_size=1, max_size=5))
def test_score_equals_the_slow_means(pairs: list[Pair]) -> None:
    scores = score([confusion(*pair) for pair in pairs])
    each = [slow_jaccard(*pair) for pair in pairs]
    kept = [j if j >= Fraction(65, 100) else Fraction(0) for j in each]
    flat = [np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1)]
    assert scores.images == len(pairs)
    assert abs(scores.jaccard_mean - float(sum(each) / len(each))) < ROUNDING
    assert abs(scores.jaccard_thresholded - float(sum(kept) / len(kept))) < ROUNDING
    assert scores.jaccard_pooled == float(slow_jaccard(flat[0][None], flat[1][None]))


def test_rates_of_one_image() -> None:
    counts = Confusion(tp=6, fp=2, fn=1, tn=11)
    assert counts.jaccard == 6 / 9
    assert counts.dice == 12 / 15
    assert counts.accuracy == 17 / 20
    assert counts.sensitivity == 6 / 7
    assert counts.specificity == 11 / 13


def test_both_masks_empty_score_one() -> None:
    empty = np.zeros((3, 4), np.bool_)
    scores = score([confusion(empty, empty)])
    assert scores.jaccard_mean == scores.jaccard_thresholded == scores.jaccard_pooled == 1
    assert scores.dice_mean == scores.accuracy == scores.sensitivity == scores.specificity == 1


@pytest.mark.parametrize("swapped", [False, True])
def test_one_empty_mask_scores_zero(swapped: bool) -> None:
    pair = np.zeros((3, 4), np.bool_), np.ones((3, 4), np.bool_)
    counts = confusion(*pair[::-1] if swapped else pair)
    assert counts.jaccard == counts.dice == counts.accuracy == 0


@pytest.mark.parametrize(("tp", "kept"), [(64, 0.0), (65, 0.65), (66, 0.66)])
def test_threshold_keeps_065_itself(tp: int, kept: float) -> None:
    counts = Confusion(tp=tp, fp=100 - tp, fn=0, tn=0)
    assert score([counts]).jaccard_thresholded == kept
    assert score([counts]).jaccard_mean == tp / 100


def test_mean_and_pooled_differ_where_lesions_differ_in_size() -> None:
    large, small = Confusion(tp=900, fp=0, fn=0, tn=100), Confusion(tp=0, fp=0, fn=100, tn=900)
    scores = score([large, small])
    assert scores.jaccard_mean == 0.5
    assert scores.jaccard_pooled == 0.9


def test_groups_are_scored_by_themselves() -> None:
    images = [Confusion(1, 0, 0, 0), Confusion(0, 1, 0, 0), Confusion(1, 1, 0, 0)]
    groups = [
        {"diagnosis": "nevus", "sex": "f"},
        {"diagnosis": "melanoma", "sex": "f"},
        {"diagnosis": "nevus", "sex": ""},
    ]
    scores = score(images, groups)
    assert list(scores.groups) == ["diagnosis", "sex"]
    assert scores.groups["diagnosis"]["nevus"] == score([images[0], images[2]])
    assert scores.groups["diagnosis"]["melanoma"] == score([images[1]])
    assert scores.groups["sex"]["f"] == score(images[:2])
    assert scores.groups["sex"][""].images == 1


def test_groups_must_be_one_an_image() -> None:
    with pytest.raises(ValueError, match="zip"):
        score([Confusion(1, 0, 0, 0)] * 2, [{"diagnosis": "nevus"}])


def test_as_dict_is_plain_json() -> None:
    plain = score([Confusion(1, 1, 0, 2)], [{"diagnosis": "nevus"}]).as_dict()
    assert list(plain) == [
        "images",
        "jaccard_mean",
        "jaccard_thresholded",
        "jaccard_pooled",
        "dice_mean",
        "accuracy",
        "sensitivity",
        "specificity",
        "groups",
    ]
    assert plain["jaccard_mean"] == 0.5
    assert isinstance(plain["groups"], dict)
    assert plain["groups"]["diagnosis"]["nevus"]["jaccard_mean"] == 0.5


@pytest.mark.parametrize("other", [(4, 1), (1, 4), (4,), (2, 4)])
def test_masks_of_two_shapes_are_refused(other: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="two masks must have one shape"):
        confusion(np.ones((4, 4), np.bool_), np.ones(other, np.bool_))


def test_no_image_has_no_score() -> None:
    with pytest.raises(ValueError, match="needs one image or more"):
        score([])
