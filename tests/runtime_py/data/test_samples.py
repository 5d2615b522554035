"""Ground truth that says nothing is refused; one mask that says something is enough."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.data.samples import Sample, require_ground_truth
from skinseg_mobile.runtime_py.data.split_table import Split
from skinseg_mobile.runtime_py.errors import InputError

EMPTY, FULL = np.zeros((4, 6), np.uint8), np.full((4, 6), 255, np.uint8)
HALF = np.where(np.arange(6) < 3, FULL, EMPTY).astype(np.uint8)


def samples(root: Path, *masks: NDArray[np.uint8]) -> list[Sample]:
    found: list[Sample] = []
    for number, mask in enumerate(masks):
        path = root / f"m{number}.png"
        Image.fromarray(mask).save(path)
        found.append(Sample(str(number), path, path, Split.TRAIN))
    return found


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ((EMPTY, EMPTY), r"No mask of the 2 in train .* m0\.png is read as no lesion"),
        ((FULL,), r"No mask of the 1 in train .* m0\.png is read as all lesion"),
        ((FULL, EMPTY), r"No mask of the 2 in train holds both lesion and background: m0\.png"),
    ],
)
def test_masks_that_say_nothing(
    tmp_path: Path, masks: tuple[NDArray[np.uint8], ...], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        require_ground_truth(samples(tmp_path, *masks))


@pytest.mark.parametrize("masks", [(HALF,), (EMPTY, FULL, HALF), (HALF, EMPTY, EMPTY)])
def test_one_that_says_something_is_enough(
    tmp_path: Path, masks: tuple[NDArray[np.uint8], ...]
) -> None:
    require_ground_truth(samples(tmp_path, *masks))


def test_reading_stops_at_the_first_that_says_something(tmp_path: Path) -> None:
    found = samples(tmp_path, EMPTY, HALF, FULL)
    found[2].image.write_bytes(b"damaged")
    require_ground_truth(found)
    found[1].image.write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"m1\.png"):
        require_ground_truth(found)


def test_an_image_without_mask_is_named(tmp_path: Path) -> None:
    found = [*samples(tmp_path, HALF), Sample("b", tmp_path / "b.png", None, Split.TRAIN)]
    with pytest.raises(InputError, match="b has no mask, and every image needs one"):
        require_ground_truth(found)
