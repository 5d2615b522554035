"""Counts parameters and multiply-adds on torch's meta device: nothing is computed."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from skinseg_mobile.train.nets.family import HasNaiveOrder, InputSize
from skinseg_mobile.train.nets.presets import NETS, NamedNet
from skinseg_mobile.train.nets.spec import NetSpec


@dataclass(frozen=True)
class NetCost:
    """A spec's size and work; multiply-adds are for one image of its input size."""

    parameters: int
    multiply_adds: int
    multiply_adds_naive: int
    """The same net with its head in the paper's order: upsample, concatenate, then the MLP;
    a net without a hypercolumn head has one order only."""


@dataclass(frozen=True, kw_only=True)
class NetCount(NetCost):
    """One row of `skinseg-mobile nets`."""

    name: str
    input_size: InputSize
    source: str
    fitted: str
    """What the source leaves open."""


def cost(spec: NetSpec) -> NetCost:
    """Count one net."""
    with torch.device("meta"):
        net: Any = spec.build().eval()
    device = next((value.device for value in net.parameters()), "cpu")  # a user's net is on the CPU
    image = torch.zeros(1, 3, *spec.size, device=device)
    return NetCost(
        parameters=sum(p.numel() for p in net.parameters()),
        multiply_adds=_macs(net, image),
        multiply_adds_naive=_macs(net.naive if isinstance(net, HasNaiveOrder) else net, image),
    )


def count(name: str, net: NamedNet) -> NetCount:
    """Return the row of a named net."""
    return NetCount(
        name=name,
        **asdict(cost(net.spec)),
        input_size=net.spec.input_size,
        source=net.source,
        fitted=net.fitted,
    )


def all_nets() -> list[NetCount]:
    """Count every named net."""
    return [count(name, net) for name, net in NETS.items()]


def _macs(run: Any, image: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(image)
    return counter.get_total_flops() // 2
