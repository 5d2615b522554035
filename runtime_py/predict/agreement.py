"""How far a faster way of running a net agrees with the exact one, on the images in use."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.images.image_file import Photo, read_photo
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.progress import track


@dataclass(frozen=True)
class Agreement:
    """Jaccard of both ways' masks at the images' own size, in [0, 1]."""

    images: int
    mean: float
    worst: float
    worst_image: str

    @property
    def sentence(self) -> str:
        """The line for people."""
        return (
            f"mask agreement with the exact form on {self.images} images:"
            f" mean {self.mean:.5f}, worst {self.worst:.5f} ({self.worst_image})"
        )


def agreement(segmenter: Segmenter, exact: Segmenter, photos: Mapping[str, Path]) -> Agreement:
    """Compare two segmenters' masks on images by name, at least one.

    Raises:
        InputError: an image is unreadable.
    """
    found = {
        name: _jaccard(segmenter, exact, read_photo(photos[name]))
        for name in track(list(photos), "comparing with the exact form")
    }
    worst = min(found, key=lambda name: found[name])
    return Agreement(len(found), sum(found.values()) / len(found), found[worst], worst)


def _jaccard(segmenter: Segmenter, exact: Segmenter, photo: Photo) -> float:
    return jaccard(segmenter.mask_of(photo), exact.mask_of(photo))
