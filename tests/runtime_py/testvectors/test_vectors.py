"""The committed vectors follow from their photographs; a port that resizes otherwise is found."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py import load
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Photo, read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_mask, to_photo, to_tensor
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.testvectors.vectors import (
    VECTORS,
    Photograph,
    from_runs,
    large,
    large_photo,
    write_vectors,
)

FOLDER = Path(__file__).parents[2] / "vectors"
INDEX = json.loads((FOLDER / VECTORS).read_text())
BY_ID: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in INDEX["vectors"]}
THRESHOLD = INDEX["artefacts"][0]["threshold"]
KEY = "tflite-int8"


def digest(array: np.ndarray[Any, Any]) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def photo_of(vector: dict[str, Any]) -> Photo:
    return read_photo(FOLDER / vector["file"])


def test_there_are_36() -> None:
    assert len(BY_ID) == len(INDEX["vectors"]) == 36
    assert {vector["id"] for vector in INDEX["vectors"] if not vector["exact"]} == {
        path.stem for path in (FOLDER / "photos").glob("*") if path.suffix in (".jpg", ".webp")
    }


@pytest.mark.parametrize("id_", BY_ID)
def test_each_step_follows(id_: str) -> None:
    vector = BY_ID[id_]
    photo, result = photo_of(vector), vector["results"][KEY]
    size = vector["photo"]["height"], vector["photo"]["width"]
    assert photo.shape == (*size, 3)
    assert digest(photo) == vector["photo"]["sha256"]
    tensor = to_tensor(photo, vector["tensor"]["height"], vector["tensor"]["width"])
    assert digest(tensor) == vector["tensor"]["sha256"]
    assert [[i, float(tensor.ravel()[i])] for i, _ in vector["tensor"]["samples"]] == vector[
        "tensor"
    ]["samples"]
    stored = np.fromfile(FOLDER / result["probability"], "<f4").reshape(tensor.shape[:2])
    mask = to_mask(to_photo(stored, *size), THRESHOLD)
    assert np.array_equal(mask, from_runs(result["mask"], *size))
    assert mask.mean() == result["area"]
    assert jaccard(mask, from_runs(vector["truth"], *size)) == result["jaccard"]


def test_a_large_image_follows_from_its_formula() -> None:
    assert json.loads(json.dumps(asdict(large(192, 192)))) == INDEX["large"]
    photo = large_photo(200, 300)
    assert photo.shape == (200, 300, 3)
    assert photo[199, 299].tolist() == [
        (29 * 199 + 31 * 299 + 37 * channel + 199 * 299 // 128) % 256 for channel in range(3)
    ]


def test_probabilities_are_the_packaged_artefact_s() -> None:
    net = load(DEFAULT_NET)
    for vector in BY_ID.values():
        stored = np.fromfile(FOLDER / vector["results"][KEY]["probability"], "<f4")
        found = net.at_net_size(photo_of(vector)).ravel()
        assert np.abs(found - stored).max() < 1 / 256, vector["id"]


def test_orientations_are_one_photograph() -> None:
    photos = [photo_of(BY_ID[f"orientation-{turn}"]).astype(int) for turn in range(1, 9)]
    for photo in photos[1:]:
        assert np.abs(photo - photos[0]).mean() < 2


def test_containers_hold_one_photograph() -> None:
    """Lossless, turned by the EXIF of PNG, WebP and TIFF, and by no XMP: all pixels are equal."""
    ids = [id_ for id_ in BY_ID if id_.split("-")[0] in ("png", "webp", "tif")]
    assert len(ids) == 6
    assert len({digest(photo_of(BY_ID[id_])) for id_ in ids}) == 1
    with Image.open(FOLDER / BY_ID["webp-orientation-6"]["file"]) as stored:
        assert stored.size == (90, 120), "another size than as displayed"


def test_another_resize_is_found() -> None:
    vector = BY_ID["landscape-240x320"]
    rounded = Image.fromarray(photo_of(vector)).resize((192, 192), Image.Resampling.BILINEAR)
    assert digest(np.asarray(rounded, np.float32)) != vector["tensor"]["sha256"]


def test_raw_pixels_and_refusals(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    Image.fromarray(np.full((4, 6, 3), 90, np.uint8)).save(path)
    photographs = [Photograph(path, np.zeros((4, 6), np.bool_))]
    write_vectors(photographs, [DEFAULT_NET], tmp_path / "out", raw=True)
    assert (tmp_path / "out/pixels/one.rgb").read_bytes() == bytes([90] * 72)
    with pytest.raises(InputError, match=r"same target and precision, .*tflite"):
        write_vectors(photographs, [DEFAULT_NET] * 2, tmp_path / "twice")
    assert not (tmp_path / "twice").exists()
