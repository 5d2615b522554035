"""Losses against a slow, obvious NumPy reference."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skinseg_mobile.train.losses import segmentation_loss, soft_jaccard


def slow_soft_jaccard(logits: np.ndarray, truth: np.ndarray) -> float:
    losses: list[float] = []
    for row, t in zip(logits, truth, strict=True):
        p = 1 / (1 + np.exp(-row.astype(np.float64)))
        losses.append(1 - (t * p).sum() / ((t * t).sum() + (p * p).sum() - (t * p).sum()))
    return float(np.mean(losses))


@given(seed=st.integers(0, 1000), share=st.floats(0.05, 0.95))
@settings(max_examples=25, deadline=None)
def test_soft_jaccard_is_the_formula(seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, (3, 1, 7, 5)).astype(np.float32)
    truth = (random.random((3, 1, 7, 5)) < share).astype(np.float32)
    found = soft_jaccard(torch.from_numpy(logits), torch.from_numpy(truth)).item()
    assert abs(found - slow_soft_jaccard(logits, truth)) < 1e-5


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
