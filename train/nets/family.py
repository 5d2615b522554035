"""`Family`: what a net's own file says of it, and what a net may be able to do beside learning.

A net is one file, which ends in its `FAMILY`, and one line of `train.nets.spec.FAMILIES`. Each
Protocol below is a capability: a net or a layout has its methods, or lacks them.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from torch import Tensor, nn

InputSize = int | tuple[int, int]
"""Pixels of a net's input: the side of a square, or (height, width)."""


def height_and_width(size: InputSize) -> tuple[int, int]:
    """Return both sides of an input size."""
    return (size, size) if isinstance(size, int) else size


class Layout(Protocol):
    """All widths of a net: a frozen dataclass of numbers."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def build(self) -> nn.Module:
        """Return the net with random weights."""
        ...


@dataclass(frozen=True)
class Named:
    """A published or packaged size of a family, and what its source leaves open."""

    input_size: InputSize
    layout: Layout
    source: str
    fitted: str = ""


@dataclass(frozen=True)
class Family:
    """The class of a family's layouts, and its named nets."""

    layout: type[Layout]
    nets: Mapping[str, Named]


@runtime_checkable
class FitsOneSize(Protocol):
    """A layout whose widths fix the input's size."""

    @property
    def only_size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        ...


@runtime_checkable
class Narrowable(Protocol):
    """A layout whose widths can all be divided."""

    narrowable: ClassVar[tuple[str, ...]]
    """Names of the fields that hold widths."""


@runtime_checkable
class Prunable(Protocol):
    """A layout whose net can lose single channels. A field is a width by its path: `blocks.3.out`.

    A pruned net is described by its layout alone, so what a layout infers from widths must not
    change with them: `form` tells.
    """

    def build(self) -> nn.Module:
        """Return the net with random weights."""
        ...

    def field_of_convolutions(self) -> dict[str, str]:
        """Return the field by the name of each convolution whose width it is."""
        ...

    def width_of_fields(self) -> dict[str, int]:
        """Return every width by its field."""
        ...

    def with_widths(self, widths: Mapping[str, int]) -> Self:
        """Return the layout with these widths of all its fields."""
        ...

    def form(self) -> Hashable:
        """Return what the layers are but for their widths: equal forms build the same layers."""
        ...


@runtime_checkable
class StartsFromImageNet(Protocol):
    """A net with published ImageNet weights for its trunk."""

    def load_imagenet(self) -> str:
        """Copy them in place; return their source."""
        ...


@runtime_checkable
class StartsFromVgg(Protocol):
    """A net whose trunk takes torchvision's VGG16 weights."""

    def load_vgg(self, path: Path) -> str:
        """Copy a file's weights in place; return what a record says of them."""
        ...


@runtime_checkable
class LearnsFromPixels(Protocol):
    """A net that gives logits at some pixels alone."""

    def at_pixels(self, image: Tensor, pixels: Tensor) -> Tensor:
        """(N, 3, H, W) in [0, 255] and (N, P, 2) int64 of (row, column) -> logits (N, P)."""
        ...


@runtime_checkable
class Tileable(Protocol):
    """A net with a form that computes the same numbers tile by tile, in little memory."""

    def tiled(self) -> nn.Module:
        """Return that form, for inference."""
        ...


@runtime_checkable
class RefinesCoarseToFine(Protocol):
    """A net with an approximate form that is exact at the mask's border only."""

    def coarse_to_fine(self, threshold: float) -> nn.Module:
        """Return that form for masks at `threshold` in (0, 1), for inference."""
        ...


@runtime_checkable
class HasNaiveOrder(Protocol):
    """A net that computes its head in an order that saves work, and keeps the paper's own."""

    def naive(self, image: Tensor) -> Tensor:
        """Return the same logits in the paper's order."""
        ...


@runtime_checkable
class FoldsScale(Protocol):
    """A net whose first convolution can take over the pixels' scale without changing a bit."""

    def fold_scale(self) -> float:
        """Do so in place; return how much greater values before that convolution are now."""
        ...


@runtime_checkable
class HasGraphForm(Protocol):
    """A net whose folded form is known from what it computes, not from the names of its modules."""

    def graph_form(self) -> nn.Module:
        """Return it: image -> logits, with `stages`, and without batch norm."""
        ...

    def from_graph_form(self, tuned: Any) -> nn.Module:
        """Return a copy of the net that computes what its changed graph form does."""
        ...
