"""Does every value of the map stay a number?"""

from skinseg_mobile.runtime_py.gate.compare import Comparison
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, FixedLimit, Measurements
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def measure(image: Comparison) -> bool:
    """Return whether every value of the artefact's map is a number."""
    return bool(image.finite.all())


def reduce(found: Measurements[bool]) -> Reading:
    """Count the images that have other values."""
    return Reading(float(sum(not finite for finite in found.values)))


CHECK = CheckSpec(
    order=10,
    name="finite",
    title="images whose values are not all numbers",
    bound=Bound.AT_MOST,
    why="one NaN or infinity in a map is an overflow; a mask still looks plausible",
    catches="NaN and infinity: overflow in half precision",
    limit=FixedLimit(0),
    needs_positives=False,
    measure=measure,
    reduce=reduce,
)
