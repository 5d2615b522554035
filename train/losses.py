"""Losses over logits (N, 1, H, W) and truth (N, 1, H, W) of 0 and 1; both return a scalar."""

import torch.nn.functional as F
from torch import Tensor


def soft_jaccard(logits: Tensor, truth: Tensor) -> Tensor:
    """1 - Σ t·p / (Σ t² + Σ p² - Σ t·p) per image, averaged over the batch (arXiv 1703.05165).

    An image without truth contributes the probability it should not have.
    """
    p = logits.sigmoid().flatten(1)
    t = truth.flatten(1)
    both = (t * p).sum(1)
    either = (t * t).sum(1) + (p * p).sum(1) - both
    return (1 - both / either.clamp_min(1e-6)).mean()


def segmentation_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Soft Jaccard plus per-pixel cross-entropy: one sees the region, the other every pixel."""
    return soft_jaccard(logits, truth) + F.binary_cross_entropy_with_logits(logits, truth)
