"""Cuts a net in memory to a budget: measure, choose, take out, measure anew.

What a channel is worth depends on those that are left, so that a net which is measured several
times on its way to a budget keeps far more, even without any training in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from skinseg_mobile.compress.prune.broken import Channels, constant, silence
from skinseg_mobile.compress.prune.budget import int8_bytes, multiply_adds, parameters, value
from skinseg_mobile.compress.prune.choose import Limit, Widths, by_importance, evenly, narrowed
from skinseg_mobile.compress.prune.config import Criterion, PruneConfig, Ranking, SizeBudget
from skinseg_mobile.compress.prune.groups import ChannelGroup, groups_of, prunable, without
from skinseg_mobile.compress.prune.seen import Seen, fold_means, observe
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.objective import segmentation_loss

# How much each channel matters: a net and training photographs become a number per channel.
#
# Taylor: a channel that goes is replaced by its mean (see `seen`), which changes the loss, to first
# order, by Σ (mean - value) · ∂loss/∂value over the positions and the layers that read it. Squared
# and averaged over photographs, as Molchanov et al. (arXiv 1906.10771) do; they replace by zero.
# Of all that reads a channel the sum is squared: residual blocks share theirs.


Importance = dict[str, Tensor]
"""(width,) float by group's key, 0 or more."""


def taylor(
    net: nn.Module,
    groups: Iterable[ChannelGroup],
    seen: Mapping[str, Seen],
    decoded: DecodedSplit,
) -> Importance:
    """Return the mean squared change of the loss, first order, photograph by photograph."""
    groups = tuple(groups)
    found = {group.key: torch.zeros(group.width) for group in groups}
    slopes: dict[str, Tensor] = {}
    hooks = [_keep_slope(net, name, slopes) for name in seen]
    pairs = zip(decoded.images, decoded.masks, strict=True)
    for image, mask in track(list(pairs), "measuring importance"):
        net.zero_grad(set_to_none=True)
        segmentation_loss(net(image[None].float()), mask[None].float()).backward()
        for group in groups:
            parts = [_change(net, name, slopes[name], seen[name]) for name in group.readers]
            found[group.key] += torch.stack(parts).sum(0).square()
    for hook in hooks:
        hook.remove()
    net.zero_grad(set_to_none=True)
    return {key: total / len(decoded.ids) for key, total in found.items()}


def magnitude(net: nn.Module, groups: Iterable[ChannelGroup]) -> Importance:
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


@dataclass(frozen=True)
class Cut:
    """A cut net with its spec, and which channels did no work before (numbers by group's key)."""

    net: nn.Module
    spec: NetSpec
    constant: Channels
    not_finite: Channels


@dataclass(frozen=True)
class MeasuredChannels:
    """What the channels of a net do on train photographs."""

    groups: tuple[ChannelGroup, ...]
    seen: Mapping[str, Seen]
    importance: Importance
    constant: Channels


def cut(
    net: nn.Module, spec: NetSpec, decoded: DecodedSplit, budget: SizeBudget, config: PruneConfig
) -> Cut:
    """Cut `net`, which is changed in place, until the budget is met.

    Raises:
        InputError: the family cannot be pruned, or the budget cannot be met.
    """
    groups = groups_of(net, spec)
    not_finite = silence(net, groups)
    found = measure(net, groups, decoded, config)
    full = {group.name: group.width for group in found.groups}
    limits = limits_of(spec, found.groups, budget, config)
    if config.ranking is Ranking.GLOBAL:
        rank = by_importance(found.groups, found.importance)
    else:
        rank = evenly(full)
    widths = narrowed(full, limits, rank, partial(is_legal, spec, found.groups))
    return Cut(*taken_out(net, spec, found, widths), found.constant, not_finite)


def measure(
    net: nn.Module, groups: tuple[ChannelGroup, ...], decoded: DecodedSplit, config: PruneConfig
) -> MeasuredChannels:
    """Run photographs through the net; a constant channel's importance is zero."""
    net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seen = observe(net, groups, decoded.images)
    if config.criterion is Criterion.TAYLOR:
        importance = taylor(net, groups, seen, decoded)
    else:
        importance = magnitude(net, groups)
    idle = constant(groups, seen)
    for key, numbers in idle.items():
        importance[key][numbers] = 0
    return MeasuredChannels(groups, seen, importance, idle)


def taken_out(
    net: nn.Module, spec: NetSpec, found: MeasuredChannels, widths: Widths
) -> tuple[nn.Module, NetSpec]:
    """Take the least important channels out of `net`, in place, their means into the biases."""
    gone = {
        group.key: found.importance[group.key].argsort(stable=True)[
            : group.width - widths[group.name]
        ]
        for group in found.groups
    }
    fold_means(net, found.groups, gone, found.seen)
    without(net, found.groups, gone).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    layout = prunable(spec).with_widths(by_field(found.groups, widths))
    return net, replace(spec, layout=layout)


def full_cost(spec: NetSpec, groups: Sequence[ChannelGroup], config: PruneConfig) -> SizeBudget:
    """Return what a net costs uncut, and make sure that the config's budget can be met.

    Raises:
        InputError: it cannot; the sentence says how near it came.
    """
    widths = {group.name: group.width for group in groups}
    full = SizeBudget(
        multiply_adds=value(multiply_adds(spec, groups, config.prices), widths),
        parameters=value(parameters(spec, groups), widths),
        int8_bytes=value(int8_bytes(spec, groups), widths),
    )
    limits = limits_of(spec, groups, config.budget(full, 1), config)
    narrowed(widths, limits, evenly(widths), partial(is_legal, spec, groups))
    return full


def limits_of(
    spec: NetSpec, groups: Sequence[ChannelGroup], budget: SizeBudget, config: PruneConfig
) -> list[Limit]:
    """Return the budget as functions of the groups' widths."""
    limits: list[Limit] = []
    if budget.multiply_adds is not None:
        cost = multiply_adds(spec, groups, config.prices)
        limits.append(Limit("multiply-adds", cost, budget.multiply_adds))
    if budget.parameters is not None:
        limits.append(Limit("parameters", parameters(spec, groups), budget.parameters))
    if budget.int8_bytes is not None:
        limits.append(Limit("bytes in int8", int8_bytes(spec, groups), budget.int8_bytes))
    return limits


def is_legal(spec: NetSpec, groups: Sequence[ChannelGroup], widths: Widths) -> bool:
    """Whether a layout with these widths builds the same layers."""
    layout = prunable(spec)
    return layout.form() == layout.with_widths(by_field(groups, widths)).form()


def by_field(groups: Sequence[ChannelGroup], widths: Widths) -> dict[str, int]:
    """Return widths by the layout's fields."""
    return {field: widths[group.name] for group in groups for field in group.fields}
