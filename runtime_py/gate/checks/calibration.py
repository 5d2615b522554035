"""Are the probabilities as well calibrated as those that were validated?"""

from skinseg_mobile.runtime_py.gate.compare import Comparison
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading
from skinseg_mobile.runtime_py.metrics.calibration import Reliability, mean_error, reliability

Pair = tuple[Reliability, Reliability]


def measure(image: Comparison) -> Pair:
    """Return the reliability of the checkpoint's map and of the artefact's."""
    found = reliability(image.probability, image.answer.truth)
    return image.expected.reliability, found


def reduce(found: Measurements[Pair]) -> Reading:
    """Return the artefact's calibration error minus the checkpoint's."""
    before = mean_error([reference for reference, _ in found.values])
    after = mean_error([artefact for _, artefact in found.values])
    return Reading(float(after - before))


CHECK = CheckSpec(
    order=140,
    name="calibration",
    title="change of the calibration error",
    symbol="\\|change of ECE\\|",
    bound=Bound.WITHIN,
    why="an app that shows or thresholds probabilities needs the ones that were validated",
    catches="probabilities that changed where masks did not",
    limit=ToleranceLimit(
        key="calibration",
        meaning="largest change of the expected calibration error",
        rounding=0.0005,
        half=0.001,
        eight_bits=0.005,
        four_bits=0.01,
    ),
    needs_positives=False,
    measure=measure,
    reduce=reduce,
)
