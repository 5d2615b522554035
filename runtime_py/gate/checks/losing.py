"""How many images lose much?"""

import numpy as np

from skinseg_mobile.runtime_py.gate.spec import CheckSpec, Measurements, ToleranceLimit, nothing
from skinseg_mobile.runtime_py.gate.verdict import Bound, Reading

LOSES_MORE_THAN = 0.05
"""Of Jaccard."""


def reduce(found: Measurements[None]) -> Reading:
    """Return the share of images that lose more than that."""
    return Reading(float(np.mean([image.delta < -LOSES_MORE_THAN for image in found.images])))


CHECK = CheckSpec(
    order=70,
    name="losing",
    title=f"share of images that lose more than {LOSES_MORE_THAN}",
    symbol=f"share with ΔJ below −{LOSES_MORE_THAN}",
    bound=Bound.AT_MOST,
    why="losses and gains cancel in a mean; losses alone do not",
    catches="losses that gains hide",
    limit=ToleranceLimit(
        key="losing",
        meaning="largest share of images that lose more than 0.05 of Jaccard",
        rounding=0,
        half=0,
        eight_bits=0.02,
        four_bits=0.05,
    ),
    measure=nothing,
    reduce=reduce,
)
