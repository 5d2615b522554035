"""Scores a segmenter on samples, each at its image's own size."""

from collections.abc import Sequence
from dataclasses import dataclass

from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.data.dataset import Sample
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.images.ahead import ahead
from skinseg_mobile.runtime_py.images.frame import reframed
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.metrics.overlap import Confusion, Scores, confusion, score
from skinseg_mobile.runtime_py.predict.predictions import Keep
from skinseg_mobile.runtime_py.progress import track


@dataclass(frozen=True)
class Evaluation:
    """Scores, and the counts of each image by id."""

    scores: Scores
    images: dict[str, Confusion]


def _forget(_: Probability) -> None:
    pass


def evaluate(segmenter: Segmenter, samples: Sequence[Sample], keep: Keep = _forget) -> Evaluation:
    """Run `segmenter` on every sample; `keep` takes each net-size map, in order.

    Raises:
        InputError: an image or mask is unreadable, or their sizes differ.
    """
    images: dict[str, Confusion] = {}
    pairs = ahead(read_pair, samples)
    for sample, pair in track(pairs, f"evaluating {segmenter.label}", len(samples)):
        photo, truth = pair.result()
        found = segmenter.at_net_size(photo)
        mask = segmenter.mask(found, *truth.shape)
        size = segmenter.height, segmenter.width
        whole = segmenter.frame, OURS.frame(*size)  # what is saved says nothing of its frame
        same = found.shape if whole[0] == whole[1] else size
        keep(reframed(found, truth.shape, whole, same))
        images[sample.id] = confusion(mask, truth)
    scores = score(list(images.values()), [sample.groups for sample in samples])
    return Evaluation(scores, images)
