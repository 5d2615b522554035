"""Is the checkpoint right on these images?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.spec import CheckSpec, FixedLimit, Measurements, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading


def reduce(found: Measurements[None]) -> Reading:
    """Return the mean Jaccard of the checkpoint, without images that are empty for both."""
    shown = [image for image in found.images if image.in_truth or image.in_reference]
    return Reading(float(np.mean([image.jaccard_reference for image in shown])))


CHECK = CheckSpec(
    order=30,
    name="reference",
    title="Jaccard of the reference",
    bound=Bound.AT_LEAST,
    why="agreement with a reference that is wrong itself proves nothing: two broken nets agree too",
    catches="a checkpoint that is wrong itself on these images",
    limit=FixedLimit(0.5),
    always_required=True,
    measure=nothing,
    reduce=reduce,
)
