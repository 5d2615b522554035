"""The closed choices of the project: targets, precisions, tasks."""

from enum import StrEnum

from skinseg_mobile.runtime_py.errors import InputError


class Target(StrEnum):
    """File formats for phones and servers."""

    ONNX = "onnx"
    TFLITE = "tflite"
    COREML = "coreml"


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


class Task(StrEnum):
    """What the positive pixels are."""

    LESION = "lesion"
    SKIN = "skin"
    WOUND = "wound"


LEGAL: dict[Target, tuple[Precision, ...]] = {
    Target.ONNX: (Precision.FP32, Precision.FP16, Precision.INT8),
    Target.TFLITE: (
        Precision.FP32,
        Precision.FP16,
        Precision.INT8,
        Precision.INT8_IO,
        Precision.W8,
    ),
    Target.COREML: (
        Precision.FP32,
        Precision.FP16,
        Precision.INT8,
        Precision.W8,
        Precision.PAL6,
        Precision.PAL4,
    ),
}
DEFAULT: dict[Target, Precision] = {
    Target.ONNX: Precision.INT8,
    Target.TFLITE: Precision.INT8,
    Target.COREML: Precision.FP16,
}
MODEL_FILE: dict[Target, str] = {
    Target.ONNX: "model.onnx",
    Target.TFLITE: "model.tflite",
    Target.COREML: "model.mlpackage",
}


def jobs_named(target: str, precision: str | None) -> dict[Target, list[Precision]]:
    """Return the wanted precisions by target; with `all`, the legal ones.

    Raises:
        InputError: an unknown name, or a precision that no wanted target has.
    """
    if target not in (*Target, "all"):
        raise InputError(f"--target must be {', '.join(Target)} or all, got '{target}'")
    if precision not in (*Precision, "all", None):
        raise InputError(f"--precision must be {', '.join(Precision)} or all, got '{precision}'")
    targets = list(Target) if target == "all" else [Target(target)]
    if precision is None:
        return {t: [DEFAULT[t]] for t in targets}
    if precision == "all":
        return {t: list(LEGAL[t]) for t in targets}
    jobs = {t: [Precision(precision)] for t in targets if precision in LEGAL[t]}
    if not jobs:
        raise InputError(f"{target} can be {', '.join(LEGAL[targets[0]])}, got {precision}")
    return jobs
