"""The closed choices of the project: precisions, classes of engines and tasks."""

from enum import StrEnum


class Tolerance(StrEnum):
    """How much a way of storing numbers may change; the gate's limits are given by it."""

    ROUNDING = "rounding"
    """Sums in another order."""
    HALF = "half"
    """11 bits of mantissa."""
    EIGHT_BITS = "eight bits"
    """256 levels, or 64 values for the weights."""
    FOUR_BITS = "four bits"
    """16 values for the weights."""


class Precision(StrEnum):
    """How numbers are stored and computed; each target that has one holds a recipe for it."""

    tolerance: Tolerance
    rounds_activations: bool
    """Needs the ranges of a calibration set."""

    def __new__(
        cls, value: str, tolerance: Tolerance, rounds_activations: bool = False
    ) -> "Precision":
        """Make a member with its row's facts."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.tolerance = tolerance
        member.rounds_activations = rounds_activations
        return member

    FP32 = "fp32", Tolerance.ROUNDING
    FP16 = "fp16", Tolerance.HALF
    INT8 = "int8", Tolerance.EIGHT_BITS, True
    """Weights and activations; float in and out, and a few operations left in float."""
    INT8_IO = "int8-io", Tolerance.EIGHT_BITS, True
    """As int8, with int8 input and result."""
    W8 = "w8", Tolerance.EIGHT_BITS
    """Weights only."""
    PAL6 = "pal6", Tolerance.EIGHT_BITS
    """Weights as indices into 64 values."""
    PAL4 = "pal4", Tolerance.FOUR_BITS
    """Weights as indices into 16 values."""


class EngineClass(StrEnum):
    """What an engine computes with; `[engines.<class>]` of gate.toml loosens limits by it."""

    CPU = "cpu"
    """Kernels of a CPU: they compute what the file says."""
    REFERENCE = "reference"
    """Kernels that define what operations mean."""
    GPU = "gpu"
    NPU = "npu"
    """A neural processor: float files are computed in half precision, and its 8 bits are its
    own."""


class Task(StrEnum):
    """What the positive pixels are."""

    LESION = "lesion"
    SKIN = "skin"
    WOUND = "wound"
