"""Counts parameters and multiply-adds on torch's meta device: nothing is computed."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from skinseg_mobile.train.nets.presets import NETS, NamedNet
from skinseg_mobile.train.nets.spec import InputSize, NetSpec


@dataclass(frozen=True)
class NetCount:
    """One row of `skinseg-mobile nets`; multiply-adds are for one image of `input_size`."""

    name: str
    parameters: int
    multiply_adds: int
    multiply_adds_naive: int
    """The same net with its head in the paper's order: upsample, concatenate, then the MLP;
    a net without a hypercolumn head has one order only."""
    input_size: InputSize
    source: str
    fitted: str
    """What the source leaves open."""


def count(name: str, net: NamedNet) -> NetCount:
    """Count one net."""
    built, image = _on_meta(net.spec)
    return NetCount(
        name=name,
        parameters=sum(p.numel() for p in built.parameters()),
        multiply_adds=_macs(built, image),
        multiply_adds_naive=_macs(getattr(built, "naive", built), image),
        input_size=net.spec.input_size,
        source=net.source,
        fitted=net.fitted,
    )


def cost_of(spec: NetSpec) -> tuple[int, int]:
    """Return a net's parameters, and its multiply-adds for one image."""
    built, image = _on_meta(spec)
    return sum(p.numel() for p in built.parameters()), _macs(built, image)


def all_nets() -> list[NetCount]:
    """Count every named net."""
    return [count(name, net) for name, net in NETS.items()]


def _on_meta(spec: NetSpec) -> tuple[Any, torch.Tensor]:
    with torch.device("meta"):
        return spec.build().eval(), torch.empty(1, 3, *spec.size)


def _macs(run: Any, image: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(image)
    return counter.get_total_flops() // 2
