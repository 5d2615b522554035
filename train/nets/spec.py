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
from skinseg_mobile.runtime_py.from_json import rebuild
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanLayout

Layout = HypercolumnLayout | LeanLayout


class Family(StrEnum):
    """The kinds of nets that can be built."""

    HYPERCOLUMN = "hypercolumn"
    LEAN = "lean"


LAYOUTS: Mapping[Family, type[Layout]] = types.MappingProxyType(
    {Family.HYPERCOLUMN: HypercolumnLayout, Family.LEAN: LeanLayout}
)
SIDE_DIVISOR = 32


@dataclass(frozen=True)
class NetSpec:
    """A net's family, its input's side in pixels (divisible by 32) and its widths."""

    family: Family
    input_size: int
    layout: Layout

    def __post_init__(self) -> None:
        if self.input_size < SIDE_DIVISOR or self.input_size % SIDE_DIVISOR:
            raise InputError(
                f"input_size must divide by {SIDE_DIVISOR}, got {self.input_size}; take the"
                " next multiple"
            )
        if not isinstance(self.layout, LAYOUTS[self.family]):
            raise InputError(
                f"a {self.family} net needs its own layout, got {type(self.layout).__name__}"
            )

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
            size = rebuild(int, data["input_size"], "input_size")
            return NetSpec(family, size, rebuild(LAYOUTS[family], data["layout"], "layout"))
        except ValueError as error:
            raise InputError(
                f"a spec must hold family, input_size and layout, this one is damaged: {error}"
            ) from error


def _require_fields(data: Mapping[str, Any]) -> None:
    odd = {"family", "input_size", "layout"} ^ set(data)
    if odd:
        raise ValueError(f"{min(odd)} is missing or unknown")
