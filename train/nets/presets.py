"""Every net by name, with its source: what the families' own files name, as specs."""

import types
from collections.abc import Mapping
from dataclasses import dataclass

from skinseg_mobile.train.nets.spec import FAMILIES, NetSpec


@dataclass(frozen=True)
class NamedNet:
    """A spec, where it comes from, and what its source leaves open, so that we chose it."""

    spec: NetSpec
    source: str
    fitted: str


NETS: Mapping[str, NamedNet] = types.MappingProxyType(
    {
        name: NamedNet(NetSpec(family, net.input_size, net.layout), net.source, net.fitted)
        for family, kind in FAMILIES.items()
        for name, net in kind.nets.items()
    }
)
