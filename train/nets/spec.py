"""`NetSpec`: all that is needed to rebuild a net, pruned widths included; no weights.

NetSpec(family, input_size, layout)  <->  plain JSON  ->  nn.Module
"""

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from torch import nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train.nets.berseth_unet import BersethUnetLayout
from skinseg_mobile.train.nets.bi_resnet import BiResnetLayout
from skinseg_mobile.train.nets.fcdn import FcdnLayout
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanLayout
from skinseg_mobile.train.nets.unet import UnetLayout

Layout = (
    HypercolumnLayout | LeanLayout | UnetLayout | FcdnLayout | BersethUnetLayout | BiResnetLayout
)


class Family(StrEnum):
    """The kinds of nets that can be built."""

    HYPERCOLUMN = "hypercolumn"
    LEAN = "lean"
    UNET = "unet"
    FCDN = "fcdn"
    BERSETH_UNET = "berseth-unet"
    BI_RESNET = "bi-resnet"


LAYOUTS: Mapping[Family, type[Layout]] = types.MappingProxyType(
    {
        Family.HYPERCOLUMN: HypercolumnLayout,
        Family.LEAN: LeanLayout,
        Family.UNET: UnetLayout,
        Family.FCDN: FcdnLayout,
        Family.BERSETH_UNET: BersethUnetLayout,
        Family.BI_RESNET: BiResnetLayout,
    }
)
SIDE_DIVISOR = 32
InputSize = int | tuple[int, int]
"""Pixels of a net's input: the side of a square, or (height, width)."""


@dataclass(frozen=True)
class NetSpec:
    """A net's family, its input's size in pixels (divisible by 32) and its widths."""

    family: Family
    input_size: InputSize
    layout: Layout

    def __post_init__(self) -> None:
        if any(side < SIDE_DIVISOR or side % SIDE_DIVISOR for side in self.size):
            raise InputError(
                f"input_size must divide by {SIDE_DIVISOR}, got {self.input_size}; take the"
                " next multiple"
            )
        if isinstance(self.input_size, tuple) and self.height == self.width:
            raise InputError(
                f"a square's input_size must be one number, got {self.input_size};"
                f" write {self.height}"
            )
        if not isinstance(self.layout, LAYOUTS[self.family]):
            raise InputError(
                f"a {self.family} net needs its own layout, got {type(self.layout).__name__}"
            )

        if isinstance(self.layout, UnetLayout) and self.layout.size != self.size:
            raise InputError(
                f"a {self.family} net fits one input size, {self.layout.size}, got {self.size};"
                " change input_size or the layout's grid"
            )

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the input in pixels."""
        return height_and_width(self.input_size)

    @property
    def height(self) -> int:
        """Height of the input in pixels."""
        return self.size[0]

    @property
    def width(self) -> int:
        """Width of the input in pixels."""
        return self.size[1]

    def build(self) -> nn.Module:
        """Return the net with random weights."""
        return self.layout.build()

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "NetSpec":
        """Rebuild a spec from `as_dict`'s values.

        Raises:
            InputError: an unknown family, or a layout with wrong names or kinds.
        """
        try:
            _require_fields(data)
            family = rebuild(Family, data["family"], "family")
            size: InputSize = rebuild(_kind_of_size(data), data["input_size"], "input_size")
            return NetSpec(family, size, rebuild(LAYOUTS[family], data["layout"], "layout"))
        except ValueError as error:
            raise InputError(
                f"a spec must hold family, input_size and layout, this one is damaged: {error}"
            ) from error


def height_and_width(size: InputSize) -> tuple[int, int]:
    """Return both sides of an input size."""
    return (size, size) if isinstance(size, int) else size


def _kind_of_size(data: Mapping[str, Any]) -> Any:
    return tuple[int, int] if isinstance(data["input_size"], list) else int


def _require_fields(data: Mapping[str, Any]) -> None:
    odd = {"family", "input_size", "layout"} ^ set(data)
    if odd:
        raise ValueError(f"{min(odd)} is missing or unknown")
