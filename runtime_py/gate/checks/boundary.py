"""Do the outlines lie where the checkpoint's do?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.checks.agreement import NO_MASK, compared
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the mean F1 of the two outlines."""
    shown = compared(found)
    return Reading(float(np.mean([image.boundary for image in shown]))) if shown else NO_MASK


CHECK = CheckSpec(
    order=100,
    name="boundary",
    title="mean boundary F1",
    symbol="mean F1 of outlines",
    bound=Bound.AT_LEAST,
    why="the Jaccard of a large lesion hardly moves when its outline does",
    catches="outlines that moved on large lesions",
    limit=ToleranceLimit(
        key="boundary",
        meaning="least mean F1 of the two outlines",
        rounding=0.9995,
        half=0.998,
        eight_bits=0.97,
        four_bits=0.93,
        npu=0.995,  # a simulated Snapdragon 8 Gen 1 has 0.9968 on `dev`
    ),
    measure=nothing,
    reduce=reduce,
)
