"""Can a loss larger than the limit be ruled out, or are the images too few to tell?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.checks.delta import LIMIT
from skinseg_mobile.runtime_py.gate.spec import LEAST_BOOTSTRAP, CheckSpec, Measurements, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the lower end of the mean ΔJaccard's confidence interval."""
    interval = found.bootstrap.interval(np.array([image.delta for image in found.images]))
    if interval is None:
        few = f"it needs {LEAST_BOOTSTRAP} images, there are {len(found.images)}"
        return Reading(None, reason=few)
    return Reading(interval[0])


CHECK = CheckSpec(
    order=50,
    name="non-inferiority",
    title="lower confidence bound of ΔJaccard",
    symbol="lower bound of ΔJ",
    bound=Bound.AT_LEAST,
    why="other images would give another mean; with this confidence the true loss is smaller",
    catches="a loss that so few images cannot rule out",
    limit=LIMIT,
    negative=True,
    measure=nothing,
    reduce=reduce,
)
