"""Golden images: 16 photographs with the checkpoint's own probabilities and the truth.

They travel inside every artefact, so that any machine can ask "does this file still compute what
the checkpoint computed?" without the checkpoint, torch, or a dataset.
"""

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.arrays import Kind, read_arrays

COUNT = 16
_MOST_IMAGES = 256
_MOST_BYTES = 256 << 20
"""Of all arrays unpacked; 16 images of 256×256 take 7 MB."""
_KINDS: dict[str, Kind] = {
    "ids": ("U", 1),
    "images": ("u1", 4),
    "truths": ("b1", 3),
    "probabilities": ("f4", 3),
}


@dataclass(frozen=True)
class Golden:
    """`images` (N, H, W, 3) uint8; `truths` (N, H, W) bool; `probabilities` (N, h, w) float32."""

    ids: tuple[str, ...]
    images: NDArray[np.uint8]
    truths: NDArray[np.bool_]
    probabilities: NDArray[np.float32]

    @cached_property
    def content(self) -> bytes:
        """The golden file, packed once for all artefacts of an export."""
        file = BytesIO()
        np.savez_compressed(
            file,
            ids=np.array(self.ids),
            images=self.images,
            truths=self.truths,
            probabilities=self.probabilities,
        )
        return file.getvalue()


def write_golden(golden: Golden, path: Path) -> None:
    """Write a golden file; the same values give the same bytes."""
    path.write_bytes(golden.content)


def read_golden(path: Path) -> Golden:
    """Read a golden file.

    Raises:
        InputError: damaged, or its arrays do not belong together.
    """
    try:
        arrays = read_arrays(path, _KINDS, _MOST_BYTES)
    except ValueError as error:
        raise InputError(
            f"The golden file {path} is damaged ({error}). Export the artefact again."
        ) from error
    ids = tuple(str(id_) for id_ in arrays["ids"])
    golden = Golden(ids, arrays["images"], arrays["truths"], arrays["probabilities"])
    if not _belong_together(golden):
        raise InputError(
            f"{path} does not hold one ground truth and one probability map for each RGB image,"
            f" at the image's size, of at most {_MOST_IMAGES} images. Export the artefact again."
        )
    return golden


def _belong_together(golden: Golden) -> bool:
    images, truths, probabilities = golden.images, golden.truths, golden.probabilities
    return (
        len(golden.ids) <= _MOST_IMAGES
        and len(golden.ids) == len(images) == len(probabilities)
        and images.shape == (*truths.shape, 3)
        and min(*truths.shape, *probabilities.shape) > 0
    )
