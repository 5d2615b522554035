"""Losses against a slow, obvious NumPy reference."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skinseg_mobile.train.config import Loss
from skinseg_mobile.train.objective import LOSSES, segmentation_loss


def slow_soft_jaccard(logits: np.ndarray, truth: np.ndarray) -> float:
    losses: list[float] = []
    for row, t in zip(logits, truth, strict=True):
        p = 1 / (1 + np.exp(-row.astype(np.float64)))
        losses.append(1 - (t * p).sum() / ((t * t).sum() + (p * p).sum() - (t * p).sum()))
    return float(np.mean(losses))


def slow_cross_entropy(logits: np.ndarray, truth: np.ndarray) -> float:
    total = 0.0
    for x, t in zip(logits.astype(np.float64).ravel(), truth.ravel(), strict=True):
        p = 1 / (1 + np.exp(-x))
        total -= t * np.log(p) + (1 - t) * np.log(1 - p)
    return total / truth.size


def slow_sum(logits: np.ndarray, truth: np.ndarray) -> float:
    return slow_soft_jaccard(logits, truth) + slow_cross_entropy(logits, truth)


SLOW = {
    Loss.JACCARD: slow_soft_jaccard,
    Loss.CROSS_ENTROPY: slow_cross_entropy,
    Loss.JACCARD_BCE: slow_sum,
}


@pytest.mark.parametrize("shape", [(3, 1, 7, 5), (3, 20)], ids=["dense", "pixels"])
@pytest.mark.parametrize("loss", list(Loss))
@given(seed=st.integers(0, 1000), share=st.floats(0.05, 0.95))
@settings(max_examples=25, deadline=None)
def test_losses_are_their_formulas(
    loss: Loss, shape: tuple[int, ...], seed: int, share: float
) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, shape).astype(np.float32)
    truth = (random.random(shape) < share).astype(np.float32)
    truth[:, ..., 0] = 1  # an image without any truth is tested below
    found = LOSSES[loss](torch.from_numpy(logits), torch.from_numpy(truth)).item()
    assert abs(found - SLOW[loss](logits, truth)) < 1e-5


def test_a_perfect_answer_costs_nothing() -> None:
    truth = torch.zeros(1, 1, 8, 8)
    truth[..., 2:5, 3:6] = 1
    assert segmentation_loss((truth * 2 - 1) * 30, truth).item() < 1e-4


def test_empty_truth_is_finite_and_teaches() -> None:
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    segmentation_loss(logits, torch.zeros(1, 1, 4, 4)).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad > 0).all()
