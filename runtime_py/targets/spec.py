"""What a target and an engine are: `TargetSpec`, `EngineSpec`, and the types they share.

A target is a folder here that holds one `TargetSpec`, and one line in `TARGETS`. Its own engines
stand in its spec; nothing of an engine is imported before it opens a model.
"""

import importlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from skinseg_mobile.runtime_py.contract import OURS, Contract
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.vendors import not_installed

if TYPE_CHECKING:  # the command line reads the specs without NumPy
    import numpy as np
    from numpy.typing import NDArray

DTYPES = ("float32", "float16", "int8", "uint8")
METADATA_PREFIX = "skinseg_mobile"
"""Of what an exporter writes into the format's own metadata."""
NO_PHONE = "its time here says nothing about speed on a phone"
OWN_PROCESS = "it runs in a process of its own, and the way there would be in its time"
Tensors = Mapping[str, tuple[tuple[int, ...], str]]
"""(shape, dtype) of a model file's own tensors by name."""


@dataclass(frozen=True)
class TensorInfo:
    """One input or result of the model file."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    layout: str
    range: tuple[float, float]
    """What the values mean: RGB 0..255 or a probability 0..1, after `scale` and `zero_point`; of a
    file with a contract of its own, before or after that."""
    scale: float = 1.0
    zero_point: int = 0
    """real = scale * (stored - zero_point)."""

    def __post_init__(self) -> None:
        if len(self.shape) != 4 or min(self.shape) < 1 or self.layout not in ("NHWC", "NCHW"):
            raise ValueError(f"{self.name} is {self.shape} {self.layout}, not 4-D NHWC or NCHW")
        if self.dtype not in DTYPES:
            raise ValueError(f"{self.name} is {self.dtype}, none of {', '.join(DTYPES)}")
        if not (self.scale > 0 and self.range[0] < self.range[1]):
            raise ValueError(
                f"{self.name} has the scale {self.scale} and the range {self.range}; a scale is"
                " above 0 and a range is low, high"
            )

    @property
    def channels(self) -> int:
        """Values a pixel."""
        return self.shape[3 if self.layout == "NHWC" else 1]

    @property
    def side(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        _, *rest = self.shape
        height, width = rest[:2] if self.layout == "NHWC" else rest[1:]
        return height, width


@dataclass(frozen=True)
class Described:
    """What a model file says of itself."""

    inputs: Tensors
    outputs: Tensors
    metadata: Mapping[str, str]
    """Texts by name; ours begin with `skinseg_mobile.`."""
    precision: Precision | None = None
    """How the file stores and computes numbers; None where its target cannot tell."""


@dataclass(frozen=True)
class ForeignTensor:
    """One input or output of a file that came from elsewhere."""

    name: str
    shape: tuple[int | None, ...]
    """None for a length that is only known when it runs."""
    dtype: str
    scale: float = 1.0
    zero_point: int = 0
    """real = scale * (stored - zero_point)."""
    image: str = ""
    """Its colours where it is an image to its format, and no array: `RGB`, `BGR` or `gray`."""


@dataclass(frozen=True)
class Foreign:
    """What a file from elsewhere says of itself, as far as it helps to guess its contract."""

    inputs: tuple[ForeignTensor, ...]
    outputs: tuple[ForeignTensor, ...]
    precision: Precision
    operations: Mapping[str, int]
    """By type."""
    metadata: Mapping[str, str]
    first: "tuple[tuple[str, tuple[float, ...]], ...]" = ()
    """`add`, `sub`, `mul` and `div` with constants, from the input on, in order."""
    last: str = ""
    """`sigmoid`, `softmax` or another operation that gives the output, in lower case."""
    mean: "tuple[float, ...]" = ()
    deviation: "tuple[float, ...]" = ()
    """As its metadata says how levels are normalised; empty where it says nothing."""
    state: str = ""
    """What it keeps from one image to the next."""


@dataclass(frozen=True)
class Placed:
    """Operations of a model that one part of a machine computes."""

    unit: str
    """`NPU`, `GPU`, `XNNPACK`, `CPU`."""
    operations: Mapping[str, int]
    """How many, by type, as the engine names them."""
    fallback: bool = False
    """The engine is for another unit, which does not take these."""

    @property
    def count(self) -> int:
        """How many operations there are."""
        return sum(self.operations.values())

    @property
    def sentence(self) -> str:
        """As tables show it; of a fallback, which operations.

        >>> Placed("NPU", {"Conv2d": 3}).sentence, Placed("CPU", {"Round": 2}, True).sentence
        ('3 on the NPU', '2 left to the CPU (Round 2)')
        """
        if not self.fallback:
            return f"{self.count} on {self.unit if self.unit == 'XNNPACK' else f'the {self.unit}'}"
        return f"{self.count} left to the {self.unit} ({self.kinds})"

    @property
    def kinds(self) -> str:
        """The operations, the most frequent first."""
        ranked = sorted(self.operations.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"{kind} {count}" for kind, count in ranked)


@dataclass(frozen=True)
class ModelFile:
    """What an engine opens: the file and what its manifest says of it."""

    path: Path
    input: TensorInfo
    output: TensorInfo
    taps: tuple[str, ...] = ()
    """Intermediate outputs beside the probability."""
    contract: Contract = OURS
    """What of it lies between levels and the input, and between output and probability."""
    threads: int = 1
    """For engines that are timed; the others compute on as many as they like."""
    compiled: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """The same model, compiled for the chip of an engine, by that engine's name."""


class Engine(Protocol):
    """Runs one net: an artifact's file or a checkpoint."""

    @property
    def name(self) -> str:
        """Engine and version, as reports print it."""
        ...

    @property
    def claim(self) -> str:
        """What a report must add about this engine's results; empty where apps use it."""
        ...

    @property
    def placement(self) -> tuple[Placed, ...]:
        """Which unit computes what; empty where the engine does not tell."""
        ...

    def __call__(self, tensor: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """(h, w, 3) float32 RGB in [0, 255] -> probability float32 in [0, 1].

        The map has the input's (h, w); an adopted file's may have another size.
        """
        ...

    def stages(self, tensor: "NDArray[np.float32]") -> "dict[str, NDArray[np.float32]]":
        """Return the net's named stages, each (c, h, w) float32; empty without taps."""
        ...


class FileEngine(Engine, Protocol):
    """An engine that holds a model file; `open_engine` compares the file with its manifest."""

    @property
    def described(self) -> Described:
        """What the file says of itself."""
        ...


@runtime_checkable
class LoggingEngine(Protocol):
    """An engine that also gives what the operations of a file compute, taps or not."""

    def results(
        self, tensor: "NDArray[np.float32]", shapes: Collection[tuple[int, int, int]]
    ) -> "Mapping[str, NDArray[np.float32]]":
        """Return all results that have one of these shapes (c, h, w), by names of its own."""
        ...


@dataclass(frozen=True)
class Lazy:
    """A function or class by its place, `package.module:name`; it is imported when called."""

    place: str

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Import it and call it."""
        module, _, name = self.place.partition(":")
        return getattr(importlib.import_module(module), name)(*arguments, **options)


def _nothing() -> str | None:
    return None


@dataclass(frozen=True)
class EngineSpec:
    """What an engine runs, how it is opened, and what it needs."""

    name: str
    targets: tuple[str, ...]
    open: Callable[[ModelFile], FileEngine]
    """Imports the engine's code and loads the model; InputError where that is damaged."""
    module: str = ""
    """The module of its vendor that it imports; empty where there is none."""
    package: str = ""
    """The vendor's package, as pip calls it."""
    extra: str = ""
    """The extra of ours that installs it; empty for the base install."""
    lacks: Callable[[], str | None] = _nothing
    """Says what else this machine lacks, in one sentence."""
    kind: EngineClass = EngineClass.CPU
    """What it computes with: some limits of the gate are looser by it."""
    about: str = ""
    """What its results show, as `skinseg-mobile engines` says it."""
    slow: bool = False
    """Takes minutes an artifact: a gate runs it where gate.toml names it."""
    timed: bool = False
    """Apps use it, too, so that `bench` times it."""
    untimed: str = NO_PHONE
    """Why `bench` does not time it."""
    first_on: str = ""
    """The system (`platform.system()`) on which `auto` takes it before the others."""

    @property
    def missing(self) -> str | None:
        """Why this machine cannot run it, as one sentence; None where it can."""
        if reason := self.lacks():
            return reason
        return not_installed(self.module, self.extra) if self.module else None


@dataclass(frozen=True)
class TargetSpec:
    """A file format: what it can hold, how a file is inspected, and what runs it."""

    name: str
    file: str
    """The model's name in an artifact's folder: a file, or the folder of a package."""
    inspect: Callable[[Path], Described]
    """Reads a model that an engine has accepted. Raises InputError where it is damaged."""
    engines: tuple[EngineSpec, ...]
    """`auto` takes the first."""
    precisions: tuple[Precision, ...] = (Precision.FP32,)
    default: Precision = Precision.FP32
    suffixes: tuple[str, ...] = ()
    """By which an app's models of this format are known; empty for the suffix of `file`."""
    foreign: Callable[[Path], Foreign] | None = None
    """Reads a file from elsewhere, for `adopt file`. Raises InputError where it is damaged."""
    weights: str = ""
    """Of a package: the file that holds its weights, below the package."""
    browsers: bool = False
    """Whether the web app runs it."""
    reads_operations: bool = False
    """Whether `bench` knows its operations: what XNNPACK takes, and each one's time."""
    optional: bool = False
    """Whether an extra of its own brings exporter and engine; `all` goes without where it lacks."""

    def __post_init__(self) -> None:
        if not self.suffixes:
            object.__setattr__(self, "suffixes", (Path(self.file).suffix,))

    @property
    def missing(self) -> str | None:
        """Why an optional target is not there, in one sentence; None where it is."""
        return self.engines[0].missing if self.optional else None
