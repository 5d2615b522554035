"""What an artefact may lose, by precision: the one table of tolerances, and why each is there.

fp32 differs by the order of sums only; fp16 by 11 bits of mantissa at pixels near the threshold;
8 bits move an outline by a fraction of a pixel; 16 values for 4 channels (pal4) are a rougher net.
`docs/gate.md` names what each check catches; a team's `gate.toml` may set any of these.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.verdict import Bound, Rule

_PIXELS = ("shift", "stretch")
"""Limits in pixels; all others are shares."""


@dataclass(frozen=True)
class Limits:
    """The numbers a verdict hangs on; J is the Jaccard of a photograph, Δ artefact - checkpoint."""

    delta: float
    """Largest |ΔJ| of the set's means, and the margin that its lower confidence bound keeps."""
    worst_loss: float
    """Largest loss of J on one photograph."""
    losing: float
    """Largest share of photographs that lose more than 0.05 of J."""
    agreement: float
    """Least mean Jaccard of the artefact's masks against the checkpoint's."""
    worst_agreement: float
    """The same, on the worst photograph."""
    boundary: float
    """Least mean F1 of the two outlines."""
    shift: float
    """Largest mean displacement between the probability maps, in pixels of the net's input."""
    stretch: float
    """Largest mean displacement that grows from the middle to the frame's edge, in pixels."""
    group: float
    """Largest loss of the mean J in one group of 15 photographs or more."""
    calibration: float
    """Largest change of the expected calibration error."""
    probability: float
    """Largest |Δp| that 99 of 100 pixels stay below, mean over photographs."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), 100 if field.name in _PIXELS else 1
            if not 0 <= value <= most:
                raise ValueError(f"{field.name} must be in [0, {most}], got {value}")


_EIGHT_BITS = Limits(
    delta=0.005, worst_loss=0.15, losing=0.02, agreement=0.99, worst_agreement=0.7,
    boundary=0.97, shift=0.1, stretch=0.3, group=0.01, calibration=0.005, probability=0.08,
)  # fmt: skip
LIMITS: Mapping[Precision, Limits] = types.MappingProxyType(
    {
        Precision.FP32: Limits(
            delta=0.0005, worst_loss=0.005, losing=0, agreement=0.9995, worst_agreement=0.99,
            boundary=0.9995, shift=0.01, stretch=0.01, group=0.001, calibration=0.0005,
            probability=0.001,
        ),
        Precision.FP16: Limits(
            delta=0.001, worst_loss=0.02, losing=0, agreement=0.999, worst_agreement=0.95,
            boundary=0.998, shift=0.02, stretch=0.06, group=0.002, calibration=0.001,
            probability=0.01,
        ),
        Precision.INT8: _EIGHT_BITS,
        Precision.INT8_IO: _EIGHT_BITS,
        Precision.W8: _EIGHT_BITS,
        Precision.PAL6: _EIGHT_BITS,
        Precision.PAL4: Limits(
            delta=0.01, worst_loss=0.25, losing=0.05, agreement=0.975, worst_agreement=0.6,
            boundary=0.93, shift=0.25, stretch=0.4, group=0.02, calibration=0.01, probability=0.2,
        ),
    }
)  # fmt: skip

REFERENCE_AT_LEAST = 0.5
CONSTANT_BELOW = 1e-3
LOSES_MORE_THAN = 0.05
LEAST_GROUP = 15
"""A smaller group is shown and not judged: its mean moves with every photograph."""
LEAST_BOOTSTRAP = 10
"""An interval from fewer photographs says nothing."""

RULES: Mapping[str, Rule] = types.MappingProxyType(
    {
        "finite": Rule(
            "photographs whose values are not all numbers", Bound.AT_MOST,
            "one NaN or infinity in a map is an overflow; a mask still looks plausible",
        ),
        "constant": Rule(
            "spread of probabilities over all photographs", Bound.AT_LEAST,
            "a map that varies less over all photographs is no answer to any of them",
        ),
        "reference": Rule(
            "Jaccard of the reference", Bound.AT_LEAST,
            "agreement with a reference that is wrong itself proves nothing: two broken nets"
            " agree too",
        ),
        "delta": Rule(
            "ΔJaccard", Bound.WITHIN,
            "a better Jaccard than the checkpoint's is as suspect as a worse one: it is another"
            " net",
        ),
        "non-inferiority": Rule(
            "lower confidence bound of ΔJaccard", Bound.AT_LEAST,
            "the mean of these photographs is chance in part; with this confidence the true"
            " loss is smaller",
        ),
        "worst-image": Rule(
            "ΔJaccard of the worst photograph", Bound.AT_LEAST,
            "a mean hides one patient's lesion",
        ),
        "losing": Rule(
            f"share of photographs that lose more than {LOSES_MORE_THAN}", Bound.AT_MOST,
            "losses and gains cancel in a mean; losses alone do not",
        ),
        "agreement": Rule(
            "mean agreement of masks", Bound.AT_LEAST,
            "masks may differ from the checkpoint's and score the same against the truth",
        ),
        "worst-agreement": Rule(
            "worst agreement of masks", Bound.AT_LEAST,
            "one photograph with another mask is a fault that a mean hides",
        ),
        "boundary": Rule(
            "mean boundary F1", Bound.AT_LEAST,
            "the Jaccard of a large lesion hardly moves when its outline does",
        ),
        "shift": Rule(
            "shift of the maps", Bound.AT_MOST,
            "another padding or crop displaces all masks by a fraction of a pixel", " px",
        ),
        "stretch": Rule(
            "stretch of the maps at the frame's edge", Bound.AT_MOST,
            "another resize convention (aligned corners) displaces the edge and not the middle",
            " px",
        ),
        "worst-group": Rule(
            "ΔJaccard of the worst group", Bound.AT_LEAST,
            "a loss for one skin type or diagnosis vanishes in the mean of all",
        ),
        "calibration": Rule(
            "change of the calibration error", Bound.WITHIN,
            "an app that shows or thresholds probabilities needs the ones that were validated",
        ),
        "probability": Rule(
            "|Δp| of 99 in 100 pixels", Bound.AT_MOST,
            "probabilities that moved without crossing the threshold are seen here first",
        ),
        "megabytes": Rule("size", Bound.AT_MOST, "the app's download budget", " MB"),
        "parameters": Rule("parameters", Bound.AT_MOST, "the net that was agreed upon"),
        "latency": Rule(
            "latency against the baseline", Bound.AT_MOST,
            "a ratio in the same run, since milliseconds of one machine are no limit for another",
            "×",
        ),
    }
)  # fmt: skip
