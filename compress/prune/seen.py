"""What the readers of each channel see on train photographs: its mean, and whether it ever varies.

A channel that goes is replaced by its mean, which moves into what follows its readers. A constant
channel can so be taken out without any change of what the net computes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from skinseg_mobile.compress.prune.groups import ChannelGroup
from skinseg_mobile.runtime_py.progress import track


@dataclass(frozen=True)
class Seen:
    """(channels,) of one reader's input over photographs and positions."""

    mean: Tensor
    low: Tensor
    high: Tensor

    @property
    def constant(self) -> Tensor:
        """(channels,) bool: which never vary."""
        return self.low == self.high


@torch.no_grad()
def observe(net: nn.Module, groups: Iterable[ChannelGroup], images: Tensor) -> dict[str, Seen]:
    """Return what each reader sees by its name; images (N, 3, H, W) uint8."""
    found: dict[str, list[Seen]] = {name: [] for group in groups for name in group.readers}

    def hook(name: str) -> object:
        def keep(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            x = inputs[0].transpose(0, 1).flatten(1)
            found[name].append(Seen(x.mean(1), x.amin(1), x.amax(1)))

        return keep

    hooks = [
        net.get_submodule(name).register_forward_pre_hook(hook(name))  # type: ignore[arg-type]
        for name in found
    ]
    for image in track(list(images), "observing channels"):
        net(image[None].float())
    for handle in hooks:
        handle.remove()
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[Seen]) -> Seen:
    return Seen(
        torch.stack([part.mean for part in parts]).mean(0),
        torch.stack([part.low for part in parts]).amin(0),
        torch.stack([part.high for part in parts]).amax(0),
    )


@torch.no_grad()
def fold_means(
    net: nn.Module,
    groups: Iterable[ChannelGroup],
    gone: Mapping[str, Tensor],
    seen: Mapping[str, Seen],
) -> None:
    """Add what the readers make of the means of `gone` channels to the bias after them, in place.

    Exact for 1×1 convolutions; at a zero-padded border a wider one sees less.
    """
    for group in groups:
        index = gone[group.key]
        for name in group.readers:
            weight = net.get_submodule(name).get_parameter("weight")
            _add_bias(net, name, weight.sum((2, 3))[:, index] @ seen[name].mean[index])


def _add_bias(net: nn.Module, convolution: str, bias: Tensor) -> None:
    parent, _, child = convolution.rpartition(".")
    summed = parent.endswith("project")  # the head sums its projections: one bias, one batch norm
    layer = net.get_submodule(f"{parent}.0" if summed else convolution)
    own: Tensor | None = getattr(layer, "bias", None)
    if own is not None:
        own.add_(bias)
    else:
        after = f"{parent}.{int(child) + 1}"
        norm = net.get_submodule(parent.removesuffix("project") + "first.0" if summed else after)
        norm.get_buffer("running_mean").sub_(bias)
