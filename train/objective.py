"""What a training step makes small: a net, its images and their truth become one loss.

An objective is a module around the net: whatever learns beside it, a distillation's adapters for
instance, is optimised, shared between processes, saved and resumed with it.

Losses are over logits and truth of 0 and 1, (N, 1, H, W) or sampled pixels (N, P); each a scalar.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.config import Loss, TrainConfig
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.nets.family import LearnsFromPixels


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


class Labels(nn.Module):
    """The config's loss against the masks, over whole images or at pixels of them."""

    def __init__(self, net: nn.Module, config: TrainConfig) -> None:
        super().__init__()
        if config.pixels and not isinstance(net, LearnsFromPixels):
            raise InputError(
                f"--pixels is for hypercolumn nets, and {config.preset} is none. Leave it out."
            )
        self.net: Any = net
        self.loss = LOSSES[config.loss]

    def forward(self, image: Tensor, truth: Tensor, pixels: Tensor | None) -> Tensor:
        """Return the loss of images (N, 3, H, W) in [0, 255] with truth (N, 1, H, W) or (N, P)."""
        logits = self.net(image) if pixels is None else self.net.at_pixels(image, pixels)
        return self.loss(logits.float(), truth)


Objective = Callable[[nn.Module, TrainConfig], nn.Module]
"""Makes such a module; its attribute `net` is the net."""
Weights = dict[str, Tensor]


def _same_net(net: nn.Module) -> nn.Module:
    return net


def _same_weights(weights: Weights) -> Weights:
    return weights


def _unchanged(decoded: DecodedSplit) -> DecodedSplit:
    return decoded


@dataclass(frozen=True, kw_only=True)
class Teaching:
    """A change of the objective, and of the photographs it is learnt on."""

    objective: Objective
    shown: Callable[[DecodedSplit], DecodedSplit] = _unchanged
    """Adds a teacher's masks behind the labels', and photographs without labels."""
    learning: Callable[[nn.Module], nn.Module] = _same_net
    """Returns the form of the net that learns and is scored, one with 8 bits simulated perhaps."""
    kept: Callable[[Weights], Weights] = _same_weights
    """Returns that form's weights as the checkpoint keeps them."""
    recorded: dict[str, Any] = field(default_factory=dict[str, Any])
    """Goes into the run's identity and into the checkpoint's config."""


LABELS = Teaching(objective=Labels)
