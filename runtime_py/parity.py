"""Parity: is this artefact still the net that was validated?

The artefact's masks are compared with its checkpoint's on the same photographs, and both with the
truth. The reference is the golden file inside the artefact, a checkpoint, another artefact of the
same checkpoint, or saved predictions; a report without a reference is "not run", never passed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.contract import Probability
from skinseg_mobile.runtime_py.dataset import Sample
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.golden import Golden
from skinseg_mobile.runtime_py.limits import CONSTANT_BELOW, LIMITS, REFERENCE_AT_LEAST, Limits
from skinseg_mobile.runtime_py.metrics import jaccard
from skinseg_mobile.runtime_py.pairs import read_pair
from skinseg_mobile.runtime_py.photo import Mask, Photo
from skinseg_mobile.runtime_py.predictions import Predictions
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.segmenter import Segmenter


class Verdict(StrEnum):
    """What a report says; its exit code is beside it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


EXIT_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.NOT_RUN: 3}


@dataclass(frozen=True)
class Case:
    """One photograph with its truth and the checkpoint's net-size probability."""

    id: str
    photo: Photo
    truth: Mask
    reference: Probability


@dataclass(frozen=True)
class ImageParity:
    """One photograph's part of a report."""

    id: str
    jaccard_reference: float
    jaccard_artefact: float
    agreement: float
    max_abs_delta: float


@dataclass(frozen=True)
class ParityReport:
    """An artefact against its checkpoint and the truth, with limits and a verdict.

    Numbers are None where nothing was run.
    """

    artefact: str
    precision: Precision
    engine: str
    verdict: Verdict
    reasons: tuple[str, ...]
    limits: Limits
    reference: str = "none"
    images: int = 0
    jaccard_reference: float | None = None
    jaccard_artefact: float | None = None
    delta_jaccard: float | None = None
    agreement_mean: float | None = None
    agreement_worst: float | None = None
    worst_image: str | None = None
    max_abs_delta: float | None = None
    claim: str = ""
    """What results of this engine mean, where that is not obvious."""
    per_image: tuple[ImageParity, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def golden_cases(golden: Golden) -> list[Case]:
    """Return the cases that travel inside an artefact."""
    columns = zip(golden.ids, golden.images, golden.truths, golden.probabilities, strict=True)
    return [Case(*column) for column in columns]


def data_cases(samples: Sequence[Sample], reference: Segmenter | Predictions) -> Iterator[Case]:
    """Yield a case a sample, its reference computed or looked up.

    Raises:
        InputError: a pair is unreadable, or the predictions lack an id.
    """
    known = _lookup(reference) if isinstance(reference, Predictions) else None
    for sample in track(samples, "comparing"):
        photo, truth = read_pair(sample)
        expected = known(sample.id) if known else reference.at_net_size(photo)  # type: ignore[union-attr]
        yield Case(sample.id, photo, truth, expected)


def judge(
    segmenter: Segmenter,
    precision: Precision,
    cases: Iterator[Case] | Sequence[Case],
    reference: str,
) -> ParityReport:
    """Run every case and judge the whole against the limits of `precision`."""
    span = _Span()
    images = tuple(_compare(segmenter, case, span) for case in cases)
    means = np.array([[i.jaccard_reference, i.jaccard_artefact, i.agreement] for i in images]).mean(
        axis=0
    )
    worst = min(images, key=lambda image: image.agreement)
    limits = LIMITS[precision]
    reasons = _reasons(means, span, limits)
    return ParityReport(
        artefact=segmenter.label,
        precision=precision,
        engine=segmenter.engine.name,
        verdict=Verdict.FAILED if reasons else Verdict.PASSED,
        reasons=reasons,
        limits=limits,
        reference=reference,
        images=len(images),
        jaccard_reference=float(means[0]),
        jaccard_artefact=float(means[1]),
        delta_jaccard=float(means[1] - means[0]),
        agreement_mean=float(means[2]),
        agreement_worst=worst.agreement,
        worst_image=worst.id,
        max_abs_delta=max(image.max_abs_delta for image in images),
        claim=segmenter.engine.claim,
        per_image=images,
    )


def not_run(artefact: str, precision: Precision, reason: str) -> ParityReport:
    """Return the report of a check that could not run here."""
    return ParityReport(artefact, precision, "none", Verdict.NOT_RUN, (reason,), LIMITS[precision])


@dataclass
class _Span:
    """Least and greatest probability seen, and whether all were finite."""

    low: float = np.inf
    high: float = -np.inf
    finite: bool = True

    def see(self, probability: NDArray[np.float32]) -> None:
        self.low = min(self.low, float(probability.min()))
        self.high = max(self.high, float(probability.max()))
        self.finite &= bool(np.isfinite(probability).all())


def _compare(segmenter: Segmenter, case: Case, span: _Span) -> ImageParity:
    found = segmenter.at_net_size(case.photo)
    if found.shape != case.reference.shape:
        raise InputError(
            f"a reference must have the artefact's input size {found.shape[1]}×{found.shape[0]},"
            f" it has {case.reference.shape[1]}×{case.reference.shape[0]}; use the artefact's"
            " own checkpoint"
        )
    span.see(found)
    mask = segmenter.mask(found, *case.truth.shape)
    expected = segmenter.mask(case.reference, *case.truth.shape)
    return ImageParity(
        case.id,
        jaccard(expected, case.truth),
        jaccard(mask, case.truth),
        jaccard(mask, expected),
        float(np.abs(found - case.reference).max()),
    )


def _reasons(means: NDArray[np.float64], span: _Span, limits: Limits) -> tuple[str, ...]:
    """Return why the verdict is failed: one sentence for each broken rule."""
    expected, found, agreement = (float(value) for value in means)
    rules = (
        (not span.finite, "the artefact gives values that are not numbers"),
        (
            span.finite and span.high - span.low < CONSTANT_BELOW,
            f"the artefact gives the same probability everywhere ({span.low:.3f} to"
            f" {span.high:.3f})",
        ),
        (
            expected < REFERENCE_AT_LEAST,
            f"the reference's own Jaccard must reach {REFERENCE_AT_LEAST}, it is"
            f" {expected:.3f}: agreement with it proves nothing",
        ),
        (
            not abs(found - expected) <= limits.delta,
            f"|ΔJaccard| may be {limits.delta} at most, it is {abs(found - expected):.4f}",
        ),
        (
            not agreement >= limits.agreement,
            f"mean agreement must reach {limits.agreement}, it is {agreement:.4f}",
        ),
    )
    return tuple(sentence for broken, sentence in rules if broken)


def _lookup(predictions: Predictions) -> Callable[[str], Probability]:
    def find(id_: str) -> Probability:
        if id_ not in predictions.maps:
            raise InputError(
                f"predictions must hold every image, {id_} is missing; save them for the same"
                " --split"
            )
        return predictions.maps[id_]

    return find
