"""`NetSpec`: all that is needed to rebuild a net, pruned widths included; no weights.

NetSpec(family, input_size, layout)  <->  plain JSON  ->  nn.Module
"""

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train.nets import (
    berseth_unet,
    bi_resnet,
    fcdn,
    hypercolumn,
    lean,
    unet,
)
from skinseg_mobile.train.nets.adopted import net as adopted
from skinseg_mobile.train.nets.family import (
    Family,
    FitsOneSize,
    InputSize,
    Layout,
    height_and_width,
)
from skinseg_mobile.train.settings import require_side

FAMILIES: Mapping[str, Family] = types.MappingProxyType(
    {
        "hypercolumn": hypercolumn.FAMILY,
        "unet": unet.FAMILY,
        "fcdn": fcdn.FAMILY,
        "berseth-unet": berseth_unet.FAMILY,
        "bi-resnet": bi_resnet.FAMILY,
        "lean": lean.FAMILY,
        "adopted": adopted.FAMILY,
    }
)
"""All that can be built, by the name that checkpoints keep."""


@dataclass(frozen=True)
class NetSpec:
    """A net's family, its input's size in pixels (divisible by 32) and its widths."""

    family: str
    input_size: InputSize
    layout: Layout

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            known = choices(self.family, FAMILIES)
            raise InputError(f"There is no family '{self.family}'. {known}")
        for side in self.size:
            require_side(side)
        if isinstance(self.input_size, tuple) and self.height == self.width:
            raise InputError(f"input_size {self.input_size} is a square. Write {self.height}.")
        if not isinstance(self.layout, FAMILIES[self.family].layout):
            raise InputError(
                f"A {self.family} net does not have a {type(self.layout).__name__}. Give its own"
                " layout."
            )
        if isinstance(self.layout, FitsOneSize) and self.layout.only_size != self.size:
            raise InputError(
                f"This {self.family} net fits the input size {self.layout.only_size}, not"
                f" {self.size}. Change input_size or the layout's grid."
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
            family = _known(data["family"])
            size: InputSize = rebuild(_kind_of_size(data), data["input_size"], "input_size")
            return NetSpec(family, size, rebuild(FAMILIES[family].layout, data["layout"], "layout"))
        except ValueError as error:
            raise InputError(
                f"The net's spec is damaged: {error}. Restore the checkpoint."
            ) from error


def _known(family: Any) -> str:
    if not isinstance(family, str) or family not in FAMILIES:
        raise ValueError(f"family is {family!r:.40}, not one of {', '.join(FAMILIES)}")
    return family


def _kind_of_size(data: Mapping[str, Any]) -> Any:
    return tuple[int, int] if isinstance(data["input_size"], list) else int


def _require_fields(data: Mapping[str, Any]) -> None:
    odd = {"family", "input_size", "layout"} ^ set(data)
    if odd:
        raise ValueError(f"{min(odd)} is missing or unknown")
