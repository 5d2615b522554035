"""Cuts a net in memory to a budget: measure, choose, take out, measure anew.

What a channel is worth depends on those that are left. Measured five times on the way to half of
the multiply-adds, without any training in between, the packaged student keeps a dev Jaccard of
0.73 where measured once it keeps 0.61.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import torch
from torch import nn

from skinseg_mobile.compress.prune.budget import int8_bytes, multiply_adds, parameters, value
from skinseg_mobile.compress.prune.choose import Limit, Widths, by_importance, evenly, narrowed
from skinseg_mobile.compress.prune.fields import lean_layout, same_form, with_widths
from skinseg_mobile.compress.prune.groups import Group, groups_of, without
from skinseg_mobile.compress.prune.importance import Criterion, magnitude, taylor
from skinseg_mobile.compress.prune.seen import fold_means, observe
from skinseg_mobile.train.data.photographs import Photographs
from skinseg_mobile.train.nets.spec import NetSpec


class Ranking(StrEnum):
    """How the groups share the cut."""

    GLOBAL = "global"
    """Importance per cost, all groups in one ranking."""
    UNIFORM = "uniform"
    """The same share of each group."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The most that may be left; None does not limit."""

    multiply_adds: float | None = None
    parameters: float | None = None
    int8_bytes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Method:
    """How channels are ranked."""

    criterion: Criterion = Criterion.TAYLOR
    ranking: Ranking = Ranking.GLOBAL
    prices: Mapping[str, float] = field(default_factory=dict[str, float])
    """Price of a multiply-add by how its layer's name begins; 1 elsewhere."""


def cut(
    net: nn.Module, spec: NetSpec, photographs: Photographs, budget: Budget, method: Method
) -> tuple[nn.Module, NetSpec]:
    """Return `net`, changed in place, and its new spec.

    Raises:
        InputError: the net is not lean, or the budget cannot be met.
    """
    groups = groups_of(net, spec)
    full = {group.name: group.width for group in groups}
    limits = limits_of(spec, groups, budget, method)
    if all(limit.met(full) for limit in limits):
        return net, spec
    net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seen = observe(net, groups, photographs.images)
    if method.criterion is Criterion.TAYLOR:
        importance = taylor(net, groups, seen, photographs)
    else:
        importance = magnitude(net, groups)
    rank = by_importance(importance) if method.ranking is Ranking.GLOBAL else evenly(full)
    widths = narrowed(full, limits, rank, lambda widths: is_legal(spec, groups, widths))
    gone = {g.name: importance[g.name].argsort()[: g.width - widths[g.name]] for g in groups}
    fold_means(net, groups, gone, seen)
    net = without(net, groups, gone).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    return net, replace(spec, layout=with_widths(lean_layout(spec), by_field(groups, widths)))


def full_cost(spec: NetSpec, net: nn.Module, method: Method) -> Budget:
    """Return what a net costs now."""
    groups = groups_of(net, spec)
    widths = {group.name: group.width for group in groups}
    return Budget(
        multiply_adds=value(multiply_adds(spec, groups, method.prices), widths),
        parameters=value(parameters(spec, groups), widths),
        int8_bytes=value(int8_bytes(spec, groups), widths),
    )


def limits_of(
    spec: NetSpec, groups: Sequence[Group], budget: Budget, method: Method
) -> list[Limit]:
    """Return the budget as functions of the groups' widths."""
    limits: list[Limit] = []
    if budget.multiply_adds is not None:
        cost = multiply_adds(spec, groups, method.prices)
        limits.append(Limit("multiply-adds", cost, budget.multiply_adds))
    if budget.parameters is not None:
        limits.append(Limit("parameters", parameters(spec, groups), budget.parameters))
    if budget.int8_bytes is not None:
        limits.append(Limit("bytes in int8", int8_bytes(spec, groups), budget.int8_bytes))
    return limits


def is_legal(spec: NetSpec, groups: Sequence[Group], widths: Widths) -> bool:
    """Whether a layout with these widths builds the same layers."""
    layout = lean_layout(spec)
    return same_form(layout, with_widths(layout, by_field(groups, widths)))


def by_field(groups: Sequence[Group], widths: Widths) -> dict[str, int]:
    """Return widths by the layout's fields."""
    return {field: widths[group.name] for group in groups for field in group.fields}
