"""The contract between a photograph and a net, the same in training, export and every app.

photo (H, W, 3) uint8 -> tensor (h, w, 3) float32 in [0, 255]   antialiased resize, frame squashed
net                   -> probability (h, w) float32 in [0, 1]
probability           -> probability (H, W) -> mask (H, W) bool    the same resize, then threshold
                      -> mask (H, W) bool                          the same mask without the map
"""

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.images import Mask, Photo
from skinseg_mobile.runtime_py.images.resize import reaches, resize

Probability = NDArray[np.float32]
RESIZE_RULE = "bilinear, antialiased, half-pixel centres, weights of 1/65536, whole frame squashed"
THRESHOLD = 0.5
TIE = 1e-6
"""8-bit nets often give the threshold itself: a processor's last bit must not decide there."""


def to_tensor(photo: Photo, height: int, width: int) -> NDArray[np.float32]:
    """Resize a photograph to the net's input: (height, width, 3) float32 in [0, 255]."""
    return resize(photo, height, width)


def to_photo(probability: Probability, height: int, width: int) -> Probability:
    """Resize a net's (h, w) probability map to the photograph's own size."""
    return resize(probability, height, width)


def to_mask(probability: Probability, threshold: float) -> Mask:
    """Return where the probability reaches the threshold, or misses it by `TIE` at most."""
    return probability >= np.float32(threshold - TIE)


def to_photo_mask(probability: Probability, height: int, width: int, threshold: float) -> Mask:
    """Return `to_mask(to_photo(…))`, without a map of the photograph's size in memory."""
    return reaches(probability, height, width, np.float32(threshold - TIE))
