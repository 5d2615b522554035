"""`Segmenter`: a net with the contract around it, photograph in, probability or mask out.

>>> import numpy as np
>>> from skinseg_mobile.runtime_py import load
>>> net = load("lean-isic2017")  # or an artefact's folder
>>> probability = net(np.full((30, 40, 3), 200, np.uint8))
>>> probability.shape, probability.dtype
((30, 40), dtype('float32'))
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.images import Mask, Photo
from skinseg_mobile.runtime_py.images.pipeline import (
    Probability,
    to_photo,
    to_photo_mask,
    to_tensor,
)
from skinseg_mobile.runtime_py.targets.spec import Engine


@dataclass(frozen=True)
class Segmenter:
    """An engine, the size of its input and its threshold."""

    label: str
    engine: Engine
    height: int
    width: int
    threshold: float

    def __call__(self, photo: Photo) -> Probability:
        """(H, W, 3) uint8 RGB -> probability (H, W) float32 in [0, 1]."""
        return to_photo(self.at_net_size(photo), *photo.shape[:2])

    def at_net_size(self, photo: Photo) -> Probability:
        """(H, W, 3) uint8 RGB -> probability (h, w) as the net gives it."""
        return self.engine(self.tensor(photo))

    def tensor(self, photo: Photo) -> NDArray[np.float32]:
        """(H, W, 3) uint8 RGB -> (h, w, 3) float32 in [0, 255], what the engine takes."""
        return to_tensor(photo, self.height, self.width)

    def mask_of(self, photo: Photo) -> Mask:
        """(H, W, 3) uint8 RGB -> mask (H, W) bool, without a map of that size."""
        return self.mask(self.at_net_size(photo), *photo.shape[:2])

    def mask(self, probability: Probability, height: int, width: int) -> Mask:
        """Return the (height, width) mask of a net-size probability map."""
        return to_photo_mask(probability, height, width, self.threshold)
