"""Channels that do no work: constant ones, and those that hold numbers which are none.

A NaN spreads to everything that reads it, so such channels are silenced (zero, hence constant)
before anything is measured. A constant channel loses nothing when its constant moves into the bias
after it, so its importance is zero and it goes first.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from skinseg_mobile.compress.prune.groups import ChannelGroup
from skinseg_mobile.compress.prune.seen import Seen
from skinseg_mobile.runtime_py.errors import InputError

Channels = dict[str, list[int]]
"""Channel numbers by group's key; groups without any are left out."""


def constant(groups: Iterable[ChannelGroup], seen: Mapping[str, Seen]) -> Channels:
    """Return the channels that never vary for any of their readers."""
    masks = {
        group.key: torch.stack([seen[name].constant for name in group.readers]).all(0)
        for group in groups
    }
    return _numbers(masks)


@torch.no_grad()
def silence(net: nn.Module, groups: Iterable[ChannelGroup]) -> Channels:
    """Set every channel that holds a NaN or an infinity to zero, in place, and return them.

    Raises:
        InputError: a group has no other channels, or a number outside the groups is none.
    """
    groups = tuple(groups)
    given = {name for group in groups for name in group.givers}
    masks: dict[str, Tensor] = {}
    for group in groups:
        logits = [name for name in group.readers if name not in given]
        own = [*_by_channel(net, (*group.givers, *group.norms)), *_read(net, logits)]
        masks[group.key] = mask = torch.stack([~v.isfinite().flatten(1).all(1) for v in own]).any(0)
        if mask.all():
            raise InputError(_sentence(f"Every channel of {group.key} holds"))
        for value in own:
            value[mask] = 0
    for name, value in net.state_dict().items():
        if not value.isfinite().all():
            raise InputError(_sentence(f"{name} holds"))
    return _numbers(masks)


def _by_channel(net: nn.Module, names: Iterable[str]) -> list[Tensor]:
    """Return all that is given or scaled by channel, as (channels, …) views."""
    found = (value for name in names for value in net.get_submodule(name).state_dict().values())
    return [value.reshape(len(value), -1) for value in found if value.ndim]


def _read(net: nn.Module, names: Iterable[str]) -> list[Tensor]:
    """Return the logit's weight by channel read: no group gives it, so its rows are no channels."""
    return [net.get_submodule(name).get_parameter("weight").transpose(0, 1) for name in names]


def _sentence(found: str) -> str:
    return f"{found} a NaN or an infinity. Train the net again."


def _numbers(masks: Mapping[str, Tensor]) -> Channels:
    return {key: mask.nonzero().flatten().tolist() for key, mask in masks.items() if mask.any()}
