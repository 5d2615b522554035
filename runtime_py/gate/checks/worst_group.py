"""Does one group of patients lose more than the others?"""

from skinseg_mobile.runtime_py.gate.compare import LEAST_GROUP
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the least mean ΔJaccard of the groups that are large enough, and its group."""
    large = [group for group in found.groups if group.judged]
    if not large:
        small = f"no group has {LEAST_GROUP} images"
        return Reading(None, reason=small if found.groups else "the set has no groups")
    worst = min(large, key=lambda group: group.delta_jaccard)
    return Reading(worst.delta_jaccard, worst.label)


CHECK = CheckSpec(
    order=130,
    name="worst-group",
    title="ΔJaccard of the worst group",
    symbol="ΔJ of a group",
    bound=Bound.AT_LEAST,
    why="a loss for one skin type or diagnosis vanishes in the mean of all",
    catches="a loss for one skin type or diagnosis",
    limit=ToleranceLimit(
        key="group",
        meaning="largest loss of mean Jaccard in one group of 15 images or more",
        rounding=0.001,
        half=0.002,
        eight_bits=0.01,
        four_bits=0.02,
    ),
    negative=True,
    measure=nothing,
    reduce=reduce,
)
