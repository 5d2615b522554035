"""Is the file as fast as the baseline?"""

from skinseg_mobile.runtime_py.gate.spec import BudgetLimit, CheckSpec, Measurements, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return what is known of the file."""
    return Reading(found.facts.latency_ratio, reason="this engine's time says nothing of a phone's")


CHECK = CheckSpec(
    order=180,
    name="latency",
    title="latency against the baseline",
    bound=Bound.AT_MOST,
    why="a ratio in the same run, since milliseconds of one machine are no limit for another",
    unit="×",
    catches="a slower file, where you set a budget",
    limit=BudgetLimit("latency_ratio", float, 1.2),
    needs_positives=False,
    measure=nothing,
    reduce=reduce,
)
