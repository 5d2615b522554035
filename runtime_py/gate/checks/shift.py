"""Are the maps displaced as a whole?"""

import math

from skinseg_mobile.runtime_py.gate.compare import Comparison
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading
from skinseg_mobile.runtime_py.metrics.displacement import Equations, displacement

NO_EDGE = Reading(
    None, reason="the maps have too few edges. Add images that show what the net looks for"
)


def measure(image: Comparison) -> Equations:
    """Return what the image says of a displacement."""
    return image.equations


def reduce(found: Measurements[Equations]) -> Reading:
    """Return the length of the displacement of the frame's middle, and its direction."""
    shift = displacement(found.values).shift
    if shift is None:
        return NO_EDGE
    down, right = shift
    return Reading(math.hypot(*shift), f"{down:+.3f} down, {right:+.3f} right")


CHECK = CheckSpec(
    order=110,
    name="shift",
    title="shift of the maps",
    symbol="px of the net's input",
    bound=Bound.AT_MOST,
    why="another padding or crop displaces all masks by a fraction of a pixel",
    unit=" px",
    catches="padding, crop, half-pixel centres",
    limit=ToleranceLimit(
        key="shift",
        meaning="largest mean displacement of the maps, in pixels of the net's input",
        rounding=0.01,
        half=0.02,
        eight_bits=0.1,
        four_bits=0.25,
        most=100,
    ),
    measure=measure,
    reduce=reduce,
)
