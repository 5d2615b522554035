"""`Program`: a checked ML Program, ready to execute. Plain data; `parse` makes it.

constants   const and constexpr results, decompressed, float16 widened to float32 (exact)
ops         everything else, in file order: each name is defined once, before its first use
types       the file's own declared type of every name; nothing is inferred
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import DType
from skinseg_mobile.runtime_py.targets.coreml.interpreter.kernels import Kernels

Array = NDArray[Any]
Constant = Array | str


class Colour(StrEnum):
    """Channel order in which the file declares an image."""

    RGB = "RGB"
    BGR = "BGR"
    GRAY = "gray"


@dataclass(frozen=True)
class TensorType:
    """A declared type."""

    dtype: DType
    shape: tuple[int | None, ...] | None
    """None for a length that is only known when it runs; None as a whole for an unknown rank."""

    def __str__(self) -> str:
        lengths = ["?" if n is None else str(n) for n in self.shape or ()]
        return f"{self.dtype.name} ({', '.join(lengths) if self.shape is not None else '…'})"

    def admits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of `shape` is of this type."""
        if self.shape is None:
            return True
        return len(shape) == len(self.shape) and all(
            declared in (None, came) for declared, came in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True)
class Feature:
    """An input or output of the model."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str
    """NumPy's name."""
    colour: Colour | None = None
    """Set for images: NCHW, 0 to 255. The caller always hands over and receives RGB."""


@dataclass(frozen=True)
class TypedName:
    """An output of an operation and its declared type."""

    name: str
    type: TensorType


@dataclass(frozen=True)
class Op:
    """One operation."""

    kind: str
    inputs: Mapping[str, tuple[str, ...]]
    """Parameter -> the names bound to it; several only for a tuple parameter."""
    outputs: tuple[TypedName, ...]

    @property
    def name(self) -> str:
        """Its first output, which is unique in a program."""
        return self.outputs[0].name


@dataclass(frozen=True)
class Program:
    """A loaded package."""

    inputs: tuple[Feature, ...]
    outputs: tuple[Feature, ...]
    opset: str
    """CoreML5 (iOS 15) to CoreML8 (iOS 18)."""
    metadata: Mapping[str, str]
    """Author, licence and what the exporter wrote."""
    ops: tuple[Op, ...] = field(repr=False)
    constants: Mapping[str, Constant] = field(repr=False)
    types: Mapping[str, TensorType] = field(repr=False)
    compressed: tuple[str, ...] = field(repr=False)
    """The constexpr operation behind each compressed weight, in file order."""
    palettes: tuple[int, ...] = field(repr=False)
    """How many values each palette of weights has."""
    kernels: Kernels = field(repr=False, compare=False, default_factory=Kernels)
    """Prepared convolutions; made at first use."""


# Which value an operation may overwrite with its result, instead of writing fresh memory.
#
# The maps of a full-size net are 800 MB each: the first touch of so much new memory costs more than
# the addition itself. Overwriting is safe where nobody else can see the value: a listed operation
# made it (their results are never views), this operation alone reads it, and it has the result's
# type.


IN_PLACE = frozenset({"add", "relu"})
"""Operations that take an `out`, which may be one of their inputs."""
_FRESH = IN_PLACE | {"conv", "upsample_bilinear"}


def overwritten(program: Program) -> Mapping[str, str]:
    """Return, by the name of an operation in `IN_PLACE`, the value that it may overwrite."""
    readers = Counter(name for op in program.ops for name in _read(op))
    readers.update(feature.name for feature in program.outputs)
    private = {op.name for op in program.ops if op.kind in _FRESH and readers[op.name] == 1}
    found: dict[str, str] = {}
    for op in program.ops:
        fitting = [name for name in _read(op) if name in private and _fits(program, name, op)]
        if op.kind in IN_PLACE and fitting:
            found[op.name] = fitting[0]
    return found


def _read(op: Op) -> list[str]:
    return [name for names in op.inputs.values() for name in names]


def _fits(program: Program, name: str, op: Op) -> bool:
    """Whether a float value has exactly the declared type, all lengths known, of the result."""
    declared = op.outputs[0].type
    known = declared.shape is not None and None not in declared.shape
    return known and declared.dtype.is_float and program.types[name] == declared
