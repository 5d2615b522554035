"""One image's maps become numbers; the maps are let go, so that a set may be large."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import OURS, Frame
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.expected import Expected, expected_of
from skinseg_mobile.runtime_py.images.frame import unfitted
from skinseg_mobile.runtime_py.images.image_file import Mask
from skinseg_mobile.runtime_py.images.pipeline import Probability, to_mask
from skinseg_mobile.runtime_py.metrics.boundary import boundary_f1
from skinseg_mobile.runtime_py.metrics.displacement import Equations, equations
from skinseg_mobile.runtime_py.metrics.overlap import jaccard

LEAST_GROUP = 15
"""A smaller group is shown and not checked: its mean moves with every image."""
ROUNDING = 1e-3
"""How far a probability of float16 may lie beyond 0 and 1."""


@dataclass(frozen=True)
class Answer:
    """`reference` and `found`: net-size probabilities (h, w) float32; `truth` (H, W) bool."""

    id: str
    truth: Mask
    reference: Probability
    found: Probability
    groups: dict[str, str] = field(default_factory=dict[str, str])
    """Value by group column, as in split.csv."""
    expected: Expected | None = None
    """Of the reference, where it was computed before."""
    frame: Frame | None = None
    """What both maps are maps of; None for this project's own."""

    @property
    def place(self) -> Frame:
        """The frame of both maps."""
        return self.frame or OURS.frame(*self.found.shape)


@dataclass(frozen=True)
class ImageResult:
    """One image's numbers, as reports hold them."""

    id: str
    jaccard_reference: float
    jaccard_artefact: float
    agreement: float
    boundary: float
    max_abs_delta: float
    p99_abs_delta: float
    groups: dict[str, str]
    in_truth: bool
    """Whether the ground truth has a positive pixel."""
    in_reference: bool
    """Whether the checkpoint's mask has one."""
    in_artefact: bool
    """Whether the artefact's mask has one."""

    def __post_init__(self) -> None:
        for name in ("jaccard_reference", "jaccard_artefact", "agreement"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {getattr(self, name)}")

    @property
    def scored(self) -> bool:
        """Whether there is anything to compare: J of two empty masks is 1 and proves nothing."""
        return self.in_truth or self.in_reference or self.in_artefact

    @property
    def delta(self) -> float:
        """Jaccard of the artefact minus Jaccard of the checkpoint."""
        return self.jaccard_artefact - self.jaccard_reference


@dataclass(frozen=True)
class GroupResult:
    """One group's means; `judged` is False where it is too small to tell."""

    column: str
    value: str
    images: int
    jaccard_reference: float
    jaccard_artefact: float
    delta_jaccard: float
    judged: bool

    @property
    def label(self) -> str:
        """As sentences name it."""
        return f"{self.column} = {self.value}"


@dataclass(frozen=True)
class Comparison:
    """One image as checks measure it; what several of them need is computed once.

    Raises:
        InputError: the maps differ in size, or a value is none that this compares.
    """

    answer: Answer
    threshold: float

    def __post_init__(self) -> None:
        self._require_values()
        found, expected = self.answer.found.shape, self.answer.reference.shape
        if found != expected:
            raise InputError(
                f"The reference's maps are {expected[1]}×{expected[0]} and the artefact's"
                f" {found[1]}×{found[0]}. Use the artefact's own checkpoint."
            )

    def _require_values(self) -> None:
        """Check what an engine does not: values from elsewhere may be levels or logits."""
        low, high = float(self.answer.reference.min()), float(self.answer.reference.max())
        if not -ROUNDING <= low <= high <= 1 + ROUNDING:
            raise InputError(
                f"The reference's values on {self.answer.id} are {low:.3g} to {high:.3g}. Give"
                " probabilities from 0 to 1."
            )
        if self.answer.truth.dtype != np.bool_:
            raise InputError(
                f"The ground truth of {self.answer.id} is of {self.answer.truth.dtype}. Give bool:"
                " `truth > 0`."
            )

    @cached_property
    def expected(self) -> Expected:
        """What the checkpoint's map says at the image's size."""
        answer = self.answer
        return answer.expected or expected_of(
            answer.reference, answer.truth, self.threshold, answer.place
        )

    @cached_property
    def probability(self) -> Probability:
        """The artefact's map (H, W) float32 at the image's size."""
        with np.errstate(invalid="ignore"):  # a check reports an infinity
            return unfitted(self.answer.found, self.answer.truth.shape, self.answer.place)

    @cached_property
    def equations(self) -> Equations:
        """What the two maps say of a displacement between them."""
        return equations(self.answer.reference, self.answer.found)

    @cached_property
    def finite(self) -> NDArray[np.bool_]:
        """Where (h, w) the artefact's value is a number."""
        return np.isfinite(self.answer.found)

    @cached_property
    def result(self) -> ImageResult:
        """The numbers that reports hold of every image."""
        answer, truth = self.answer, self.answer.truth
        expected, mask = self.expected.mask, to_mask(self.probability, self.threshold)
        gap = np.abs(answer.found - answer.reference)[self.finite]
        gap = gap if gap.size else np.array([np.nan])
        return ImageResult(
            id=answer.id,
            jaccard_reference=self.expected.jaccard,
            jaccard_artefact=jaccard(mask, truth),
            agreement=jaccard(mask, expected),
            boundary=boundary_f1(mask, expected),
            max_abs_delta=float(gap.max()),
            p99_abs_delta=float(np.quantile(gap, 0.99)),
            groups=answer.groups,
            in_truth=bool(truth.any()),
            in_reference=bool(expected.any()),
            in_artefact=bool(mask.any()),
        )


def group_results(images: Sequence[ImageResult]) -> tuple[GroupResult, ...]:
    """Return every group of every column, sorted by name; images may lack a column."""
    keys = sorted({item for image in images for item in image.groups.items()})
    return tuple(
        _group(column, value, [image for image in images if image.groups.get(column) == value])
        for column, value in keys
    )


def _group(column: str, value: str, images: Sequence[ImageResult]) -> GroupResult:
    reference, artefact = (
        float(np.mean([getattr(image, name) for image in images]))
        for name in ("jaccard_reference", "jaccard_artefact")
    )
    judged = len(images) >= LEAST_GROUP
    return GroupResult(
        column, value, len(images), reference, artefact, artefact - reference, judged
    )
