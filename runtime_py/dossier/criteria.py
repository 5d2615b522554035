"""The acceptance criteria that a plan may set: a dict of metrics, each a value against a limit.

Values are about the new file N against the released file N-1 on the same images, at each image's
own size. J is the Jaccard of an image against ground truth, Δ is N minus N-1.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skinseg_mobile.runtime_py.gate.checks.losing import LOSES_MORE_THAN
from skinseg_mobile.runtime_py.gate.compare import GroupResult, ImageResult
from skinseg_mobile.runtime_py.gate.verdict import Bound, Check, Reading, Rule, Verdict

GATE_FAILURES = "gate-failures"


@dataclass(frozen=True)
class Evidence:
    """What criteria read of one file N and the file N-1 that it replaces."""

    images: Sequence[ImageResult]
    """`jaccard_reference` is that of N-1, `jaccard_artefact` that of N."""
    groups: Sequence[GroupResult]
    interval: tuple[float, float] | None
    """Of the mean ΔJ."""
    megabytes: float
    gate: Sequence[Verdict]
    """Of N on each engine, against its own checkpoint on its golden images."""
    not_run: Sequence[str] = ()
    """Engines that the plan names and that did not run."""

    @property
    def scored(self) -> list[ImageResult]:
        """Images in which ground truth or one of the two masks has a positive pixel."""
        return [image for image in self.images if image.scored]


@dataclass(frozen=True, kw_only=True)
class AcceptanceCriterion(Rule):
    """One metric of `[criteria]`."""

    example: float
    """As the template of plan.toml shows it."""
    read: Callable[[Evidence], Reading]


def _of_images(read: Callable[[list[ImageResult]], Reading]) -> Callable[[Evidence], Reading]:
    def reading(found: Evidence) -> Reading:
        scored = found.scored
        return read(scored) if scored else Reading(None, reason="no image has a positive pixel")

    return reading


def _lower_bound(found: Evidence) -> Reading:
    if found.interval is None:
        return Reading(None, reason=f"it needs 10 images, there are {len(found.scored)}")
    return Reading(found.interval[0])


def _worst_group(found: Evidence) -> Reading:
    large = [group for group in found.groups if group.judged]
    if not large:
        return Reading(None, reason="no group has 15 images")
    worst = min(large, key=lambda group: group.delta_jaccard)
    return Reading(worst.delta_jaccard, worst.label)


def _worst_image(images: list[ImageResult]) -> Reading:
    worst = min(images, key=lambda image: image.delta)
    return Reading(worst.delta, worst.id)


def _gate_failures(found: Evidence) -> Reading:
    if found.not_run and Verdict.FAILED not in found.gate:
        return Reading(None, reason=f"the plan names {', '.join(found.not_run)}, not run here")
    if set(found.gate) <= {Verdict.NOT_RUN}:
        return Reading(None, reason="no engine ran the file")
    return Reading(float(sum(verdict is Verdict.FAILED for verdict in found.gate)))


_ALL = (
    AcceptanceCriterion(
        name="images",
        title="images compared",
        bound=Bound.AT_LEAST,
        why="a small sample proves little",
        example=200,
        read=lambda found: Reading(float(len(found.images))),
    ),
    AcceptanceCriterion(
        name="jaccard",
        title="mean Jaccard",
        bound=Bound.AT_LEAST,
        why="what users get",
        example=0.8,
        read=_of_images(lambda i: Reading(float(np.mean([r.jaccard_artefact for r in i])))),
    ),
    AcceptanceCriterion(
        name="delta",
        title="ΔJaccard",
        bound=Bound.AT_LEAST,
        why="the change that users see on average",
        example=0.0,
        read=_of_images(lambda i: Reading(float(np.mean([r.delta for r in i])))),
    ),
    AcceptanceCriterion(
        name="lower-bound",
        title="lower confidence bound of ΔJaccard",
        bound=Bound.AT_LEAST,
        why="non-inferiority: a loss that these images cannot rule out",
        example=-0.01,
        read=_lower_bound,
    ),
    AcceptanceCriterion(
        name="worst-group",
        title="ΔJaccard of the worst group",
        bound=Bound.AT_LEAST,
        why="a loss for one skin type or diagnosis",
        example=-0.02,
        read=_worst_group,
    ),
    AcceptanceCriterion(
        name="worst-image",
        title="ΔJaccard of the worst image",
        bound=Bound.AT_LEAST,
        why="one patient's lesion",
        example=-0.5,
        read=_of_images(_worst_image),
    ),
    AcceptanceCriterion(
        name="losing",
        title=f"share of images that lose more than {LOSES_MORE_THAN}",
        bound=Bound.AT_MOST,
        why="losses that gains hide",
        example=0.1,
        read=_of_images(lambda i: Reading(float(np.mean([r.delta < -LOSES_MORE_THAN for r in i])))),
    ),
    AcceptanceCriterion(
        name="megabytes",
        title="size of the model file",
        bound=Bound.AT_MOST,
        why="what an update costs users",
        unit=" MB",
        example=1.0,
        read=lambda found: Reading(found.megabytes),
    ),
    AcceptanceCriterion(
        name=GATE_FAILURES,
        title="engines on which the gate failed",
        bound=Bound.AT_MOST,
        why="the file must be the net that was validated, on every engine",
        example=0,
        read=_gate_failures,
    ),
)
CRITERIA: Mapping[str, AcceptanceCriterion] = types.MappingProxyType({c.name: c for c in _ALL})


def judge_criteria(limits: Mapping[str, float], found: Evidence) -> tuple[Check, ...]:
    """Check each criterion of a plan; all are required: one that was not run is no pass."""
    return tuple(
        criterion.check(criterion.read(found), limits[name], required=True)
        for name, criterion in CRITERIA.items()
        if name in limits
    )
