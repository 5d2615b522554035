"""One photograph's outcome becomes numbers; its maps are let go, so that a set may be large."""

from dataclasses import dataclass, field

import numpy as np

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Mask
from skinseg_mobile.runtime_py.images.pipeline import Probability, to_mask, to_photo
from skinseg_mobile.runtime_py.metrics.boundary import boundary_f1
from skinseg_mobile.runtime_py.metrics.calibration import Reliability, reliability
from skinseg_mobile.runtime_py.metrics.displacement import Equations, equations
from skinseg_mobile.runtime_py.metrics.overlap import jaccard


@dataclass(frozen=True)
class Outcome:
    """`reference` and `found`: net-size probabilities (h, w) float32; `truth` (H, W) bool."""

    id: str
    truth: Mask
    reference: Probability
    found: Probability
    groups: dict[str, str] = field(default_factory=dict[str, str])
    """Value by group column, as in split.csv."""


@dataclass(frozen=True)
class ImageResult:
    """One photograph's numbers, as reports hold them."""

    id: str
    jaccard_reference: float
    jaccard_artefact: float
    agreement: float
    boundary: float
    max_abs_delta: float
    p99_abs_delta: float
    groups: dict[str, str]

    @property
    def delta(self) -> float:
        """Jaccard of the artefact minus Jaccard of the checkpoint."""
        return self.jaccard_artefact - self.jaccard_reference


@dataclass(frozen=True)
class Measured:
    """All that checks need of one photograph."""

    result: ImageResult
    equations: Equations
    reliability_reference: Reliability
    reliability_artefact: Reliability
    low: float
    high: float
    finite: bool


def measure(outcome: Outcome, threshold: float) -> Measured:
    """Compare the artefact's map with the checkpoint's and both with the truth.

    Raises:
        InputError: the maps differ in size.
    """
    found, reference, truth = outcome.found, outcome.reference, outcome.truth
    _require_same_size(outcome)
    with np.errstate(invalid="ignore"):  # an infinity is judged below, not warned of
        maps = [to_photo(p, *truth.shape) for p in (reference, found)]
    expected, mask = (to_mask(p, threshold) for p in maps)
    numbers = found[np.isfinite(found)]
    gap = np.abs(found - reference)[np.isfinite(found)] if numbers.size else np.array([np.nan])
    result = ImageResult(
        id=outcome.id,
        jaccard_reference=jaccard(expected, truth),
        jaccard_artefact=jaccard(mask, truth),
        agreement=jaccard(mask, expected),
        boundary=boundary_f1(mask, expected),
        max_abs_delta=float(gap.max()),
        p99_abs_delta=float(np.quantile(gap, 0.99)),
        groups=outcome.groups,
    )
    return Measured(
        result,
        equations(reference, found),
        *(reliability(p, truth) for p in maps),
        low=float(numbers.min()) if numbers.size else np.nan,
        high=float(numbers.max()) if numbers.size else np.nan,
        finite=numbers.size == found.size,
    )


def _require_same_size(outcome: Outcome) -> None:
    found, expected = outcome.found.shape, outcome.reference.shape
    if found != expected:
        raise InputError(
            f"a reference must have the artefact's input size {found[1]}×{found[0]},"
            f" it has {expected[1]}×{expected[0]}; use the artefact's own checkpoint"
        )
