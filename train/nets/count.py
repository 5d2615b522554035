"""Counts parameters and multiply-adds on torch's meta device: nothing is computed."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.nets.spec import InputSize, NetSpec


@dataclass(frozen=True)
class NetCount:
    """One row of `skinseg-mobile nets`; multiply-adds are for one image of `input_size`."""

    name: str
    parameters: int
    multiply_adds: int
    multiply_adds_naive: int
    """The same net with its head in the paper's order: upsample, concatenate, then the MLP."""
    input_size: InputSize
    source: str


def count(name: str, spec: NetSpec, source: str) -> NetCount:
    """Count one net."""
    with torch.device("meta"):
        net: Any = spec.build().eval()
        image = torch.empty(1, 3, *spec.size)
    parameters = sum(p.numel() for p in net.parameters())
    return NetCount(
        name, parameters, _macs(net, image), _macs(net.naive, image), spec.input_size, source
    )


def all_nets() -> list[NetCount]:
    """Count every named net."""
    return [count(name, net.spec, net.source) for name, net in NETS.items()]


def _macs(run: Any, image: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(image)
    return counter.get_total_flops() // 2
