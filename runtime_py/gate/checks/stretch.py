"""Are the maps displaced at the frame's edge?"""

import math

from skinseg_mobile.runtime_py.gate.checks.shift import NO_EDGE, measure
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading
from skinseg_mobile.runtime_py.metrics.displacement import Equations, displacement


def reduce(found: Measurements[Equations]) -> Reading:
    """Return what the frame's edge is displaced more than its middle."""
    stretch = displacement(found.values).stretch
    return Reading(math.hypot(*stretch)) if stretch else NO_EDGE


CHECK = CheckSpec(
    order=120,
    name="stretch",
    title="stretch of the maps at the frame's edge",
    symbol="px at the frame's edge",
    bound=Bound.AT_MOST,
    why="another resize convention (aligned corners) displaces the edge and not the middle",
    unit=" px",
    catches="aligned corners, another resize",
    limit=ToleranceLimit(
        key="stretch",
        meaning="largest displacement that grows from the middle to the frame's edge, in pixels",
        rounding=0.01,
        half=0.06,
        eight_bits=0.3,
        four_bits=0.4,
        most=100,
    ),
    measure=measure,
    reduce=reduce,
)
