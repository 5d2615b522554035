"""`Exporter`: what a target's folder offers, so that `export` knows nothing of its format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from skinseg_mobile.export.source import Source
from skinseg_mobile.runtime_py.errors import MissingExtraError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets import target_of
from skinseg_mobile.runtime_py.targets.spec import TensorInfo, Tensors
from skinseg_mobile.runtime_py.vendors import not_installed

Base = TypeVar("Base")
PALETTES = (Precision.PAL6, Precision.PAL4)
"""Depthwise weights stay as they are: one palette cannot serve channels of so different scales."""


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
    """One target. A subclass gives `recipes` and `write`, and what else differs from here."""

    tools: tuple[str, ...] = ("torch",)
    """Packages whose versions the manifest notes."""
    modules: Mapping[str, str] = {}
    """What it imports of vendors: the extra that installs each."""
    built_for: str = ""
    """The computers that its vendors build for, where these are not all."""
    takes_ios: bool = False
    """Whether `Source.ios` means anything to it."""

    shrinks_above: Mapping[Precision, int] = {}
    """How many values a weight must exceed for a precision to store it in fewer bits."""

    @property
    def recipes(self) -> Mapping[Precision, Callable[[Base], Any]]:
        """How a precision is made of the base: one for each that the target can be."""
        ...

    def convert(self, source: Source) -> Base:
        """Convert the net once, into what every precision starts from; by default `source`."""
        return cast(Base, source)

    def write(self, base: Base, precision: Precision, path: Path) -> None:
        """Write one precision to the file or folder `path`, with `source.metadata` inside."""
        ...

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return what the file has; SkinsegError where that is not what was meant.

        By default its tensors, channels first in real values, and no operations.
        """
        found = target_of(path).inspect(path)
        return Description(_first(found.inputs, 255.0), _first(found.outputs, 1.0), {}, {})

    def require(self, source: Source) -> None:
        """Check what can be known before the first slow conversion.

        Raises:
            InputError: the target's own options are none.
            MissingExtraError: a vendor's package is not installed.
        """
        for module, extra in self.modules.items():
            if reason := not_installed(module, extra):
                where = f", with {self.built_for}" if self.built_for else ""
                raise MissingExtraError(f"{reason}{where}")

    def unfit(self, source: Source, precision: Precision) -> str | None:
        """Say why the net or an option does not go with a precision; None where it does."""
        least = self.shrinks_above.get(precision)
        depthwise = precision not in PALETTES
        if least is None or source.has_weight(least, depthwise=depthwise):
            return None
        return (
            f"No weight of {source.checkpoint.record.name} has more than {least} values, which"
            f" {precision} makes smaller. Export fp16."
        )

    def noted(self, source: Source, precision: Precision) -> dict[str, Any]:
        """Return the manifest's fields for the target's own options, by name."""
        return {}


def _first(tensors: Tensors, highest: float) -> TensorInfo:
    name, (shape, dtype) = next(iter(tensors.items()))
    return TensorInfo(name, shape, dtype, "NCHW", (0.0, highest))
