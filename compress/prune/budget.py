"""What a net costs as a function of its widths alone, so that a search need not build nets.

Every convolution's multiply-adds, and every layer's parameters, are a number times the widths it
joins: positions × taps × in × out, without `in` where it is depthwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from skinseg_mobile.compress.prune.groups import ChannelGroup
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.spec import NetSpec

BYTES_A_CHANNEL = 28
FILE_BYTES = 55_000


@dataclass(frozen=True)
class Term:
    """`factor` times the widths of the named groups: one layer's share of a cost."""

    layer: str
    factor: float
    groups: tuple[str, ...]


Cost = tuple[Term, ...]


def value(cost: Cost, widths: Mapping[str, int]) -> float:
    """Return a cost at these widths (by group's name)."""
    return sum(term.factor * prod(widths[name] for name in term.groups) for term in cost)


def multiply_adds(
    spec: NetSpec, groups: Iterable[ChannelGroup], prices: Mapping[str, float]
) -> Cost:
    """Return the multiply-adds for one image; `prices` weighs layers by how their names begin.

    Raises:
        InputError: a price is for layers that the net does not have.
    """
    net, positions = _traced(spec)
    joined = _joined(groups)
    for prefix in prices:
        if not any(name.startswith(prefix) for name in joined):
            raise InputError(
                f"No layer's name begins with '{prefix}', which has a price. Layers are"
                f" {', '.join(joined)}."
            )
    return tuple(
        _term(name, module, count * _price(name, prices), joined)
        for name, module in net.named_modules()
        if isinstance(module, nn.Conv2d) and (count := positions[name])
    )


def parameters(spec: NetSpec, groups: Iterable[ChannelGroup]) -> Cost:
    """Return the number of parameters: two of each batch norm's channels."""
    return _weights(spec, groups, a_channel=2)


def int8_bytes(spec: NetSpec, groups: Iterable[ChannelGroup]) -> Cost:
    """Return about how large an int8 TFLite file is.

    A byte a weight, 28 a channel (bias, and scale and zero point of weight and bias), and what
    describes the operations, whatever their widths. Where channels are many and thin, they weigh
    more than the weights.
    """
    return (*_weights(spec, groups, a_channel=BYTES_A_CHANNEL), Term("file", FILE_BYTES, ()))


def _weights(spec: NetSpec, groups: Iterable[ChannelGroup], a_channel: int) -> Cost:
    groups = tuple(groups)
    net, _ = _traced(spec)
    joined = _joined(groups)
    found = [Term(norm, a_channel, (group.name,)) for group in groups for norm in group.norms]
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d):
            found.append(_term(name, module, 1, joined))
            if module.bias is not None:
                found.append(_times(name, 1, joined[name][1], module.out_channels))
    return tuple(found)


Joined = dict[str, tuple[str | None, str | None]]


def _joined(groups: Iterable[ChannelGroup]) -> Joined:
    """Return the groups (read, given) of each convolution; None where the width is fixed."""
    reads = {name: group.name for group in groups for name in group.readers}
    gives = {name: group.name for group in groups for name in group.givers}
    return {name: (reads.get(name), gives.get(name)) for name in reads | gives}


def _term(name: str, module: nn.Conv2d, factor: float, joined: Joined) -> Term:
    read, given = joined[name]
    taps = prod(module.kernel_size)
    if module.groups > 1:
        return _times(name, factor * taps, given, module.out_channels)
    half = _times(name, factor * taps, read, module.in_channels)
    whole = _times(name, half.factor, given, module.out_channels)
    return Term(name, whole.factor, half.groups + whole.groups)


def _times(layer: str, factor: float, group: str | None, width: int) -> Term:
    return Term(layer, factor, (group,)) if group else Term(layer, factor * width, ())


def _price(name: str, prices: Mapping[str, float]) -> float:
    fitting = [prefix for prefix in prices if name.startswith(prefix)]
    return prices[max(fitting, key=len)] if fitting else 1.0


def _traced(spec: NetSpec) -> tuple[nn.Module, dict[str, int]]:
    """Return the net on torch's meta device and how many positions each convolution gives."""
    positions: dict[str, int] = {}

    def keep(name: str) -> object:
        def hook(_: nn.Module, __: object, result: Tensor) -> None:
            positions[name] = result.shape[-2] * result.shape[-1]

        return hook

    with torch.device("meta"), torch.no_grad():
        net = spec.build().eval()
        for name, module in net.named_modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(keep(name))  # type: ignore[arg-type]
        net(torch.empty(1, 3, *spec.size))
    return net, positions
