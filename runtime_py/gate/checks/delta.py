"""Does the artefact score as the checkpoint does?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the difference of the two means of Jaccard."""
    reference = np.mean([image.jaccard_reference for image in found.images])
    return Reading(float(np.mean([image.jaccard_artefact for image in found.images]) - reference))


LIMIT = ToleranceLimit(
    key="delta",
    meaning="largest |mean ΔJaccard|, and the margin of its lower confidence bound",
    rounding=0.0005,
    half=0.001,
    eight_bits=0.005,
    four_bits=0.01,
)
CHECK = CheckSpec(
    order=40,
    name="delta",
    title="ΔJaccard",
    symbol="\\|mean ΔJ\\|",
    bound=Bound.WITHIN,
    why="a better Jaccard than the checkpoint's is as suspect as a worse one: it is another net",
    catches="another net, better or worse",
    limit=LIMIT,
    measure=nothing,
    reduce=reduce,
)
