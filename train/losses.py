"""Losses over logits and truth of 0 and 1, (N, 1, H, W) or sampled pixels (N, P); each a scalar."""

import types
from collections.abc import Callable, Mapping
from enum import StrEnum

import torch.nn.functional as F
from torch import Tensor


class Loss(StrEnum):
    """What a training run makes small."""

    JACCARD_BCE = "jaccard-bce"
    JACCARD = "jaccard"
    """Paper B."""
    CROSS_ENTROPY = "cross-entropy"
    """Paper A."""


def soft_jaccard(logits: Tensor, truth: Tensor) -> Tensor:
    """1 - Σ t·p / (Σ t² + Σ p² - Σ t·p) per image, averaged over the batch (arXiv 1703.05165).

    An image without truth contributes the probability it should not have.
    """
    p = logits.sigmoid().flatten(1)
    t = truth.flatten(1)
    both = (t * p).sum(1)
    either = (t * t).sum(1) + (p * p).sum(1) - both
    return (1 - both / either.clamp_min(1e-6)).mean()


def cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """-(t·log p + (1 - t)·log(1 - p)), averaged over all pixels."""
    return F.binary_cross_entropy_with_logits(logits, truth)


def segmentation_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Soft Jaccard plus per-pixel cross-entropy: one sees the region, the other every pixel."""
    return soft_jaccard(logits, truth) + cross_entropy(logits, truth)


LOSSES: Mapping[Loss, Callable[[Tensor, Tensor], Tensor]] = types.MappingProxyType(
    {
        Loss.JACCARD_BCE: segmentation_loss,
        Loss.JACCARD: soft_jaccard,
        Loss.CROSS_ENTROPY: cross_entropy,
    }
)
