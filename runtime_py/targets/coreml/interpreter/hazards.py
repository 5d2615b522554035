"""Lists the operations whose results float16 cannot hold well, on given inputs.

overflow    |value| above 65504: a phone stores infinity
underflow   0 < |value| below 2^-14, float16's smallest normal: digits are lost, or all

Each result is looked at before it is rounded; everything before it has been rounded as declared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import FLOAT16
from skinseg_mobile.runtime_py.targets.coreml.interpreter.executor import run
from skinseg_mobile.runtime_py.targets.coreml.interpreter.half import LARGEST, SMALLEST_NORMAL
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Op, Program, TypedName

Array = NDArray[Any]


@dataclass(frozen=True)
class Hazard:
    """One result that leaves float16's normal range."""

    output: str
    """Name of the value."""
    kind: str
    """Operation that makes it."""
    largest: float
    """Largest magnitude, infinity and NaN included."""
    smallest: float
    """Smallest magnitude other than 0."""
    overflows: int
    """How many elements are above float16's range, or are no number."""
    underflows: int
    """How many are below its normal numbers and not 0."""
    size: int
    """How many elements there are."""


def hazards(
    program: Program,
    feeds: Mapping[str, Array],
    *,
    every_float: bool = False,
    least_share: float = 0.01,
) -> tuple[Hazard, ...]:
    """Return the hazards in order of execution; `feeds` as for `execute`.

    Only values that the file declares float16 are judged; with `every_float` the float32 ones are
    too, as if the program were exported in float16. A stray value near 0 harms nothing: underflow
    counts from `least_share` of a result's elements on, overflow always.

    Raises:
        InputError: as `execute`.
    """
    found: list[Hazard] = []

    def observe(op: Op, named: TypedName, held: Array) -> None:
        declared = named.type.dtype
        if declared is FLOAT16 or (every_float and declared.is_float):
            hazard = _hazard(op, named, held)
            if hazard.overflows or hazard.underflows > least_share * hazard.size:
                found.append(hazard)

    run(program, feeds, observed=observe)
    return tuple(found)


def _hazard(op: Op, named: TypedName, held: Array) -> Hazard:
    size = np.abs(held.astype(np.float32, copy=False))
    nonzero = size[size > 0]
    return Hazard(
        output=named.name,
        kind=op.kind,
        largest=float(size.max(initial=0.0)),
        smallest=float(nonzero.min(initial=np.inf)) if nonzero.size else 0.0,
        overflows=int(np.count_nonzero(~(size <= LARGEST))),
        underflows=int(np.count_nonzero(nonzero < SMALLEST_NORMAL)),
        size=held.size,
    )
