"""Cuts a net in memory to a budget: measure, choose, take out, measure anew.

What a channel is worth depends on those that are left, so that a net which is measured several
times on its way to a budget keeps far more, even without any training in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import nn

from skinseg_mobile.compress.prune.broken import Channels, constant, silence
from skinseg_mobile.compress.prune.budget import int8_bytes, multiply_adds, parameters, value
from skinseg_mobile.compress.prune.choose import Limit, Widths, by_importance, evenly, narrowed
from skinseg_mobile.compress.prune.config import Budget, Criterion, PruneConfig, Ranking
from skinseg_mobile.compress.prune.groups import Group, groups_of, prunable, without
from skinseg_mobile.compress.prune.importance import Importance, magnitude, taylor
from skinseg_mobile.compress.prune.seen import Seen, fold_means, observe
from skinseg_mobile.train.data.images import Photographs
from skinseg_mobile.train.nets.spec import NetSpec


@dataclass(frozen=True)
class Cut:
    """A cut net with its spec, and which channels did no work before (numbers by group's key)."""

    net: nn.Module
    spec: NetSpec
    constant: Channels
    not_finite: Channels


@dataclass(frozen=True)
class Measured:
    """What the channels of a net do on train photographs."""

    groups: tuple[Group, ...]
    seen: Mapping[str, Seen]
    importance: Importance
    constant: Channels


def cut(
    net: nn.Module, spec: NetSpec, photographs: Photographs, budget: Budget, config: PruneConfig
) -> Cut:
    """Cut `net`, which is changed in place, until the budget is met.

    Raises:
        InputError: the family cannot be pruned, or the budget cannot be met.
    """
    groups = groups_of(net, spec)
    not_finite = silence(net, groups)
    found = measure(net, groups, photographs, config)
    full = {group.name: group.width for group in found.groups}
    limits = limits_of(spec, found.groups, budget, config)
    if config.ranking is Ranking.GLOBAL:
        rank = by_importance(found.groups, found.importance)
    else:
        rank = evenly(full)
    widths = narrowed(full, limits, rank, partial(is_legal, spec, found.groups))
    return Cut(*taken_out(net, spec, found, widths), found.constant, not_finite)


def measure(
    net: nn.Module, groups: tuple[Group, ...], photographs: Photographs, config: PruneConfig
) -> Measured:
    """Run photographs through the net; a constant channel's importance is zero."""
    net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seen = observe(net, groups, photographs.images)
    if config.criterion is Criterion.TAYLOR:
        importance = taylor(net, groups, seen, photographs)
    else:
        importance = magnitude(net, groups)
    idle = constant(groups, seen)
    for key, numbers in idle.items():
        importance[key][numbers] = 0
    return Measured(groups, seen, importance, idle)


def taken_out(
    net: nn.Module, spec: NetSpec, found: Measured, widths: Widths
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


def full_cost(spec: NetSpec, groups: Sequence[Group], config: PruneConfig) -> Budget:
    """Return what a net costs uncut, and make sure that the config's budget can be met.

    Raises:
        InputError: it cannot; the sentence says how near it came.
    """
    widths = {group.name: group.width for group in groups}
    full = Budget(
        multiply_adds=value(multiply_adds(spec, groups, config.prices), widths),
        parameters=value(parameters(spec, groups), widths),
        int8_bytes=value(int8_bytes(spec, groups), widths),
    )
    limits = limits_of(spec, groups, config.budget(full, 1), config)
    narrowed(widths, limits, evenly(widths), partial(is_legal, spec, groups))
    return full


def limits_of(
    spec: NetSpec, groups: Sequence[Group], budget: Budget, config: PruneConfig
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


def is_legal(spec: NetSpec, groups: Sequence[Group], widths: Widths) -> bool:
    """Whether a layout with these widths builds the same layers."""
    layout = prunable(spec)
    return layout.form() == layout.with_widths(by_field(groups, widths)).form()


def by_field(groups: Sequence[Group], widths: Widths) -> dict[str, int]:
    """Return widths by the layout's fields."""
    return {field: widths[group.name] for group in groups for field in group.fields}
