"""Runs a file under many contracts on the same images, and scores each by truth or a reference.

Maps are compared at the image's aspect with a long side of `LONG` at most: the frame a net sees is
the full one, and only the comparison is small.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import comb
from typing import cast

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.export.adopt.foreign_model import ForeignModel
from skinseg_mobile.runtime_py.contract import Contract, OutputKind
from skinseg_mobile.runtime_py.engines.load import engine_for
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.images.frame import photo_in, unfitted
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.images.pipeline import Probability, to_mask
from skinseg_mobile.runtime_py.images.resize import resize
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine, restore, store

LONG = 256
MOST_CHANNELS = 24
"""Channels of an output that are tried."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrialImage:
    """An image and what is known of it, at the size of comparison."""

    photo: Photo
    truth: Mask | None
    reference: Probability | None
    unturned: "TrialImage | None" = None
    """The same as a program sees it that ignores EXIF, where this is something else."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the comparison."""
        return comparison_size(self.photo.shape[:2])


def comparison_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return an image's size with a long side of `LONG` at most."""
    share = min(1.0, LONG / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def trial_image(photo: Photo, truth: Mask | None, reference: Probability | None) -> TrialImage:
    """Return an image with its truth (H, W) and its reference's map at the comparison's size."""
    size = comparison_size(photo.shape[:2])
    small = None if truth is None else resize(truth, *size) >= 0.5
    return TrialImage(photo, small, reference)


@dataclass(frozen=True)
class Score:
    """How well one contract fits, by image: (n,) float64 each, None where nothing is known."""

    jaccard: Floats | None
    """Of mask and truth."""
    difference: Floats | None
    """Mean |Δp| from the reference."""
    agreement: Floats | None
    """Jaccard of the mask and the reference's."""
    plausible: bool = True
    """Whether the values can be what the contract says: no logit is a probability."""

    @property
    def error(self) -> Floats:
        """What is small where the contract fits; a reference is sharper than the truth."""
        if self.difference is not None:
            return self.difference
        return 1 - cast(Floats, self.jaccard)

    def beats(self, other: "Score") -> bool:
        """Whether it fits better by more than chance, image for image: by the mean or the count."""
        gain = other.error - self.error
        least = 1e-5 if self.difference is not None else 0.003
        spread = gain.std(ddof=1) / np.sqrt(gain.size) if gain.size > 1 else 0.0
        sure = gain.mean() >= 3 * spread or _wins_often(gain) or self._halves(other)
        return bool(gain.mean() >= least and sure)

    def _halves(self, other: "Score") -> bool:
        """Whether it is half as far from the reference or less on every image: few are enough."""
        return self.difference is not None and bool((2 * self.error <= other.error).all())


def _wins_often(gain: Floats) -> bool:
    """Whether so many gains are positive by chance in one of 200 cases at most: a sign test."""
    wins, count = int((gain > 0).sum()), int((gain != 0).sum())
    return sum(comb(count, n) for n in range(wins, count + 1)) <= 2**count / 200


@dataclass
class Trials:
    """A file, the images, and the scores so far."""

    model: ForeignModel
    images: Sequence[TrialImage]
    threshold: float
    reference_threshold: float
    scores: dict[Contract, Score] = field(default_factory=dict[Contract, Score])

    def __post_init__(self) -> None:
        spec = engine_for(self.model.target)
        if reason := spec.missing:
            raise NotRunError(reason)
        engine = spec.open(self.model.under(Contract()))
        assert isinstance(engine, TensorEngine)
        self.engine = engine

    def require_telling(self) -> None:
        """Check that the reference tells one contract from another.

        Raises:
            InputError: each of its masks is empty or full.
        """
        known = [image.reference for image in self.images if image.reference is not None]
        masks = [to_mask(found, self.reference_threshold) for found in known]
        if masks and all(mask.all() or not mask.any() for mask in masks):
            raise InputError(
                f"The reference marks all or nothing of each of the {len(masks)} images, so every"
                " contract would fit. Add --data with other images, or name another reference."
            )

    @property
    def turned(self) -> "tuple[Trials, Trials] | None":
        """The images that EXIF turns, turned and not; None where there is no such image."""
        turned = [image for image in self.images if image.unturned]
        stored = [image.unturned for image in turned if image.unturned]
        if not turned:
            return None
        levels = self.threshold, self.reference_threshold
        return Trials(self.model, turned, *levels), Trials(self.model, stored, *levels)

    def score(self, contract: Contract) -> Score:
        """Return the score of a contract; with it, all readings of the same output are scored."""
        if contract.channel >= self.model.output.channels:
            return self._missing
        if contract not in self.scores:
            self._run(contract)
        return self.scores[contract]

    @property
    def _missing(self) -> Score:
        """The score of a channel that the file lacks."""
        nothing, worst = np.zeros(len(self.images)), np.ones(len(self.images))
        has_truth, has_reference = (
            any(found is not None for found in some)
            for some in zip(*((i.truth, i.reference) for i in self.images), strict=True)
        )
        return Score(
            nothing if has_truth else None,
            worst if has_reference else None,
            nothing if has_reference else None,
            plausible=False,
        )

    def readings(self, contract: Contract) -> list[Contract]:
        """Return the contracts that feed the file alike and read its output in another way."""
        self.score(replace(contract, channel=0))
        return [other for other in self.scores if fed_alike(other, contract)]

    def _run(self, contract: Contract) -> None:
        rows: dict[Contract, list[tuple[float, ...]]] = {}
        fits = dict.fromkeys(OutputKind, True)
        variants = list(dict.fromkeys([contract, *_readings(contract, self.model.output.channels)]))
        frame, info = contract.frame(*self.model.input.side), self.model.input
        for image in self.images:
            stored = store(photo_in(image.photo, frame), info, contract)
            raw = self.engine.run(stored)[self.model.output.name]
            fits = {kind: fits[kind] and can_be(raw, kind) for kind in fits}
            for variant in variants:
                found = restore(raw, self.model.output, variant)
                small = unfitted(np.nan_to_num(found), image.size, frame)
                rows.setdefault(variant, []).append(self._measured(small, image))
        for variant, values in rows.items():
            columns = [None if np.isnan(c).all() else c for c in np.array(values).T]
            kind = fits[variant.output] or self.model.output.dtype in ("int8", "uint8")
            self.scores[variant] = Score(columns[0], columns[1], columns[2], kind)

    def _measured(self, found: Probability, image: TrialImage) -> tuple[float, ...]:
        mask = to_mask(found, self.threshold)
        unknown = float("nan")
        overlap = unknown if image.truth is None else jaccard(mask, image.truth)
        if image.reference is None:
            return overlap, unknown, unknown
        expected = to_mask(image.reference, self.reference_threshold)
        gap = float(np.abs(found - image.reference).clip(0, 1).mean())
        return overlap, gap, jaccard(mask, expected)


def fed_alike(one: Contract, other: Contract) -> bool:
    """Whether two contracts make the same input of an image."""
    return _fed(one) == _fed(other)


def _fed(contract: Contract) -> Contract:
    return replace(contract, output=OutputKind.PROBABILITY, channel=0, inverted=False)


def _readings(contract: Contract, channels: int) -> Iterator[Contract]:
    kinds = [kind for kind in OutputKind if kind is not OutputKind.SOFTMAX or channels > 1]
    for inverted in (False, True):
        for channel in range(min(channels, MOST_CHANNELS)):
            for kind in kinds:
                yield replace(contract, output=kind, channel=channel, inverted=inverted)


def can_be(raw: NDArray[np.generic], kind: OutputKind) -> bool:
    """Whether a file's values can be of a kind: all of them, as it stores them."""
    values = raw.astype(np.float64)
    low, high = (float(least.reduce(values, axis=None)) for least in (np.fmin, np.fmax))
    is_share = low >= -0.01 and high <= 1.01
    if kind is OutputKind.PROBABILITY:
        return is_share
    if kind is OutputKind.BYTES:
        return low >= 0 and 1.01 < high <= 255.5
    return not is_share


def best_of(scores: Iterable[tuple[Contract, Score]], near: Contract) -> Contract:
    """Return the plausible contract of least error; of equal ones that nearest to `near`."""
    ranked = sorted(
        scores,
        key=lambda item: (
            not item[1].plausible,
            round(float(item[1].error.mean()), 6),
            len(differing(item[0], near)),
            item[0].inverted,
        ),
    )
    return ranked[0][0]


def differing(one: Contract, other: Contract) -> list[str]:
    """Return the parts in which two contracts differ; mean and deviation are one, `values`."""
    names = ("fit", "filter", "pad", "colour", "output", "channel", "inverted")
    found = [name for name in names if getattr(one, name) != getattr(other, name)]
    values = (one.mean, one.deviation) != (other.mean, other.deviation)
    return [*found, *(["values"] if values else [])]


def put_back(contract: Contract, part: str, other: Contract) -> Contract:
    """Return a contract with one part of another."""
    names = ("mean", "deviation") if part == "values" else (part,)
    return replace(contract, **{name: getattr(other, name) for name in names})
