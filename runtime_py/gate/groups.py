"""Means by group column (skin type, diagnosis, camera): a loss for one group hides in the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skinseg_mobile.runtime_py.gate.limits import LEAST_GROUP
from skinseg_mobile.runtime_py.gate.outcome import ImageResult


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


def group_results(images: Sequence[ImageResult]) -> tuple[GroupResult, ...]:
    """Return every group of every column, sorted by name; images may lack a column."""
    keys = sorted({item for image in images for item in image.groups.items()})
    return tuple(
        _result(column, value, [image for image in images if image.groups.get(column) == value])
        for column, value in keys
    )


def _result(column: str, value: str, images: Sequence[ImageResult]) -> GroupResult:
    reference, artefact = (
        float(np.mean([getattr(image, name) for image in images]))
        for name in ("jaccard_reference", "jaccard_artefact")
    )
    judged = len(images) >= LEAST_GROUP
    return GroupResult(
        column, value, len(images), reference, artefact, artefact - reference, judged
    )
