"""How much each channel matters: a net and training photographs become a number per channel.

Taylor (Molchanov et al., arXiv 1906.10771, there for gates): removing a channel sets what its
readers see to zero, which changes the loss by Σ weight · ∂loss/∂weight over the readers' weights
for that channel, to first order. Squared and averaged over photographs. The gradient is exact
where several layers read one channel, residual sums included.
"""

from collections.abc import Iterable
from enum import StrEnum

import torch
from torch import Tensor, nn

from skinseg_mobile.compress.prune.groups import Group
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.data.photographs import Photographs
from skinseg_mobile.train.losses import segmentation_loss

Importance = dict[str, Tensor]
"""(width,) float by group's name, 0 or more."""


class Criterion(StrEnum):
    """What importance is."""

    TAYLOR = "taylor"
    """Change of the loss on training photographs."""
    MAGNITUDE = "magnitude"
    """Squares of the weights that give or read a channel, over the group's mean."""


def taylor(net: nn.Module, groups: Iterable[Group], photographs: Photographs) -> Importance:
    """Return the mean squared change of the loss, first order, photograph by photograph."""
    net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    groups = tuple(groups)
    found = {group.name: torch.zeros(group.width) for group in groups}
    pairs = zip(photographs.images, photographs.masks, strict=True)
    for image, mask in track(list(pairs), "measuring importance"):
        net.zero_grad(set_to_none=True)
        segmentation_loss(net(image[None].float()), mask[None].float()).backward()
        for group in groups:
            found[group.name] += sum(_change(net, name) for name in group.readers) ** 2
    net.zero_grad(set_to_none=True)
    return {name: total / len(photographs.ids) for name, total in found.items()}


def magnitude(net: nn.Module, groups: Iterable[Group]) -> Importance:
    """Return the squared weights of each channel over their mean in the group."""
    found: Importance = {}
    for group in groups:
        given = sum(_weight(net, name).square().flatten(1).sum(1) for name in group.givers)
        read = sum(_weight(net, name).square().sum((0, 2, 3)) for name in group.readers)
        total = torch.as_tensor(given + read)
        found[group.name] = total / total.mean().clamp_min(1e-30)
    return found


def _change(net: nn.Module, reader: str) -> Tensor:
    weight = net.get_submodule(reader).get_parameter("weight")
    assert weight.grad is not None
    return (weight.detach() * weight.grad).sum((0, 2, 3))


def _weight(net: nn.Module, name: str) -> Tensor:
    return net.get_submodule(name).get_parameter("weight").detach()
