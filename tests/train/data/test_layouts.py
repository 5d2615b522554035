"""Published skin sets and a clinic's own folder, made tiny in their layouts, become sound folders.

Masks are judged against the shape that was drawn, so that a turned-over one fails.
"""

import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import Split, md5_order, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo, read_mask, read_photo
from skinseg_mobile.train.data.check import check
from skinseg_mobile.train.data.layouts import prepare
from skinseg_mobile.train.data.layouts.prepared import PreparedData
from tests.refused import Refused

HEIGHT, WIDTH = 8, 12
PEOPLE = ("Ann_0001", "Ann_0002", "Bo_van_Dam_0001")
HANDS = ("1_P_hgr1_id01_1", "1_P_hgr1_id01_2", "A_P_hgr1_id12_3")


def skin(number: int) -> Mask:
    """Lopsided, so that no turn or flip of it is itself."""
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[1:3, 2 : 4 + number % 5] = True
    return mask


def photo(number: int) -> Photo:
    """One flat colour, which JPEG keeps."""
    colour = np.random.default_rng(number).integers(0, 256, 3, np.uint8)
    return np.broadcast_to(colour, (HEIGHT, WIDTH, 3)).copy()


def save(array: Photo | Mask, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def write_lfw(source: Path) -> None:
    for number, id_ in enumerate(PEOPLE):
        label = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        label[..., 2] = 255  # background blue
        label[4:6] = (255, 0, 0)  # hair red
        label[skin(number)] = (0, 255, 0)
        save(photo(number), source / "lfw_funneled" / id_[:-5] / f"{id_}.jpg")
        save(label, source / "parts_lfw_funneled_gt_images" / f"{id_}.ppm")
    save(photo(99), source / "lfw_funneled" / "Cy" / "Cy_0001.jpg")  # has no labels
    (source / "lfw_funneled" / "pairs_01.txt").write_text("10")


def write_hgr(source: Path) -> None:
    for number, id_ in enumerate(HANDS):
        suffix = ".JPG" if number else ".jpg"
        save(photo(number), source / "hgr1_images" / "original_images" / f"{id_}{suffix}")
        save(~skin(number), source / "hgr1_skin" / "skin_masks" / f"{id_}.bmp")


def write_lvs(source: Path) -> None:
    for number in range(3):
        save(photo(number), source / "s1" / "frames" / f"s1_frame{number * 5:04d}.jpg")
        save(photo(50 + number), source / "s1" / "frames" / f"s1_frame{number * 5 + 1:04d}.jpg")
        save(skin(number), source / "s1" / "skin" / f"mask{number * 5}.bmp")
        save(~skin(number), source / "s1" / "background" / f"mask{number * 5}.bmp")
    save(photo(3), source / "s2" / "frames" / "0.png")
    save(skin(3), source / "s2" / "skin" / "0.png")


def write_clinical(source: Path, count: int = 12) -> None:
    for number in range(count):
        save(photo(number), source / "images" / f"p{number:02d}.jpg")
        save(skin(number), source / "masks" / f"p{number:02d}_segmentation.png")


WRITERS = {"lfw": write_lfw, "hgr": write_hgr, "lvs": write_lvs, "clinical": write_clinical}
IDS: dict[str, dict[str, int]] = {
    "lfw": {id_: number for number, id_ in enumerate(PEOPLE)},
    "hgr": {id_: number for number, id_ in enumerate(HANDS)},
    "lvs": {"s1_00000": 0, "s1_00005": 1, "s1_00010": 2, "s2_00000": 3},
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


def pack_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    folder.rename(folder.parent.parent / f"was-{folder.name}")


def pack_tgz(folder: Path, name: str) -> None:
    with tarfile.open(folder.parent / name, "w:gz") as archive:
        archive.add(folder, folder.name)
    folder.rename(folder.parent.parent / f"was-{folder.name}")


def require_pairs(found: PreparedData, ids: dict[str, int]) -> None:
    """Each photograph is the published one, each mask the skin that was drawn, all is train."""
    dataset = read_dataset(found.root)
    assert found.counts == {"train": len(ids)}
    assert {sample.id for sample in dataset.samples} == set(ids)
    assert {sample.split for sample in dataset.samples} <= {Split.TRAIN, Split.DEV}
    assert check(found.root) == ()
    for sample in dataset.samples:
        number = ids[sample.id]
        assert sample.mask is not None
        assert np.array_equal(read_mask(sample.mask), skin(number)), sample.id
        assert np.abs(read_photo(sample.image).astype(int) - photo(number)).max() <= 3, sample.id


@pytest.mark.parametrize("layout", IDS)
def test_published_pairs_become_train(source: Path, tmp_path: Path, layout: str) -> None:
    WRITERS[layout](source)
    require_pairs(prepare(layout, source, tmp_path / "out"), IDS[layout])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "images", "masks", "split.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("layout", IDS)
def test_fewer_are_the_first_in_md5_order(source: Path, tmp_path: Path, layout: str) -> None:
    WRITERS[layout](source)
    kept = md5_order(IDS[layout])[:2]
    found = prepare(layout, source, tmp_path / "out", train=2)
    require_pairs(found, {id_: IDS[layout][id_] for id_ in kept})
    for wanted in (0, 9):
        with pytest.raises(InputError, match=f"--train {wanted} is out of range"):
            prepare(layout, source, tmp_path / "none", train=wanted)
    assert not (tmp_path / "none").exists()


def test_lfw_as_downloaded(source: Path, tmp_path: Path) -> None:
    write_lfw(source)
    pack_tgz(source / "lfw_funneled", "lfw-funneled.tgz")
    pack_tgz(source / "parts_lfw_funneled_gt_images", "parts_lfw_funneled_gt_images.tgz")
    require_pairs(prepare("lfw", source, tmp_path / "out"), IDS["lfw"])


def test_a_damaged_tar(source: Path, tmp_path: Path) -> None:
    write_lfw(source)
    pack_tgz(source / "lfw_funneled", "lfw-funneled.tgz")
    packed = source / "lfw-funneled.tgz"
    packed.write_bytes(packed.read_bytes()[:-60])
    with pytest.raises(InputError, match=r"lfw-funneled\.tgz could not be read or copied"):
        prepare("lfw", source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_members_of_a_tar_cannot_leave_the_folder(source: Path, tmp_path: Path) -> None:
    write_lfw(source)
    target = tmp_path / "secret.jpg"
    target.write_text("mine")
    with tarfile.open(source / "lfw-funneled.tgz", "w:gz") as archive:
        for path in sorted((source / "lfw_funneled").rglob("*.jpg")):
            archive.add(path, f"../../{path.name}")
        link = tarfile.TarInfo("Di_0001.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, str(target)
        archive.addfile(link)
    (source / "lfw_funneled").rename(tmp_path / "elsewhere")
    require_pairs(prepare("lfw", source, tmp_path / "out"), IDS["lfw"])
    assert target.read_text() == "mine"


def test_hgr_as_downloaded_and_bare(source: Path, tmp_path: Path) -> None:
    write_hgr(source)
    bare = tmp_path / "bare"
    bare.mkdir()
    for part, inner in (("hgr1_images", "original_images"), ("hgr1_skin", "skin_masks")):
        (bare / inner).symlink_to(source / part / inner)
    require_pairs(prepare("hgr", bare, tmp_path / "from bare"), IDS["hgr"])
    (bare / "original_images").unlink()
    for part in ("hgr1_images", "hgr1_skin"):
        pack_zip(source / part)
    require_pairs(prepare("hgr", source, tmp_path / "from zips"), IDS["hgr"])


def test_hgr_without_a_mask(source: Path, tmp_path: Path) -> None:
    write_hgr(source)
    (source / "hgr1_skin" / "skin_masks" / f"{HANDS[1]}.bmp").unlink()
    with pytest.raises(InputError, match=rf"{HANDS[1]} is in only one of .*\(1 such"):
        prepare("hgr", source, tmp_path / "out")


def test_masks_of_another_resolution(source: Path, tmp_path: Path) -> None:
    write_hgr(source)
    save(np.ones((4, 6), np.bool_), source / "hgr1_skin" / "skin_masks" / f"{HANDS[1]}.bmp")
    with pytest.raises(InputError, match=f"{HANDS[1]} has 12×8 pixels and its mask 6×4"):
        prepare("hgr", source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_lfw_without_labelled_photographs(source: Path, tmp_path: Path) -> None:
    write_lfw(source)
    for path in (source / "parts_lfw_funneled_gt_images").iterdir():
        path.unlink()
    with pytest.raises(InputError, match="holds no image that has a mask"):
        prepare("lfw", source, tmp_path / "out")


def test_two_frames_of_one_number(source: Path, tmp_path: Path) -> None:
    write_lvs(source)
    save(photo(9), source / "s1" / "frames" / "again_5.png")
    with pytest.raises(InputError, match=r"again_5.png"):
        prepare("lvs", source, tmp_path / "out")


def test_a_clinic_is_chosen_and_split_in_md5_order(source: Path, tmp_path: Path) -> None:
    write_clinical(source)
    found = prepare("clinical", source, tmp_path / "out", train=4, test=6)
    order = md5_order(f"p{number:02d}" for number in range(12))
    dataset = read_dataset(found.root)
    assert found.counts == {"train": 4, "test": 6}
    assert {sample.id for sample in dataset.of(Split.TEST)} == set(order[4:10])
    assert {sample.id for sample in dataset.of(Split.TRAIN)} == set(order[:4])
    for sample in dataset.samples:
        name = f"{sample.id}.jpg"
        assert sample.image.read_bytes() == (source / "images" / name).read_bytes()
    assert check(found.root) == ()


def test_a_clinic_has_100_and_300_by_default(source: Path, tmp_path: Path) -> None:
    write_clinical(source, 403)
    assert prepare("clinical", source, tmp_path / "out").counts == {"train": 100, "test": 300}


def test_the_same_photograph_is_never_in_train_and_test(source: Path, tmp_path: Path) -> None:
    write_clinical(source)
    order = md5_order(f"p{number:02d}" for number in range(12))
    first = (source / "images" / f"{order[0]}.jpg").read_bytes()
    (source / "images" / f"{order[5]}.jpg").write_bytes(first)
    found = prepare("clinical", source, tmp_path / "out", train=4, test=6)
    assert found.left_out == (order[5],)
    test = {sample.id for sample in read_dataset(found.root).of(Split.TEST)}
    assert test == {order[4], *order[6:11]}
    assert check(found.root) == ()


@pytest.mark.parametrize(
    ("layout", "options", "words"),
    [
        ("lfw", "", "parts_lfw_funneled_gt_images is not in"),
        ("hgr", "", "source does not hold hgr1_images and hgr1_skin"),
        ("lvs", "", "source has no pair of files with the same number in <sequence>/frames"),
        ("clinical", "", "source has no images in its folder images/"),
        ("clinical", "--train 0", "--train must be 1 or more"),
        ("clinical", "--train 3 --test -1", "--test 0 or more, got 3 and -1"),
        ("lfw", "--test 3", "--test belongs to the layout clinical, and lfw"),
        ("isic2017", "--train 3", "--train does not fit isic2017"),
        (
            "celebrities",
            "",
            "'celebrities' does not exist. Choose one of isic2017, isic2018, ham10000, ph2,",
        ),
    ],
)
def test_what_cannot_be_prepared(refused: Refused, layout: str, options: str, words: str) -> None:
    Path("source").mkdir()
    assert words in refused("data", "prepare", layout, "source", "out", *options.split())
