"""How much each channel matters: a net and training photographs become a number per channel.

Taylor: a channel that goes is replaced by its mean (see `seen`), which changes the loss, to first
order, by Σ (mean - value) · ∂loss/∂value over the positions and the layers that read it. Squared
and averaged over photographs, as Molchanov et al. (arXiv 1906.10771) do; they replace by zero.
Of all that reads a channel the sum is squared: residual blocks share theirs.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from skinseg_mobile.compress.prune.groups import Group
from skinseg_mobile.compress.prune.seen import Seen
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.data.images import Photographs
from skinseg_mobile.train.objective import segmentation_loss

Importance = dict[str, Tensor]
"""(width,) float by group's key, 0 or more."""


def taylor(
    net: nn.Module, groups: Iterable[Group], seen: Mapping[str, Seen], photographs: Photographs
) -> Importance:
    """Return the mean squared change of the loss, first order, photograph by photograph."""
    groups = tuple(groups)
    found = {group.key: torch.zeros(group.width) for group in groups}
    slopes: dict[str, Tensor] = {}
    hooks = [_keep_slope(net, name, slopes) for name in seen]
    pairs = zip(photographs.images, photographs.masks, strict=True)
    for image, mask in track(list(pairs), "measuring importance"):
        net.zero_grad(set_to_none=True)
        segmentation_loss(net(image[None].float()), mask[None].float()).backward()
        for group in groups:
            parts = [_change(net, name, slopes[name], seen[name]) for name in group.readers]
            found[group.key] += torch.stack(parts).sum(0).square()
    for hook in hooks:
        hook.remove()
    net.zero_grad(set_to_none=True)
    return {key: total / len(photographs.ids) for key, total in found.items()}


def magnitude(net: nn.Module, groups: Iterable[Group]) -> Importance:
    """Return the sum of the squared weights that give or read each channel."""
    found: Importance = {}
    for group in groups:
        given = [_weight(net, name).square().flatten(1).sum(1) for name in group.givers]
        read = [_weight(net, name).square().sum((0, 2, 3)) for name in group.readers]
        found[group.key] = torch.stack([*given, *read]).sum(0)
    return found


def _keep_slope(net: nn.Module, name: str, slopes: dict[str, Tensor]) -> RemovableHandle:
    """Keep ∂loss/∂result of a convolution, summed over positions: (out,)."""

    def hook(_: nn.Module, __: object, gradients: tuple[Tensor, ...]) -> None:
        slopes[name] = gradients[0].sum((0, 2, 3))

    return net.get_submodule(name).register_full_backward_hook(hook)  # type: ignore[arg-type]


@torch.no_grad()
def _change(net: nn.Module, reader: str, slope: Tensor, seen: Seen) -> Tensor:
    """Σ value · ∂loss/∂value is Σ weight · ∂loss/∂weight; the same of the mean is taken off."""
    weight = net.get_submodule(reader).get_parameter("weight")
    assert weight.grad is not None
    by_value = (weight * weight.grad).sum((0, 2, 3))
    return by_value - seen.mean * (slope @ weight.sum((2, 3)))


def _weight(net: nn.Module, name: str) -> Tensor:
    return net.get_submodule(name).get_parameter("weight").detach()
