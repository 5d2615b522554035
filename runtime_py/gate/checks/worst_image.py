"""How much does the image that loses most lose?"""

from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the least ΔJaccard, and its image."""
    worst = min(found.images, key=lambda image: image.delta)
    return Reading(worst.delta, worst.id)


CHECK = CheckSpec(
    order=60,
    name="worst-image",
    title="ΔJaccard of the worst image",
    symbol="ΔJ",
    bound=Bound.AT_LEAST,
    why="a mean hides one patient's lesion",
    catches="one patient's lesion",
    limit=ToleranceLimit(
        key="worst_loss",
        meaning="largest loss of Jaccard on one image",
        rounding=0.005,
        half=0.02,
        eight_bits=0.15,
        four_bits=0.25,
    ),
    negative=True,
    measure=nothing,
    reduce=reduce,
)
