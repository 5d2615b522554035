"""`Exporter`: what a target's folder offers, so that `export` knows nothing of its format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import TensorInfo

Base = TypeVar("Base")


@dataclass(frozen=True)
class Description:
    """What a manifest says of a model file, read back from the file itself."""

    input: TensorInfo
    output: TensorInfo
    operations: dict[str, int]
    """By type."""
    in_float: dict[str, int]
    """Of an 8-bit file: those that compute in float, by type."""


class Exporter(Protocol[Base]):
    """One target. A subclass gives the first five; the other two are for options of its own."""

    tools: tuple[str, ...]
    """Packages whose versions the manifest notes."""

    @property
    def recipes(self) -> Mapping[Precision, Callable[[Base], Any]]:
        """How a precision is made of the base: one for each that the target can be."""
        ...

    def convert(self, source: Source) -> Base:
        """Convert the net once, into what every precision starts from."""
        ...

    def write(self, base: Base, precision: Precision, path: Path) -> None:
        """Write one precision to the file or folder `path`, with `source.metadata` inside."""
        ...

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return what the file has; SkinsegError where that is not what was meant."""
        ...

    def require(self, source: Source, precisions: Sequence[Precision]) -> None:
        """Raise InputError where the target's own options do not go with the precisions."""

    def noted(self, source: Source, precision: Precision) -> dict[str, Any]:
        """Return the manifest's fields for the target's own options, by name."""
        return {}
