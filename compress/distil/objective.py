"""The loss of a distillation's step: student, teachers and labels on the same augmented view.

L = labels · (1 - soft Jaccard + cross-entropy) + teacher · T² · binary distillation
    + boundary · cross-entropy near the outline + features · channel-wise distillation

What has no label learns from the teacher alone: its probability stands in for the label.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.compress.distil.teachers import Ensemble, Teachers, stage_widths
from skinseg_mobile.compress.distil.truth import NO_LABEL
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.nets.head import upsample
from skinseg_mobile.train.objective import LOSSES


class Distillation(nn.Module):
    """A student with what it learns from; the teachers are no part of its state."""

    def __init__(
        self, net: nn.Module, config: TrainConfig, distil: DistilConfig, teachers: Teachers
    ) -> None:
        super().__init__()
        if config.pixels:
            raise InputError("A distillation learns from whole masks. Leave pixels out of --set.")
        self.net: Any = net
        self.config = distil
        self.loss = LOSSES[config.loss]
        device = next(net.parameters()).device
        live = Ensemble(teachers.live, distil.views, device) if teachers.live else None
        self.unsaved = {"teacher": live}  # in a dict: modules that are attributes would be saved
        self.adapter: nn.Module | None = None
        if distil.features:
            self.adapter = _adapter(config, distil, teachers)

    def forward(self, image: Tensor, truth: Tensor, pixels: Tensor | None) -> Tensor:
        """Return the loss of images in [0, 255] with `truth` as `distil.truth` lays it out."""
        del pixels  # refused above
        weigh = self.config
        logits, feature = self._run(image)
        probability = self._teach(image, truth)
        label = truth[:, :1]
        if probability is not None:
            label = torch.where(label == NO_LABEL, probability, label)
        loss = weigh.labels * self.loss(logits, label)
        if weigh.boundary:
            loss = loss + weigh.boundary * boundary(logits, label)
        if probability is not None and weigh.teacher:
            loss = loss + weigh.teacher * binary_distillation(
                logits, probability, weigh.temperature
            )
        if self.adapter is not None:
            loss = loss + weigh.features * self._feature_loss(feature, image)
        return loss

    def _run(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return the student's logits at the image's size, and its compared stage."""
        if self.adapter is None:
            return self.net(image).float(), image
        stages = self.net.stages(image)
        size = (image.shape[-2], image.shape[-1])
        return upsample(stages["head"], size).float(), stages[self.config.stage]

    def _teach(self, image: Tensor, truth: Tensor) -> Tensor | None:
        if truth.shape[1] > 1:
            return truth[:, 1:] / 255
        live = self.unsaved["teacher"]
        return None if live is None else live(image)

    def _feature_loss(self, feature: Tensor, image: Tensor) -> Tensor:
        assert self.adapter is not None
        live = self.unsaved["teacher"]
        assert live is not None
        theirs = live.stage(image, self.config.stage)
        ours = upsample(self.adapter(feature), (theirs.shape[-2], theirs.shape[-1]))
        return channel_wise(ours.float(), theirs.float())


def _adapter(config: TrainConfig, distil: DistilConfig, teachers: Teachers) -> nn.Module:
    if len(teachers.live) != 1:
        raise InputError(
            f"Features are compared with one live teacher, and there are {len(teachers.live)}. Give"
            " one checkpoint as --teacher, or leave --features out."
        )
    ours = stage_widths(config.spec, distil.stage)
    return nn.Conv2d(ours, stage_widths(teachers.live[0].record.spec, distil.stage), 1)


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
