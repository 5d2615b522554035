"""Scores masks against truth: one confusion matrix an image, then means over images.

Jaccard of an image = TP / (TP + FP + FN) at the image's own resolution; the score of a set
is the mean over its images (ISIC 2017). Beside it: thresholded (ISIC 2018: below 0.65 counts 0)
and pooled (one matrix over all pixels). Both masks empty: 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

THRESHOLDED_BELOW = 0.65


@dataclass(frozen=True)
class Confusion:
    """Pixel counts of one image, or of a whole set."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def jaccard(self) -> float:
        """TP / (TP + FP + FN)."""
        return _ratio(self.tp, self.tp + self.fp + self.fn)

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN)."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def accuracy(self) -> float:
        """(TP + TN) / all."""
        return _ratio(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)

    @property
    def sensitivity(self) -> float:
        """TP / (TP + FN); 1 where the truth is empty."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> float:
        """TN / (TN + FP); 1 where the truth fills the frame."""
        return _ratio(self.tn, self.tn + self.fp)


@dataclass(frozen=True)
class Scores:
    """The scores of a set; all in [0, 1], all means over images but the pooled one."""

    images: int
    jaccard_mean: float
    jaccard_thresholded: float
    jaccard_pooled: float
    dice_mean: float
    accuracy: float
    sensitivity: float
    specificity: float
    groups: dict[str, dict[str, "Scores"]] = field(default_factory=dict[str, "dict[str, Scores]"])

    def as_dict(self) -> dict[str, object]:
        """Return plain JSON values."""
        return asdict(self)


def confusion(mask: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Confusion:
    """Count the pixels of two (H, W) bool masks.

    >>> confusion(np.array([[True, True, False]]), np.array([[True, False, False]]))
    Confusion(tp=1, fp=1, fn=0, tn=1)

    Raises:
        ValueError: their shapes differ; NumPy would stretch the smaller one over the larger.
    """
    if mask.shape != truth.shape:
        raise ValueError(f"two masks must have one shape, got {mask.shape} and {truth.shape}")
    tp = int(np.count_nonzero(mask & truth))
    fp = int(np.count_nonzero(mask)) - tp
    fn = int(np.count_nonzero(truth)) - tp
    return Confusion(tp, fp, fn, mask.size - tp - fp - fn)


def jaccard(mask: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return the Jaccard index of two (H, W) bool masks.

    >>> jaccard(np.array([[True, True, False]]), np.array([[True, False, False]]))
    0.5
    """
    return confusion(mask, truth).jaccard


def score(images: Sequence[Confusion], groups: Sequence[dict[str, str]] = ()) -> Scores:
    """Average over images; `groups` gives each image's value per group column.

    >>> found = score([Confusion(tp=3, fp=1, fn=0, tn=0), Confusion(tp=1, fp=0, fn=1, tn=2)])
    >>> found.jaccard_mean, found.jaccard_thresholded, round(found.jaccard_pooled, 4)
    (0.625, 0.375, 0.6667)

    Raises:
        ValueError: there are no images; a mean of none is no score.
    """
    if not images:
        raise ValueError("a score needs one image or more, got none")
    jaccards = np.array([image.jaccard for image in images])
    return Scores(
        images=len(images),
        jaccard_mean=float(jaccards.mean()),
        jaccard_thresholded=float(np.where(jaccards < THRESHOLDED_BELOW, 0.0, jaccards).mean()),
        jaccard_pooled=_pool(images).jaccard,
        dice_mean=_mean(image.dice for image in images),
        accuracy=_mean(image.accuracy for image in images),
        sensitivity=_mean(image.sensitivity for image in images),
        specificity=_mean(image.specificity for image in images),
        groups=_by_group(images, groups),
    )


def _by_group(
    images: Sequence[Confusion], groups: Sequence[dict[str, str]]
) -> dict[str, dict[str, Scores]]:
    columns = groups[0].keys() if groups else ()
    return {
        column: {
            value: score(
                [image for image, row in zip(images, groups, strict=True) if row[column] == value]
            )
            for value in sorted({row[column] for row in groups})
        }
        for column in columns
    }


def _pool(images: Sequence[Confusion]) -> Confusion:
    return Confusion(
        *(sum(counts) for counts in zip(*((i.tp, i.fp, i.fn, i.tn) for i in images), strict=True))
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
