"""Our scores are the ISIC challenge's own, by its published scoring package, on 500 masks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from skinseg_mobile.runtime_py.metrics.overlap import confusion, score

WAY = "not run: pip install isic-challenge-scoring, which compiles C"
segmentation: Any = pytest.importorskip("isic_challenge_scoring.segmentation", reason=WAY)
Mask = NDArray[np.bool_]
THEIRS = {
    "jaccard": "jaccard_mean",
    "threshold_jaccard": "jaccard_thresholded",
    "dice": "dice_mean",
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}


def pairs(count: int) -> list[tuple[Mask, Mask]]:
    """Blobs and their neighbours; some masks and truths are empty, some truths fill the frame."""
    rng = np.random.default_rng(0)
    found: list[tuple[Mask, Mask]] = []
    for number in range(count):
        level, move = rng.uniform(-0.15, 0.15), rng.uniform(0, 0.1)
        field = gaussian_filter(rng.normal(size=(37 + number % 5, 53)), 5) * 4
        truth = field > level
        mask = field + move * rng.normal(size=field.shape) > level
        truth[:] |= number % 50 == 0
        truth[:] &= number % 70 != 0
        mask[:] &= number % 60 != 0
        found.append((mask, truth))
    return found


def their_pair(number: int, mask: Mask, truth: Mask) -> Any:
    pair = segmentation.ImagePair(Path(f"ISIC_{number:07d}_segmentation.png"))
    pair.image_id = str(number)
    pair.truth_image, pair.prediction_image = (np.uint8(255) * image for image in (truth, mask))
    return pair


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, inside their package
def test_scores_are_the_challenges_own() -> None:
    cases = pairs(500)
    theirs = segmentation.SegmentationScore(
        their_pair(number, *pair) for number, pair in enumerate(cases)
    )
    ours = score([confusion(mask, truth) for mask, truth in cases])
    assert any(not (mask | truth).any() for mask, truth in cases)
    for name, own in THEIRS.items():
        assert theirs.macro_average[name] == pytest.approx(getattr(ours, own), abs=1e-12)
    assert ours.jaccard_thresholded < ours.jaccard_mean - 0.01  # the threshold has had work to do
