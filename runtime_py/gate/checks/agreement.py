"""Are the masks the checkpoint's?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.compare import ImageResult
from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading

NO_MASK = Reading(None, reason="no mask of the checkpoint or the artefact has a positive pixel")


def compared(found: Measurements[None]) -> list[ImageResult]:
    """Return the images in which one of the two masks has a positive pixel."""
    return [image for image in found.images if image.in_reference or image.in_artefact]


def reduce(found: Measurements[None]) -> Reading:
    """Return the mean Jaccard of the artefact's masks against the checkpoint's."""
    shown = compared(found)
    return Reading(float(np.mean([image.agreement for image in shown]))) if shown else NO_MASK


CHECK = CheckSpec(
    order=80,
    name="agreement",
    title="mean agreement of masks",
    symbol="mean J of both masks",
    bound=Bound.AT_LEAST,
    why="masks may differ from the checkpoint's and score the same against the truth",
    catches="other masks of equal score",
    limit=ToleranceLimit(
        key="agreement",
        meaning="least mean Jaccard of the masks against the checkpoint's",
        rounding=0.9995,
        half=0.999,
        eight_bits=0.99,
        four_bits=0.975,
        npu=0.997,  # a simulated Snapdragon 8 Gen 1 has 0.9976 on `dev`
    ),
    measure=nothing,
    reduce=reduce,
)
