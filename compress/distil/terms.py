"""The losses of a distillation, each a scalar averaged over the batch."""

import torch.nn.functional as F
from torch import Tensor

LEAST = 1e-4
"""Soft masks hold 255 levels: a probability of 0 or 1 stands for one this near to it."""
BAND = 9
"""Side in pixels of the window that finds an outline: four pixels on either side of it."""


def binary_distillation(logits: Tensor, probability: Tensor, temperature: float) -> Tensor:
    """T² · cross-entropy of σ(z/T) against σ(z_teacher/T), of logits and probability (N, 1, H, W).

    Hinton et al., arXiv 1503.02531, for two classes. The teacher's logit is read back from its
    `probability` in [0, 1].
    """
    softened = (probability.clamp(LEAST, 1 - LEAST).logit() / temperature).sigmoid()
    loss = F.binary_cross_entropy_with_logits(logits / temperature, softened)
    return temperature**2 * loss


def boundary(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy on the pixels within half a `BAND` of the outline of `truth` (N, 1, H, W).

    Fitted: a plain band, where distance-weighted losses have one more number to choose.
    """
    widest = F.max_pool2d(truth, BAND, 1, BAND // 2)
    least = -F.max_pool2d(-truth, BAND, 1, BAND // 2)
    band = ((widest > 0.5) & (least < 0.5)).float()
    each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return (each * band).sum() / band.sum().clamp_min(1)


def channel_wise(student: Tensor, teacher: Tensor, temperature: float = 4.0) -> Tensor:
    """T² · Σ over positions of φ_t · log(φ_t/φ_s), averaged over channels; both (N, C, H, W).

    Shu et al., arXiv 2011.13256. φ is the softmax of a channel over its positions, so only where a
    feature lies is taught, never how strong it is.
    """
    ours = (student.flatten(2) / temperature).log_softmax(-1)
    theirs = (teacher.flatten(2) / temperature).log_softmax(-1)
    each = F.kl_div(ours, theirs, reduction="none", log_target=True).sum(-1)
    return temperature**2 * each.mean()
