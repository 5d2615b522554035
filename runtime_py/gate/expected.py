"""What a checkpoint's map says at the image's size, computed once for all of its files."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skinseg_mobile.runtime_py.contract import Frame
from skinseg_mobile.runtime_py.images.frame import unfitted
from skinseg_mobile.runtime_py.images.image_file import Mask
from skinseg_mobile.runtime_py.images.pipeline import Probability, to_mask
from skinseg_mobile.runtime_py.metrics.calibration import Reliability, reliability
from skinseg_mobile.runtime_py.metrics.overlap import jaccard


@dataclass(frozen=True)
class Expected:
    """One image's."""

    mask: Mask
    """(H, W) bool."""
    jaccard: float
    reliability: Reliability


def expected_of(reference: Probability, truth: Mask, threshold: float, frame: Frame) -> Expected:
    """Take a net-size map (h, w) of a frame to the size of `truth`, and score it."""
    with np.errstate(invalid="ignore"):  # a check reports an infinity
        probability = unfitted(reference, truth.shape, frame)
    mask = to_mask(probability, threshold)
    return Expected(mask, jaccard(mask, truth), reliability(probability, truth))


def write_expected(expected: Expected, path: Path) -> None:
    """Write it; another process may do the same, and each leaves a whole file."""
    own = path.with_name(f"{os.getpid()}-{path.name}")
    shares = expected.reliability
    np.savez(
        own,
        mask=np.packbits(expected.mask, axis=1),
        jaccard=expected.jaccard,
        probability=shares.probability,
        true=shares.true,
    )
    own.replace(path)


def read_expected(path: Path, width: int) -> Expected:
    """Return what was written of an image of `width` columns."""
    with np.load(path) as found:
        mask = np.unpackbits(found["mask"], axis=1, count=width).astype(bool)
        shares = Reliability(found["probability"], found["true"])
        return Expected(mask, float(found["jaccard"]), shares)
