"""One sample of a dataset, read and refused where image and ground truth do not belong together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from skinseg_mobile.runtime_py.data.split_table import Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo, read_mask, read_photo


@dataclass(frozen=True)
class Sample:
    """One image, its mask where there is one, its split and its groups (column: value)."""

    id: str
    image: Path
    mask: Path | None
    split: Split
    groups: dict[str, str] = field(default_factory=dict[str, str])


def read_pair(sample: Sample) -> tuple[Photo, Mask]:
    """Return the image (H, W, 3) uint8 and the ground truth (H, W) bool.

    Raises:
        InputError: unreadable, no mask, or a mask of another size than its image.
    """
    photo, truth = read_photo(sample.image), read_mask(_mask_of(sample))
    if photo.shape[:2] != truth.shape:
        raise InputError(
            f"The image {sample.id} has {photo.shape[1]}×{photo.shape[0]} pixels and its mask"
            f" {truth.shape[1]}×{truth.shape[0]}. Save the mask at the image's size."
        )
    return photo, truth


def require_ground_truth(samples: Sequence[Sample]) -> None:
    """Refuse ground truth that says nothing; reads masks until one holds True and False.

    Raises:
        InputError: a sample has no mask, or in each mask all pixels are True or all are False.
    """
    masks = [_mask_of(sample) for sample in samples]
    for path in masks:
        truth = read_mask(path)
        if truth.any() and not truth.all():
            return
    if masks:
        raise InputError(
            f"No mask of the {len(masks)} in {', '.join(sorted({s.split for s in samples}))} holds"
            " both lesion and background:"
            f" {masks[0].name} is read as {'all' if read_mask(masks[0]).all() else 'no'} lesion."
            " Save masks as PNG with 255 for the lesion and 0 for the rest."
        )


def _mask_of(sample: Sample) -> Path:
    if sample.mask is None:
        raise InputError(
            f"{sample.id} has no mask, and every image needs one here. Run `skinseg-mobile data"
            " check`."
        )
    return sample.mask
