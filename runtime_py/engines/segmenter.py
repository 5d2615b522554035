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

from skinseg_mobile.runtime_py.contract import OURS, Contract, Frame
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images import Mask, Photo
from skinseg_mobile.runtime_py.images.frame import mask_in, photo_in, unfitted
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.targets.spec import Engine


@dataclass(frozen=True)
class Segmenter:
    """An engine, the size of its input, its threshold, and how images come in and maps out."""

    label: str
    engine: Engine
    height: int
    width: int
    threshold: float
    contract: Contract = OURS

    @property
    def frame(self) -> Frame:
        """Where an image's pixels lie in the net's input."""
        return self.contract.frame(self.height, self.width)

    def __call__(self, photo: Photo) -> Probability:
        """(H, W, 3) uint8 RGB -> probability (H, W) float32 in [0, 1]."""
        return unfitted(self.at_net_size(photo), photo.shape[:2], self.frame)

    def at_net_size(self, photo: Photo) -> Probability:
        """(H, W, 3) uint8 RGB -> probability (h, w) as the net gives it."""
        return self.answer(self.tensor_of(photo))

    def answer(self, tensor: NDArray[np.float32]) -> Probability:
        """(height, width, 3) float32 in [0, 255] -> probability (h, w) as the net gives it.

        Raises:
            InputError: it gives values that are no numbers, which no mask may be made of.
        """
        found = self.engine(tensor)
        if not np.isfinite(found).all():
            raise InputError(
                f"{self.label} gives values that are no numbers on {self.engine.name}. Run `parity`"
                " on it, or export the net again."
            )
        return found

    def tensor_of(self, photo: Photo) -> NDArray[np.float32]:
        """(H, W, 3) uint8 RGB -> what the engine is fed, (height, width, 3) float32 in [0, 255]."""
        return photo_in(photo, self.frame)

    def mask_of(self, photo: Photo) -> Mask:
        """(H, W, 3) uint8 RGB -> mask (H, W) bool, without a map of that size."""
        return self.mask(self.at_net_size(photo), *photo.shape[:2])

    def mask(self, probability: Probability, height: int, width: int) -> Mask:
        """Return the (height, width) mask of a net-size probability map."""
        return mask_in(probability, height, width, self.frame, self.threshold)
