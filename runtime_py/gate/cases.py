"""Runs an artefact on photographs with its checkpoint's answers beside them, for the gate to judge.

The reference is the golden file inside the artefact, a checkpoint, another artefact of the same
checkpoint, or saved predictions; without a reference the report is "not run", never passed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from skinseg_mobile.runtime_py.artifact.golden import Golden
from skinseg_mobile.runtime_py.data.dataset import Sample
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.config import DEFAULT, GateConfig
from skinseg_mobile.runtime_py.gate.find import UNKNOWN, Facts
from skinseg_mobile.runtime_py.gate.judge import Judgement, Subject, judge
from skinseg_mobile.runtime_py.gate.outcome import Outcome
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.predict.predictions import Predictions
from skinseg_mobile.runtime_py.progress import track


@dataclass(frozen=True)
class Case:
    """One photograph with its truth, the checkpoint's net-size probability and its groups."""

    id: str
    photo: Photo
    truth: Mask
    reference: Probability
    groups: dict[str, str] = field(default_factory=dict[str, str])


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
        yield Case(sample.id, photo, truth, expected, sample.groups)


def judge_net(
    segmenter: Segmenter,
    precision: Precision,
    cases: Iterable[Case],
    reference: str,
    config: GateConfig = DEFAULT,
    facts: Facts = UNKNOWN,
) -> Judgement:
    """Run every case and judge the whole by the limits of `precision`."""
    subject = Subject(
        artefact=segmenter.label,
        precision=precision,
        engine=segmenter.engine.name,
        reference=reference,
        threshold=segmenter.threshold,
        claim=segmenter.engine.claim,
        facts=facts,
    )
    outcomes = (
        Outcome(c.id, c.truth, c.reference, segmenter.at_net_size(c.photo), c.groups) for c in cases
    )
    return judge(outcomes, subject, config)


def _lookup(predictions: Predictions) -> Callable[[str], Probability]:
    def find(id_: str) -> Probability:
        if id_ not in predictions.maps:
            raise InputError(
                f"predictions must hold every image, {id_} is missing; save them for the same"
                " --split"
            )
        return predictions.maps[id_]

    return find
