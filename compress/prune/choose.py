"""Chooses widths: importance and cost of channels become how many of each group stay.

Greedy: of all groups the one whose next eight channels lose least importance per cost saved is
cut, until the budget is met. Widths divide by 8 where they were cut, since phones' kernels work
on 8 channels at once; no group goes below 8.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from skinseg_mobile.compress.prune.budget import Cost, value
from skinseg_mobile.compress.prune.groups import ChannelGroup
from skinseg_mobile.runtime_py.errors import InputError

GRANULE = 8
Widths = dict[str, int]


@dataclass(frozen=True)
class Limit:
    """A cost and the most that may be left of it."""

    name: str
    cost: Cost
    most: float

    def met(self, widths: Mapping[str, int]) -> bool:
        """Return whether these widths keep the limit."""
        return value(self.cost, widths) <= self.most


Cut = tuple[str, int, int]
"""Group, its width, its width after."""
Rank = Callable[[Cut, float], float]
"""(cut, what it saves as a share of the budget) -> its rank; the least is cut first."""


def by_importance(groups: Sequence[ChannelGroup], importance: Mapping[str, Tensor]) -> Rank:
    """Rank by the share of a group's importance that goes, the least first, per cost saved."""
    sums: dict[str, Tensor] = {}
    for group in groups:
        found = importance[group.key].double()
        shares = (found / found.sum().clamp_min(1e-30)).sort().values
        sums[group.name] = sums.get(group.name, 0) + F.pad(shares, (1, 0)).cumsum(0)
    lost = {name: found.tolist() for name, found in sums.items()}  # by the number of channels gone

    def rank(cut: Cut, saved: float) -> float:
        name, width, to = cut
        full = len(lost[name]) - 1
        return (lost[name][full - to] - lost[name][full - width]) / saved

    return rank


def evenly(widths: Mapping[str, int]) -> Rank:
    """Rank so that the same share of each group's channels goes."""
    full = dict(widths)
    return lambda cut, _: -cut[2] / full[cut[0]]


def narrowed(
    widths: Widths, limits: Sequence[Limit], rank: Rank, legal: Callable[[Widths], bool]
) -> Widths:
    """Return the widths that meet every limit.

    Raises:
        InputError: nothing legal is left to cut; it says how near it came.
    """
    widths = dict(widths)
    while unmet := [limit for limit in limits if not limit.met(widths)]:
        ranks: dict[Cut, float] = {}
        for name, width in widths.items():
            to = _next(widths, name, legal)
            saved = to and _saved(unmet, widths, {**widths, name: to})
            if to and saved:
                ranks[name, width, to] = rank((name, width, to), saved)
        if not ranks:
            raise InputError(_nearest(unmet[0], widths))
        name, _, to = min(ranks, key=ranks.__getitem__)
        widths[name] = to
    return widths


def _saved(unmet: Sequence[Limit], widths: Widths, after: Widths) -> float:
    return sum((value(x.cost, widths) - value(x.cost, after)) / x.most for x in unmet)


def _next(widths: Widths, name: str, legal: Callable[[Widths], bool]) -> int | None:
    """Return the widest legal width below a group's own, a multiple of 8."""
    below = range((widths[name] - 1) // GRANULE * GRANULE, 0, -GRANULE)
    return next((to for to in below if legal({**widths, name: to})), None)


def _nearest(limit: Limit, widths: Widths) -> str:
    return (
        f"{limit.most:,.0f} {limit.name} cannot be reached, since {GRANULE} channels are left in"
        f" each layer. The nearest is {value(limit.cost, widths):,.0f}. Ask for that or more."
    )
