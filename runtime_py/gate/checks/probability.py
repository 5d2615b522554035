"""Have the probabilities moved without crossing the threshold?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.compare import Comparison
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def measure(image: Comparison) -> float:
    """Return the |Δp| that 99 of 100 pixels stay below."""
    return image.result.p99_abs_delta


def reduce(found: Measurements[float]) -> Reading:
    """Return the mean over images, those without a lesion too."""
    return Reading(float(np.mean(found.values)))


CHECK = CheckSpec(
    order=150,
    name="probability",
    title="|Δp| of 99 in 100 pixels",
    symbol="\\|Δp\\| of 99 in 100 pixels",
    bound=Bound.AT_MOST,
    why="probabilities that moved without crossing the threshold are seen here first",
    catches="drift that no mask shows yet",
    limit=ToleranceLimit(
        key="probability",
        meaning="largest |Δp| that 99 of 100 pixels stay below, mean over images",
        rounding=0.001,
        half=0.01,
        eight_bits=0.08,
        four_bits=0.2,
    ),
    needs_positives=False,
    measure=measure,
    reduce=reduce,
)
