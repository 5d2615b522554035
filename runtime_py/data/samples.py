"""Reads a sample's photograph with its truth and refuses pairs that do not belong together."""

from skinseg_mobile.runtime_py.data.dataset import Sample
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo, read_mask, read_photo


def read_pair(sample: Sample) -> tuple[Photo, Mask]:
    """Return the photograph (H, W, 3) uint8 and the truth (H, W) bool.

    Raises:
        InputError: unreadable, no mask, or a mask of another size than its photograph.
    """
    if sample.mask is None:
        raise InputError(
            f"{sample.id} has no mask, and every image needs one here. Run `skinseg-mobile data"
            " check`."
        )
    photo, truth = read_photo(sample.image), read_mask(sample.mask)
    if photo.shape[:2] != truth.shape:
        raise InputError(
            f"The image {sample.id} has {photo.shape[1]}×{photo.shape[0]} pixels and its mask"
            f" {truth.shape[1]}×{truth.shape[0]}. Save the mask at the image's size."
        )
    return photo, truth
