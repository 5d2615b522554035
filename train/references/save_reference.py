"""A checkpoint's probabilities, computed once and saved for all that is compared with it."""

from collections.abc import Sequence
from pathlib import Path

from skinseg_mobile.runtime_py.data.dataset import Sample
from skinseg_mobile.runtime_py.metrics.overlap import Scores
from skinseg_mobile.runtime_py.predict.evaluate import evaluate
from skinseg_mobile.runtime_py.predict.predictions import new_predictions
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.engine import segmenter_of


def save_reference(checkpoint: Checkpoint, samples: Sequence[Sample], path: Path) -> Scores:
    """Run a checkpoint on samples, write the new `.npz` file, and return its scores.

    Raises:
        InputError: a sample is unreadable, or `path` exists.
    """
    ids = [sample.id for sample in samples]
    with new_predictions(checkpoint.digest, "checkpoint", ids, path) as keep:
        return evaluate(segmenter_of(checkpoint), samples, keep).scores
