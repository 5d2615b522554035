"""The official ISIC 2017 layout, packed or unpacked, becomes a sound folder of ours."""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import Split, md5_order, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.check import check
from skinseg_mobile.train.data.layouts.isic import prepare_isic2017

TRAIN = [f"ISIC_{number:07d}" for number in range(20)]
VALID = ["ISIC_0000100", "ISIC_0000101"]
TEST = ["ISIC_0000200", "ISIC_0000201", "ISIC_0000202"]
OFFICIAL = {"Training": TRAIN, "Validation": VALID, "Test_v2": TEST}


def write_part(source: Path, part: str, ids: list[str]) -> None:
    """A part as unpacked from the official archives: 4×6 photographs, no two alike."""
    data = source / f"ISIC-2017_{part}_Data"
    truth = source / f"ISIC-2017_{part}_Part1_GroundTruth"
    data.mkdir(parents=True)
    truth.mkdir()
    (data / f"ISIC-2017_{part}_Data_metadata.csv").write_text("image_id,age\n")
    mask = np.zeros((4, 6), np.uint8)
    mask[1:3, 1:4] = 255
    for id_ in ids:
        photo = np.random.default_rng(int(id_[5:])).integers(0, 256, (4, 6, 3), np.uint8)
        Image.fromarray(photo).save(data / f"{id_}.jpg")
        Image.fromarray(photo).save(data / f"{id_}_superpixels.png")
        Image.fromarray(mask).save(truth / f"{id_}_segmentation.png")


def write_diagnoses(source: Path, part: str, rows: list[str]) -> None:
    table = "\n".join(["image_id,melanoma,seborrheic_keratosis", *rows]) + "\n"
    (source / f"ISIC-2017_{part}_Part3_GroundTruth.csv").write_text(table)


@pytest.fixture
def official(tmp_path: Path) -> Path:
    for part, ids in OFFICIAL.items():
        write_part(tmp_path / "source", part, ids)
    return tmp_path / "source"


def pack(source: Path) -> None:
    """Replace each folder by its archive, as downloaded."""
    for folder in [path for path in source.iterdir() if path.is_dir()]:
        with zipfile.ZipFile(source / f"{folder.name}.zip", "w") as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, f"{folder.name}/{path.name}")
                path.unlink()
            archive.writestr("__MACOSX/._ISIC_0000000.jpg", b"junk")
        folder.rmdir()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_part_becomes_its_split(official: Path, tmp_path: Path) -> None:
    prepared = prepare_isic2017(official, tmp_path / "out")
    dev = sorted(md5_order(TRAIN)[:2])
    assert prepared.root == tmp_path / "out"
    assert prepared.counts == {"train": 18, "dev": 2, "valid": 2, "test": 3}
    assert prepared.left_out == ()
    dataset = read_dataset(prepared.root)
    assert [sample.id for sample in dataset.of(Split.DEV)] == dev
    assert [sample.id for sample in dataset.of(Split.TRAIN)] == sorted(set(TRAIN) - set(dev))
    assert [sample.id for sample in dataset.of(Split.VALID)] == VALID
    assert [sample.id for sample in dataset.of(Split.TEST)] == TEST
    assert check(prepared.root) == ()


def test_files_are_the_official_bytes(official: Path, tmp_path: Path) -> None:
    out = prepare_isic2017(official, tmp_path / "out").root
    expected = {"split.csv": (out / "split.csv").read_bytes()}
    for part, ids in OFFICIAL.items():
        for id_ in ids:
            image = official / f"ISIC-2017_{part}_Data" / f"{id_}.jpg"
            mask = official / f"ISIC-2017_{part}_Part1_GroundTruth" / f"{id_}_segmentation.png"
            expected[f"images/{id_}.jpg"] = image.read_bytes()
            expected[f"masks/{id_}_segmentation.png"] = mask.read_bytes()
    assert contents(out) == expected


def test_archives_give_the_same_as_folders(official: Path, tmp_path: Path) -> None:
    prepare_isic2017(official, tmp_path / "from folders")
    pack(official)
    prepare_isic2017(official, tmp_path / "from archives")
    assert contents(tmp_path / "from folders") == contents(tmp_path / "from archives")


def test_symbolic_links_in_the_source_are_followed(official: Path, tmp_path: Path) -> None:
    data = official / "ISIC-2017_Validation_Data"
    data.rename(tmp_path / "elsewhere")
    data.mkdir()
    for path in (tmp_path / "elsewhere").iterdir():
        (data / path.name).symlink_to(path)
    image = prepare_isic2017(official, tmp_path / "out").root / "images" / f"{VALID[0]}.jpg"
    assert not image.is_symlink()
    assert image.read_bytes() == (data / image.name).read_bytes()


@pytest.mark.parametrize("part", OFFICIAL)
def test_absent_parts_are_left_out(tmp_path: Path, part: str) -> None:
    write_part(tmp_path / "source", part, OFFICIAL[part])
    counts = prepare_isic2017(tmp_path / "source", tmp_path / "out").counts
    assert sum(counts.values()) == len(OFFICIAL[part])
    assert read_dataset(tmp_path / "out").samples


def test_training_images_that_stand_in_held_out_parts_are_left_out(
    official: Path, tmp_path: Path
) -> None:
    training = official / "ISIC-2017_Training_Data"
    for id_, part, held_out in ((TRAIN[3], "Validation", VALID[0]), (TRAIN[5], "Test_v2", TEST[1])):
        image = official / f"ISIC-2017_{part}_Data" / f"{held_out}.jpg"
        (training / f"{id_}.jpg").write_bytes(image.read_bytes())
    prepared = prepare_isic2017(official, tmp_path / "out")
    assert prepared.left_out == (TRAIN[3], TRAIN[5])
    assert prepared.counts == {"train": 17, "dev": 1, "valid": 2, "test": 3}
    assert not any(prepared.root.rglob(f"{TRAIN[3]}*"))
    assert check(prepared.root) == ()


def test_training_image_of_a_held_out_id_is_left_out(official: Path, tmp_path: Path) -> None:
    image = np.full((4, 6, 3), 77, np.uint8)
    Image.fromarray(image).save(official / "ISIC-2017_Training_Data" / f"{TEST[0]}.jpg")
    mask = f"{TEST[0]}_segmentation.png"
    test_mask = official / "ISIC-2017_Test_v2_Part1_GroundTruth" / mask
    (official / "ISIC-2017_Training_Part1_GroundTruth" / mask).write_bytes(test_mask.read_bytes())
    before = contents(official)
    prepared = prepare_isic2017(official, tmp_path / "out")
    assert prepared.left_out == (TEST[0],)
    assert read_dataset(prepared.root).of(Split.TEST)[0].id == TEST[0]
    assert contents(official) == before


def test_diagnosis_is_a_group_column(official: Path, tmp_path: Path) -> None:
    write_diagnoses(official, "Validation", [f"{VALID[0]},1.0,0.0", f"{VALID[1]},0.0,0.0"])
    write_diagnoses(official, "Test_v2", [f"{id_},0.0,1.0" for id_ in TEST])
    prepare_isic2017(official, tmp_path / "out")
    with (tmp_path / "out" / "split.csv").open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert list(rows) == sorted(rows)
    assert list(rows[VALID[0]]) == ["id", "split", "diagnosis"]
    assert [rows[id_]["diagnosis"] for id_ in VALID] == ["melanoma", "nevus"]
    assert {rows[id_]["diagnosis"] for id_ in TEST} == {"seborrheic_keratosis"}
    assert {rows[id_]["diagnosis"] for id_ in TRAIN} == {""}


def test_without_diagnoses_there_is_no_column(official: Path, tmp_path: Path) -> None:
    prepare_isic2017(official, tmp_path / "out")
    assert (tmp_path / "out" / "split.csv").read_text().splitlines()[0] == "id,split"


@pytest.mark.parametrize("row", ["ISIC_0000100", "ISIC_0000100,yes,0.0"])
def test_damaged_diagnoses(official: Path, tmp_path: Path, row: str) -> None:
    write_diagnoses(official, "Validation", [row])
    with pytest.raises(
        InputError, match=r"\.csv could not be read .* columns image_id,\s*melanoma and"
    ):
        prepare_isic2017(official, tmp_path / "out")


def test_missing_diagnosis(official: Path, tmp_path: Path) -> None:
    write_diagnoses(official, "Validation", [f"{VALID[0]},1.0,0.0"])
    with pytest.raises(InputError, match=f"csv does not name the image {VALID[1]}"):
        prepare_isic2017(official, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_source_without_any_part(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none does not hold ISIC-2017_Training_Data and"):
        prepare_isic2017(tmp_path / "none", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_photographs_without_their_masks(official: Path, tmp_path: Path) -> None:
    truth = official / "ISIC-2017_Test_v2_Part1_GroundTruth"
    (truth / f"{TEST[2]}_segmentation.png").unlink()
    with pytest.raises(InputError, match=rf"{TEST[2]} is in only one of .*\(1 such"):
        prepare_isic2017(official, tmp_path / "out")
    truth.rename(official / "mislaid")
    with pytest.raises(
        InputError, match=r"Test_v2_Part1_GroundTruth is not in .* folder nor as a .zip"
    ):
        prepare_isic2017(official, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_part_without_photographs(official: Path, tmp_path: Path) -> None:
    for path in (official / "ISIC-2017_Test_v2_Data").iterdir():
        path.unlink()
    with pytest.raises(InputError, match=r"Test_v2_Data holds no image named ISIC_xxxxxxx\.jpg"):
        prepare_isic2017(official, tmp_path / "out")


@pytest.mark.parametrize("kept", [0, 100, -200])
def test_truncated_archive(official: Path, tmp_path: Path, kept: int) -> None:
    pack(official)
    archive = official / "ISIC-2017_Training_Data.zip"
    archive.write_bytes(archive.read_bytes()[:kept])
    with pytest.raises(
        InputError, match=r"ISIC-2017_Training_Data\.zip could not be read or copied"
    ):
        prepare_isic2017(official, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_archive_with_a_damaged_member(official: Path, tmp_path: Path) -> None:
    pack(official)
    archive = official / "ISIC-2017_Test_v2_Part1_GroundTruth.zip"
    content = bytearray(archive.read_bytes())
    content[content.index(b"IDAT") + 6] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(
        InputError, match=r"Test_v2_Part1_GroundTruth.zip could not be read or copied .Bad CRC-32"
    ):
        prepare_isic2017(official, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_members_cannot_leave_the_folder(official: Path, tmp_path: Path) -> None:
    pack(official)
    photo = next(iter(contents(official).values()))
    with zipfile.ZipFile(official / "ISIC-2017_Training_Data.zip", "a") as archive:
        archive.writestr("../../../evil.jpg", photo)
        archive.writestr("/tmp/evil.jpg", photo)
        archive.writestr("../ISIC_0000001/../../evil.png", photo)
    prepare_isic2017(official, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]
    assert not any("evil" in path.name for path in tmp_path.rglob("*"))


def test_one_name_twice_in_an_archive(official: Path, tmp_path: Path) -> None:
    pack(official)
    with zipfile.ZipFile(official / "ISIC-2017_Training_Data.zip", "a") as archive:
        archive.writestr(f"again/{TRAIN[0]}.jpg", b"other")
    with pytest.raises(InputError, match=rf"holds {TRAIN[0]}\.jpg twice"):
        prepare_isic2017(official, tmp_path / "out")


def test_one_id_in_both_held_out_parts(tmp_path: Path) -> None:
    write_part(tmp_path / "source", "Validation", VALID)
    write_part(tmp_path / "source", "Test_v2", [VALID[0], TEST[0]])
    before = contents(tmp_path / "source")
    with pytest.raises(InputError, match=f"id {VALID[0]} is in two held-out parts"):
        prepare_isic2017(tmp_path / "source", tmp_path / "out")
    assert contents(tmp_path / "source") == before


def test_existing_output_is_kept(official: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="out already exists"):
        prepare_isic2017(official, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
