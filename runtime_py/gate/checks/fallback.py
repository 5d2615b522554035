"""Has the accelerator computed the whole file?"""

from skinseg_mobile.runtime_py.gate.spec import BudgetLimit, CheckSpec, Measurements, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return what the engine says of it."""
    return Reading(found.facts.fallback, reason="this engine does not say where operations run")


CHECK = CheckSpec(
    order=190,
    name="fallback",
    title="operations left to the CPU",
    bound=Bound.AT_MOST,
    why="a runtime gives the CPU what an accelerator does not take, without a word",
    catches="a net that an accelerator takes in part, where you set a budget",
    limit=BudgetLimit("fallback", int, 0),
    needs_positives=False,
    measure=nothing,
    reduce=reduce,
)
