"""What an artefact may lose, by precision: the one table of tolerances.

`delta`: largest |Jaccard of the artefact - Jaccard of the checkpoint| against the truth, over
the set's means. `agreement`: least mean Jaccard of the artefact's masks against the checkpoint's.
fp32 differs by the order of sums only; fp16 by 11 bits of mantissa at pixels near the threshold;
8 bits move an outline by a fraction of a pixel; 16 weights a tensor (pal4) are a rougher net.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass

from skinseg_mobile.runtime_py.formats import Precision


@dataclass(frozen=True)
class Limits:
    """The two numbers a verdict hangs on."""

    delta: float
    agreement: float


_EIGHT_BITS = Limits(delta=0.005, agreement=0.99)
LIMITS: Mapping[Precision, Limits] = types.MappingProxyType(
    {
        Precision.FP32: Limits(delta=0.0005, agreement=0.9995),
        Precision.FP16: Limits(delta=0.001, agreement=0.999),
        Precision.INT8: _EIGHT_BITS,
        Precision.INT8_IO: _EIGHT_BITS,
        Precision.W8: _EIGHT_BITS,
        Precision.PAL6: _EIGHT_BITS,
        Precision.PAL4: Limits(delta=0.01, agreement=0.975),
    }
)

REFERENCE_AT_LEAST = 0.5
"""A reference below this Jaccard proves nothing: two broken nets agree too."""

CONSTANT_BELOW = 1e-3
"""A probability map that varies less over all images is no answer to any of them."""
