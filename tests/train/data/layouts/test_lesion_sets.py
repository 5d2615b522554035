"""ISIC 2018, HAM10000 and PH2, made tiny in their published layouts, become sound folders."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import read_mask
from skinseg_mobile.train.data.check import check
from skinseg_mobile.train.data.layouts import prepare
from skinseg_mobile.train.data.layouts.ham10000 import prepare_ham10000
from skinseg_mobile.train.data.layouts.ph2 import prepare_ph2

SHAPE = (12, 16)


def lesion(number: int) -> np.ndarray:
    mask = np.zeros(SHAPE, np.bool_)
    mask[2 : 5 + number % 6, 3:9] = True
    return mask


def save(array: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def write_pair(number: int, image: Path, mask: Path) -> None:
    save(np.random.default_rng(number).integers(0, 256, (*SHAPE, 3), np.uint8), image)
    save(np.where(lesion(number), 255, 0).astype(np.uint8), mask)


def pack(source: Path) -> None:
    """Replace each folder by its archive, as downloaded."""
    for folder in [path for path in source.iterdir() if path.is_dir()]:
        with zipfile.ZipFile(source / f"{folder.name}.zip", "w") as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(source))
        folder.rename(source.parent / f"was-{folder.name}")


def require_masks(dataset: Dataset) -> None:
    """Each mask is the one that was drawn for its image's number."""
    for sample in dataset.samples:
        assert sample.mask is not None
        number = int("".join(c for c in sample.id if c.isdigit()))
        assert np.array_equal(read_mask(sample.mask), lesion(number)), sample.id
    assert check(dataset.root) == ()


PARTS_2018 = {"Training": range(20), "Validation": range(100, 103), "Test": range(200, 204)}


@pytest.fixture
def isic2018(tmp_path: Path) -> Path:
    for part, numbers in PARTS_2018.items():
        for number in numbers:
            write_pair(
                number,
                tmp_path / "src" / f"ISIC2018_Task1-2_{part}_Input" / f"ISIC_{number:07d}.jpg",
                tmp_path
                / "src"
                / f"ISIC2018_Task1_{part}_GroundTruth"
                / f"ISIC_{number:07d}_segmentation.png",
            )
        (tmp_path / "src" / f"ISIC2018_Task1-2_{part}_Input" / "LICENSE.txt").touch()
    return tmp_path / "src"


@pytest.mark.parametrize("packed", [False, True])
def test_isic2018(isic2018: Path, tmp_path: Path, packed: bool) -> None:
    if packed:
        pack(isic2018)
    found = prepare("isic2018", isic2018, tmp_path / "out")
    assert found.counts == {"train": 18, "dev": 2, "valid": 3, "test": 4}
    require_masks(read_dataset(found.root))
    assert (found.root / "split.csv").read_text().startswith("id,split\n")


def test_isic2018_lesions_stay_in_one_split(isic2018: Path, tmp_path: Path) -> None:
    rows = [f"ISIC_{number:07d},IL_{number // 2}" for number in range(20)]
    rows += ["ISIC_0000100,IL_3", "ISIC_0000101,IL_50", "ISIC_0000200,IL_50", "ISIC_0000201,"]
    (isic2018 / "metadata.csv").write_text("isic_id,lesion_id\n" + "\n".join(rows) + "\n")
    found = prepare("isic2018", isic2018, tmp_path / "out")
    assert found.left_out == ("ISIC_0000101", "ISIC_0000006", "ISIC_0000007")
    dataset = read_dataset(found.root)
    dev = {int(sample.id[5:]) // 2 for sample in dataset.of(Split.DEV)}
    train = {int(sample.id[5:]) // 2 for sample in dataset.of(Split.TRAIN)}
    assert dev
    assert not dev & train
    require_masks(dataset)


def test_isic2018_metadata_that_is_another_table(isic2018: Path, tmp_path: Path) -> None:
    (isic2018 / "metadata.csv").write_text("name,age\na,3\n")
    with pytest.raises(InputError, match=r"metadata\.csv could not be read .* isic_id, lesion_id"):
        prepare("isic2018", isic2018, tmp_path / "out")
    assert not (tmp_path / "out").exists()


HAM = 60
"""Images, of which each three show one lesion."""


@pytest.fixture
def ham(tmp_path: Path) -> Path:
    rows = ["lesion_id,image_id,dx,dx_type,age,sex,localization,dataset"]
    masks = "HAM10000_segmentations_lesion_tschandl"
    for number in range(HAM):
        part, id_ = 1 + number % 2, f"ISIC_{number:07d}"
        write_pair(
            number,
            tmp_path / "src" / f"HAM10000_images_part_{part}" / f"{id_}.jpg",
            tmp_path / "src" / masks / f"{id_}_segmentation.png",
        )
        dx, age = ("nv", "mel")[number % 2], f"{5.0 * (number % 15)}" if number % 9 else ""
        rows.append(f"HAM_{number // 3:07d},{id_},{dx},histo,{age},male,back,vidir_modern")
    (tmp_path / "src" / "HAM10000_metadata.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "src"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("table", ["HAM10000_metadata", "HAM10000_metadata.tab"])
def test_ham10000(ham: Path, tmp_path: Path, packed: bool, table: str) -> None:
    metadata = (ham / "HAM10000_metadata.csv").rename(ham / table)
    if table.endswith(".tab"):
        metadata.write_text(metadata.read_text().replace(",", "\t"))
    if packed:
        pack(ham)
    found = prepare_ham10000(ham, tmp_path / "out")
    assert sum(found.counts.values()) == HAM
    assert found.counts["test"] == found.counts["valid"] == 6
    dataset = read_dataset(found.root)
    require_masks(dataset)
    lesions = [{int(s.id[5:]) // 3 for s in dataset.of(split)} for split in Split]
    assert sum(map(len, lesions)) == len(set[int]().union(*lesions)) == HAM // 3
    groups = dataset.of(Split.TEST)[0].groups
    assert list(groups) == ["diagnosis", "age", "sex", "localization"]
    assert groups["diagnosis"] in ("nv", "mel")


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        ("HAM10000_metadata.csv", "does not hold HAM10000_metadata, which names the lesion"),
        ("HAM10000_images_part_2", "HAM10000_images_part_2 is not in"),
        ("HAM10000_segmentations_lesion_tschandl", "HAM10000_segmentations_lesion_tschandl is not"),
        ("HAM10000_images_part_1/ISIC_0000004.jpg", "ISIC_0000004 is in only one of"),
    ],
)
def test_ham10000_in_part(ham: Path, tmp_path: Path, gone: str, sentence: str) -> None:
    (ham / gone).rename(tmp_path / "gone")
    with pytest.raises(InputError, match=sentence):
        prepare("ham10000", ham, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_ham10000_with_an_image_that_the_table_lacks(ham: Path, tmp_path: Path) -> None:
    table = ham / "HAM10000_metadata.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:-1]))
    with pytest.raises(InputError, match=rf"ISIC_{HAM - 1:07d} is in only one of .*metadata\.csv"):
        prepare("ham10000", ham, tmp_path / "out")


@pytest.fixture
def ph2(tmp_path: Path) -> Path:
    for number in range(2, 8):
        id_ = f"IMD{number:03d}"
        folder = tmp_path / "src" / "PH2Dataset" / "PH2 Dataset images" / id_
        image = folder / f"{id_}_Dermoscopic_Image" / f"{id_}.bmp"
        write_pair(number, image, folder / f"{id_}_lesion" / f"{id_}_lesion.bmp")
        save(lesion(number), folder / f"{id_}_roi" / f"{id_}_R1_Label3.bmp")
    return tmp_path / "src"


TABLE = """\
 ||   Name ||  Histological Diagnosis || Clinical Diagnosis || Asymmetry | Pigment Network || Colors ||
 || IMD002 ||                         ||                  1 ||         1 |              AT || 3 4    ||
 || IMD003 ||                         ||                  0 ||         0 |               T || 3      ||
 || IMD004 || Melanoma                ||                  2 ||         2 |              AT || 4  5   ||
 || IMD005 ||                         ||                  0 ||         0 |               T || 3      ||
 || IMD006 ||                         ||                  0 ||         0 |               T || 3      ||
 || IMD007 ||                         ||                  1 ||         0 |               T || 3      ||

 Clinical Diagnosis: 0 - Common Nevus; 1 - Atypical Nevus; 2 - Melanoma.
"""  # noqa: E501


@pytest.mark.parametrize("inside", ["", "PH2Dataset", "PH2Dataset/PH2 Dataset images"])
def test_ph2(ph2: Path, tmp_path: Path, inside: str) -> None:
    (ph2 / inside / "PH2_dataset.txt").write_text(TABLE)
    found = prepare_ph2(ph2 / inside, tmp_path / "out")
    assert found.counts == {"test": 6}
    dataset = read_dataset(found.root)
    require_masks(dataset)
    assert [sample.groups["diagnosis"] for sample in dataset.samples] == [
        "atypical nevus", "common nevus", "melanoma", "common nevus", "common nevus",
        "atypical nevus",
    ]  # fmt: skip


def test_ph2_packed_and_without_its_table(ph2: Path, tmp_path: Path) -> None:
    pack(ph2)
    found = prepare("ph2", ph2, tmp_path / "out")
    assert found.counts == {"test": 6}
    assert (found.root / "split.csv").read_text().startswith("id,split\nIMD002,test\n")


def test_ph2_in_part(ph2: Path, tmp_path: Path) -> None:
    (ph2 / "PH2_dataset.txt").write_text(TABLE.replace("IMD005", "IMD105"))
    with pytest.raises(InputError, match="gives no clinical diagnosis of IMD005"):
        prepare("ph2", ph2, tmp_path / "out")
    next(ph2.rglob("IMD004_lesion.bmp")).unlink()
    with pytest.raises(InputError, match=r"IMD004 is in only one of .*IMDxxx_lesion"):
        prepare("ph2", ph2, tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no file such as IMD002_Dermoscopic_Image"):
        prepare("ph2", tmp_path / "empty", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_correcting_a_prepared_mask_leaves_the_download_as_it_was(
    ph2: Path, tmp_path: Path
) -> None:
    published = next(ph2.rglob("IMD002_lesion.bmp"))
    before = published.read_bytes()
    with (prepare("ph2", ph2, tmp_path / "out").root / "masks" / "IMD002.bmp").open("r+b") as mask:
        mask.write(b"corrected")
    assert published.read_bytes() == before
