"""Every net by name, with its source."""

import types
from collections.abc import Mapping
from dataclasses import dataclass

from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanLayout
from skinseg_mobile.train.nets.spec import Family, NetSpec


@dataclass(frozen=True)
class NamedNet:
    """A spec and where it comes from."""

    spec: NetSpec
    source: str


NETS: Mapping[str, NamedNet] = types.MappingProxyType(
    {
        "hypercolumn": NamedNet(
            NetSpec(Family.HYPERCOLUMN, 224, HypercolumnLayout()),
            "paper A: VGG16 deep hypercolumns, batch norm (in FC and MLP: fitted)",
        ),
        "hypercolumn-plain": NamedNet(
            NetSpec(Family.HYPERCOLUMN, 224, HypercolumnLayout(batch_norm=False)),
            "paper A: VGG16 deep hypercolumns, convolution biases, no batch norm",
        ),
        "lean": NamedNet(
            NetSpec(Family.LEAN, 192, LeanLayout()),
            "ours: EfficientNet-Lite0 to stride 16 under a hypercolumn head",
        ),
    }
)
