"""Is one mask far from the checkpoint's?"""

from skinseg_mobile.runtime_py.gate.checks.agreement import NO_MASK, compared
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the least Jaccard of a mask against the checkpoint's, and its image."""
    worst = min(compared(found), key=lambda image: image.agreement, default=None)
    return Reading(worst.agreement, worst.id) if worst else NO_MASK


CHECK = CheckSpec(
    order=90,
    name="worst-agreement",
    title="worst agreement of masks",
    bound=Bound.AT_LEAST,
    why="one image with another mask is a fault that a mean hides",
    catches="another mask on one image",
    limit=ToleranceLimit(
        key="worst_agreement",
        meaning="the same, on the worst image",
        rounding=0.99,
        half=0.95,
        eight_bits=0.7,
        four_bits=0.6,
    ),
    measure=nothing,
    reduce=reduce,
)
