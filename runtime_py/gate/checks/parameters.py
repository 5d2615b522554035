"""Has the net as many parameters as agreed?"""

from skinseg_mobile.runtime_py.gate.spec import BudgetLimit, CheckSpec, Measurements, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return what is known of the file."""
    return Reading(found.facts.parameters, reason="the artefact does not say how many it has")


CHECK = CheckSpec(
    order=170,
    name="parameters",
    title="parameters",
    bound=Bound.AT_MOST,
    why="the net that was agreed upon",
    catches="a larger net, where you set a budget",
    limit=BudgetLimit("parameters", int, 1_000_000),
    needs_positives=False,
    measure=nothing,
    reduce=reduce,
)
