"""Finds images that show nearly the same: resized, recompressed, recoloured, turned or flipped.

An image's look is its 16×16 mean grey levels, without their mean and of unit length, so that
brightness and contrast play no part. Two images are alike where their looks, one of them turned
or flipped in any of eight ways, correlate by `ALIKE` or more. Among the 1,997 images of ISIC 2017
training (two million pairs) that names 10 pairs; a 64-bit difference hash with at most 4 differing
bits names 190.
"""

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.images.image_file import Photo

SIDE = 16
ALIKE = 0.98
_ROWS = 1024
"""Compared at once with all behind them: three arrays of 40 MB for 10,000 images."""

Look = NDArray[np.float32]
"""(16, 16); all zero where the image is of one grey."""


def look_of(image: Photo) -> Look:
    """Return the look of an image (H, W, 3) uint8."""
    small = Image.fromarray(image).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.float32)
    grey -= grey.mean()
    return grey / max(float(np.linalg.norm(grey)), 1.0)


def alike(looks: NDArray[np.float32]) -> Iterator[tuple[int, int, float]]:
    """Yield (row, later row, correlation) of each pair of looks (N, 16, 16) that are alike."""
    flat = looks.reshape(len(looks), SIDE * SIDE)
    for start in range(0, len(looks), _ROWS):
        some = looks[start : start + _ROWS]
        turned = [np.rot90(some, quarter, (1, 2)) for quarter in range(4)]
        views = (view.reshape(len(some), -1) for t in turned for view in (t, t[:, :, ::-1]))
        best = functools.reduce(np.maximum, (view @ flat[start:].T for view in views))
        for row, other in zip(*np.nonzero(np.triu(best >= ALIKE, 1)), strict=True):
            yield start + int(row), start + int(other), float(best[row, other])
