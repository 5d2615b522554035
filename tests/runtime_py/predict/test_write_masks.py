"""Masks and overlays on disk: at the photograph's own size, as it is displayed."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError, SkinsegError
from skinseg_mobile.runtime_py.images.image_file import read_mask, read_photo
from skinseg_mobile.runtime_py.images.overlay import overlay
from skinseg_mobile.runtime_py.predict.write_masks import predict
from tests.dark import disc


@pytest.fixture
def net(dark: Path) -> Segmenter:
    return load(dark)


def save(path: Path, number: int = 0, orientation: int = 1) -> Path:
    photo, _ = disc(number)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.fromarray(photo).save(path, exif=exif)
    return path


def test_mask_and_overlay_of_each_photograph(net: Segmenter, tmp_path: Path) -> None:
    photos = [save(tmp_path / "a.png", 1), save(tmp_path / "other" / "b.tiff", 2)]
    found = predict(net, photos, tmp_path / "deep" / "out").predictions
    out = tmp_path / "deep" / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "a-mask.png", "a-overlay.png", "b-mask.png", "b-overlay.png",
    ]  # fmt: skip
    for number, (photo, prediction) in enumerate(zip(photos, found, strict=True), 1):
        mask = read_mask(prediction.mask)
        truth = disc(number)[1]
        assert (mask & truth).sum() / (mask | truth).sum() > 0.95
        assert prediction.area == mask.mean()
        assert set(np.unique(np.asarray(Image.open(prediction.mask)))) == {0, 255}
        expected = overlay(read_photo(photo), mask)
        np.testing.assert_array_equal(read_photo(prediction.overlay), expected)
        assert prediction.photo == photo


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_mask_lies_as_the_photograph_is_displayed(
    net: Segmenter, tmp_path: Path, orientation: int
) -> None:
    path = save(tmp_path / "a.png", 1, orientation)
    (found,) = predict(net, [path], tmp_path / "out").predictions
    with Image.open(found.mask) as mask:
        assert mask.size == ((40, 48) if orientation >= 5 else (48, 40))
        assert 0x0112 not in mask.getexif()
    shown = read_photo(path)
    np.testing.assert_array_equal(read_mask(found.mask), net(shown) >= net.threshold)


def test_a_bad_image_costs_only_its_own_mask(net: Segmenter, tmp_path: Path) -> None:
    good, bad = [save(tmp_path / f"{n}.png") for n in (1, 4)], tmp_path / "b.png"
    bad.write_bytes(good[0].read_bytes()[:200])
    missing = tmp_path / "c.png"
    found = predict(net, [good[0], bad, missing, good[1]], tmp_path / "out")
    assert [p.photo for p in found.predictions] == good
    assert all(p.mask.is_file() and p.overlay.is_file() for p in found.predictions)
    assert [f.photo for f in found.failures] == [bad, missing]
    assert "b.png is damaged" in found.failures[0].reason
    assert "c.png does not exist" in found.failures[1].reason


def test_where_no_image_is_good_nothing_is_written(net: Segmenter, tmp_path: Path) -> None:
    bad = tmp_path / "b.png"
    bad.write_bytes(save(tmp_path / "a.png").read_bytes()[:200])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SkinsegError, match=r"b\.png is damaged"):
        predict(net, [bad, bad.with_name("none.png")], tmp_path / "deep" / "out")
    assert sorted(tmp_path.rglob("*")) == before


def test_photographs_of_one_name_are_refused(net: Segmenter, tmp_path: Path) -> None:
    photos = [save(tmp_path / "a.png"), save(tmp_path / "other" / "a.tiff")]
    with pytest.raises(InputError, match="Two images are called a,"):
        predict(net, photos, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_existing_folder_is_refused(net: Segmenter, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="out already exists"):
        predict(net, [save(tmp_path / "a.png")], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
