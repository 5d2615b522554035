"""Does the artefact answer different images differently?"""

from skinseg_mobile.runtime_py.gate.compare import Comparison
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, FixedLimit, Measurements
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading

Range = tuple[float, float] | None


def measure(image: Comparison) -> Range:
    """Return the least and largest probability; None where one is no number."""
    if not image.finite.all():
        return None
    return float(image.answer.found.min()), float(image.answer.found.max())


def reduce(found: Measurements[Range]) -> Reading:
    """Return the spread over all images together."""
    ranges = [value for value in found.values if value is not None]
    if not ranges:
        return Reading(None, reason="no image has numbers everywhere")
    low, high = min(least for least, _ in ranges), max(most for _, most in ranges)
    return Reading(high - low, f"{low:.3f} to {high:.3f}")


CHECK = CheckSpec(
    order=20,
    name="constant",
    title="spread of probabilities over all images",
    bound=Bound.AT_LEAST,
    why="a map that varies less over all images is no answer to any of them",
    catches="one answer for everything: dead ranges, zeroed weights",
    limit=FixedLimit(1e-3),
    measure=measure,
    reduce=reduce,
)
