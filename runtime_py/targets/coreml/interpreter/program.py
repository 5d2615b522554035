"""`Program`: a checked ML Program, ready to execute. Plain data; `parse` makes it.

constants   const and constexpr results, decompressed, float16 widened to float32 (exact)
ops         everything else, in file order: each name is defined once, before its first use
types       the file's own declared type of every name; nothing is inferred
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import DType
from skinseg_mobile.runtime_py.targets.coreml.interpreter.kernels import Kernels

Array = NDArray[Any]
Constant = Array | str


class Colour(StrEnum):
    """The channels of an image in the order of the file: 8 bits each, or one of 16 bits."""

    RGB = "RGB"
    BGR = "BGR"
    GRAY = "gray"
    GRAY_FLOAT16 = "gray float16"


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


Limits = tuple[tuple[int, int | None], ...]
"""Least and greatest length of each axis; None where there is no greatest."""


@dataclass(frozen=True)
class Feature:
    """An input or output of the model."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str
    """NumPy's name."""
    colour: Colour | None = None
    """Set for images: NCHW, whole values of 0 to 255. The caller gives and receives RGB."""
    default: tuple[int, ...] | None = None
    """The shape that the package's description gives, if any."""
    limits: tuple[Limits, ...] = ()
    """What the description allows: a shape must be within one of these; all are, if none is given.
    A fixed shape is one whose least and greatest lengths are equal."""

    def admits(self, shape: tuple[int, ...]) -> bool:
        """Whether the description allows an array of `shape`."""
        return not self.limits or any(_within(shape, limits) for limits in self.limits)

    @property
    def holds_bytes(self) -> bool:
        """Whether it is an image of 8 bits a channel."""
        return self.colour not in (None, Colour.GRAY_FLOAT16)

    @property
    def shapes(self) -> str:
        """The shapes in words: `(1, 3, 64..512, 64..), default (1, 3, 224, 224)`."""
        if not self.limits:
            return _listed("?" if n is None else str(n) for n in self.shape or ())
        allowed = " or ".join(_listed(map(_span, limits)) for limits in self.limits)
        fixed = all(low == high for low, high in self.limits[0]) and len(self.limits) == 1
        return allowed if fixed or self.default is None else f"{allowed}, default {self.default}"

    @property
    def kind(self) -> str:
        """What an element is in words: `RGB image, 8 bits` or a dtype."""
        if self.colour is None:
            return self.dtype
        return f"{self.colour} image, 8 bits" if self.holds_bytes else "gray image, float16"


def _within(shape: tuple[int, ...], limits: Limits) -> bool:
    return len(shape) == len(limits) and all(
        low <= n and (high is None or n <= high)
        for n, (low, high) in zip(shape, limits, strict=True)
    )


def _span(limits: tuple[int, int | None]) -> str:
    low, high = limits
    return str(low) if low == high else f"{low}..{'' if high is None else high}"


def _listed(lengths: Iterable[str]) -> str:
    return f"({', '.join(lengths)})"


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
