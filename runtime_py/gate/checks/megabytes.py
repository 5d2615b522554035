"""Does the model file fit the app's download?"""

from skinseg_mobile.runtime_py.gate.spec import BudgetLimit, CheckSpec, Measurements, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return what is known of the file."""
    return Reading(found.facts.megabytes, reason="the size is not known")


CHECK = CheckSpec(
    order=160,
    name="megabytes",
    title="size",
    bound=Bound.AT_MOST,
    why="the app's download budget",
    unit=" MB",
    catches="a larger file, where you set a budget",
    limit=BudgetLimit("megabytes", float, 1.5),
    needs_positives=False,
    measure=nothing,
    reduce=reduce,
)
