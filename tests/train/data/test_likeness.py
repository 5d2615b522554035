"""Near-duplicates are found in whatever form they come back; other images are not."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.train.data.likeness import ALIKE, alike, look_of
from skinseg_mobile.train.synth import draw

Change = Callable[[Image.Image], Image.Image]


def lesion(number: int) -> Photo:
    return draw("lesion", 3, number, 128).image


def correlation(one: Photo, two: Photo) -> float:
    """Straight from the definition, one view at a time."""
    a, b = (look_of(image).astype(np.float64) for image in (one, two))
    views = [view for q in range(4) for view in (np.rot90(a, q), np.fliplr(np.rot90(a, q)))]
    return max(float(np.corrcoef(view.ravel(), b.ravel())[0, 1]) for view in views)


CHANGES: dict[str, Change] = {
    "smaller": lambda image: image.resize((97, 61)),
    "larger": lambda image: image.resize((300, 300)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "paler": lambda image: ImageEnhance.Contrast(image).enhance(0.7),
    "greyer": lambda image: ImageEnhance.Color(image).enhance(0.2),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "flipped and turned": lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    "in a few colours": lambda image: image.quantize(24).convert("RGB"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_alike(change: str) -> None:
    images = [lesion(number) for number in range(6)]
    images.append(np.asarray(CHANGES[change](Image.fromarray(images[2]))))
    found = list(alike(np.stack([look_of(image) for image in images])))
    assert [(row, other) for row, other, _ in found] == [(2, 6)]
    assert found[0][2] == pytest.approx(correlation(images[2], images[6]), abs=1e-4)


def test_other_images_are_not() -> None:
    looks = np.stack([look_of(lesion(number)) for number in range(40)])
    assert list(alike(looks)) == []


def test_images_of_one_grey_are_like_nothing() -> None:
    flat = np.full((20, 30, 3), 90, np.uint8)
    assert list(alike(np.stack([look_of(flat), look_of(flat)]))) == []


def test_many_are_compared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = np.random.default_rng(0).normal(size=(30, 16, 16)).astype(np.float32)
    looks -= looks.mean((1, 2), keepdims=True)
    looks /= np.linalg.norm(looks, axis=(1, 2), keepdims=True)
    looks[[9, 27, 28]] = looks[2], looks[3], np.rot90(looks[2])
    monkeypatch.setattr("skinseg_mobile.train.data.likeness._ROWS", 7)
    found = list(alike(looks))
    assert [(row, other) for row, other, _ in found] == [(2, 9), (2, 28), (3, 27), (9, 28)]
    assert all(value > ALIKE for _, _, value in found)
