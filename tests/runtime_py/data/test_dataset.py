"""The folder format: ids, masks, splits, groups, and every way in which a folder breaks a rule."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import (
    Dataset,
    Split,
    first_whole,
    md5_order,
    read_dataset,
    select,
    with_dev,
)
from skinseg_mobile.runtime_py.errors import InputError


def write_pairs(root: Path, ids: list[str], mask_end: str = ".png") -> Path:
    """Photographs of two pixels, each of its own colour, with masks."""
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for number, id_ in enumerate(ids):
        photo = np.full((1, 2, 3), number, np.uint8)
        Image.fromarray(photo).save(root / "images" / f"{id_}.png")
        Image.fromarray(np.array([[True, False]])).save(root / "masks" / f"{id_}{mask_end}")
    return root


def by_split(dataset: Dataset) -> dict[str, list[str]]:
    return {split.value: [sample.id for sample in dataset.of(split)] for split in Split}


@pytest.mark.parametrize("mask_end", [".png", "_segmentation.png", ".bmp", "_segmentation.PNG"])
def test_photograph_and_mask_are_paired_by_stem(tmp_path: Path, mask_end: str) -> None:
    dataset = read_dataset(write_pairs(tmp_path, ["b", "a"], mask_end))
    assert [sample.id for sample in dataset.samples] == ["a", "b"]
    assert dataset.samples[0].image == tmp_path / "images" / "a.png"
    assert dataset.samples[0].mask == tmp_path / "masks" / f"a{mask_end}"
    assert dataset.samples[0].groups == {}


def test_files_that_are_no_images_are_named(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a"])
    (tmp_path / "images" / "Thumbs.db").touch()
    assert [sample.id for sample in read_dataset(tmp_path).samples] == ["a"]
    (tmp_path / "masks" / "notes.txt").touch()
    with pytest.raises(InputError, match=r"masks/notes\.txt is not used"):
        read_dataset(tmp_path)


def test_photograph_without_mask_is_a_sample(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b"])
    (tmp_path / "masks" / "b.png").unlink()
    assert read_dataset(tmp_path).samples[1].mask is None


def test_mask_without_photograph_is_named(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b"])
    (tmp_path / "images" / "b.png").unlink()
    with pytest.raises(InputError, match=r"mask .*masks/b\.png has no image in images/"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("count", [9, 10, 19, 40])
def test_dev_is_the_first_tenth_of_train_in_md5_order(tmp_path: Path, count: int) -> None:
    ids = [f"ISIC_{number:07d}" for number in range(count)]
    splits = by_split(read_dataset(write_pairs(tmp_path, ids)))
    shuffled = sorted(ids, key=lambda id_: hashlib.md5(id_.encode()).hexdigest())
    assert splits["dev"] == sorted(shuffled[: count // 10])
    assert splits["train"] == sorted(shuffled[count // 10 :])
    assert splits["valid"] == splits["test"] == []


def test_dev_is_taken_from_train_only(tmp_path: Path) -> None:
    ids = [f"{number:02d}" for number in range(30)]
    rows = [f"{id_},{'train' if id_ < '20' else 'test'}" for id_ in ids]
    write_pairs(tmp_path, ids)
    (tmp_path / "split.csv").write_text("id,split\n" + "\n".join(rows))
    splits = by_split(read_dataset(tmp_path))
    assert splits["test"] == ids[20:]
    assert splits["dev"] == sorted(md5_order(ids[:20])[:2])


def test_named_dev_is_kept() -> None:
    splits = {"a": Split.DEV, **{f"{n}": Split.TRAIN for n in range(30)}}
    assert with_dev(splits) == splits


def test_md5_order_does_not_depend_on_the_order_that_came() -> None:
    ids = [f"{number}" for number in range(20)]
    assert md5_order(ids) == md5_order(reversed(ids))
    assert sorted(md5_order(ids)) == sorted(ids)
    assert md5_order(ids) != ids


def test_dev_takes_whole_families(tmp_path: Path) -> None:
    ids = [f"{number:02d}" for number in range(40)]
    rows = "".join(f"{id_},train,p{int(id_) // 3}\n" for id_ in ids)
    write_pairs(tmp_path, ids)
    (tmp_path / "split.csv").write_text(f"id,split,patient\n{rows}")
    dataset = read_dataset(tmp_path)
    dev, train = (
        {int(sample.id) // 3 for sample in dataset.of(split)} for split in (Split.DEV, Split.TRAIN)
    )
    assert not dev & train
    assert 4 <= len(dataset.of(Split.DEV)) <= 6
    assert int(md5_order(ids)[0]) // 3 in dev


def test_one_family_stays_in_train(tmp_path: Path) -> None:
    ids = [f"{number:02d}" for number in range(20)]
    write_pairs(tmp_path, ids)
    rows = "".join(f"{id_},train,p1\n" for id_ in ids)
    (tmp_path / "split.csv").write_text(f"id,split,patient\n{rows}")
    assert by_split(read_dataset(tmp_path))["dev"] == []


@pytest.mark.parametrize("wanted", [0, 1, 5, 19, 20])
def test_without_families_the_first_are_as_many_as_wanted(wanted: int) -> None:
    ids = [f"{number}" for number in range(20)]
    assert first_whole(ids, wanted) == md5_order(ids)[: min(wanted, 19)]


@pytest.mark.parametrize("splits", [("train", "dev"), ("valid", "test"), ("train", "test")])
def test_one_patient_in_two_splits_is_refused(tmp_path: Path, splits: tuple[str, str]) -> None:
    write_pairs(tmp_path, ["a", "b"])
    rows = "".join(f"{id_},{split},7\n" for id_, split in zip("ab", splits, strict=True))
    (tmp_path / "split.csv").write_text(f"id,split,patient_id\n{rows}")
    words = rf"patient_id 7 is in several splits: a \({splits[0]}\) and b \({splits[1]}\)"
    with pytest.raises(InputError, match=words):
        read_dataset(tmp_path)


def test_split_csv_gives_splits_and_groups(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b", "c", "d", "unused"])
    rows = ["c,valid,nevus,f", "a,train,melanoma,m", "b,dev,,m", "d,train,nevus,f"]
    (tmp_path / "split.csv").write_text("id,split,diagnosis,sex\n" + "\n".join(rows))
    dataset = read_dataset(tmp_path)
    assert by_split(dataset) == {"train": ["a", "d"], "dev": ["b"], "valid": ["c"], "test": []}
    assert [sample.groups for sample in dataset.samples] == [
        {"diagnosis": "melanoma", "sex": "m"},
        {"diagnosis": "", "sex": "m"},
        {"diagnosis": "nevus", "sex": "f"},
        {"diagnosis": "nevus", "sex": "f"},
    ]
    assert dataset.unlisted == ("unused",)
    assert dataset.notes == ("split.csv does not name 1 image (unused), so they are not used.",)


def test_how_many_of_all_images_were_chosen(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b", "c", "d", "unused"])
    (tmp_path / "split.csv").write_text("id,split\na,valid\nb,valid\nc,test\nd,train\n")
    dataset = read_dataset(tmp_path)
    assert dataset.share(dataset.of(Split.VALID)) == "2 of 5 (split valid)"
    assert dataset.share(dataset.samples) == "4 of 5 (splits train, valid, test)"


@pytest.mark.parametrize("id_", ["z", "a.png", "A"])
def test_a_row_without_an_image_is_named_with_its_line(tmp_path: Path, id_: str) -> None:
    write_pairs(tmp_path, ["a"])
    (tmp_path / "split.csv").write_text(f"id,split\n{id_},train\n")
    with pytest.raises(InputError, match=rf"Line 2 of .*split\.csv names {id_}, which has no"):
        read_dataset(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none does not exist\. Give a folder that holds images/"):
        read_dataset(tmp_path / "none")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file is a file, not a folder\."):
        read_dataset(tmp_path / "file")


@pytest.mark.parametrize("make", [False, True])
def test_folder_without_photographs(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "images").mkdir()
    with pytest.raises(InputError, match=rf"{tmp_path} has no images in its folder images/"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    ("folder", "double"), [("images", "a.jpg"), ("masks", "a_segmentation.png")]
)
def test_two_files_for_one_id(tmp_path: Path, folder: str, double: str) -> None:
    write_pairs(tmp_path, ["a", "b"])
    (tmp_path / folder / double).touch()
    with pytest.raises(
        InputError, match=rf"id a has several files in .*{folder}: .*{double}.*Keep one"
    ):
        read_dataset(tmp_path)


def test_digest_names_ids_splits_and_contents(tmp_path: Path) -> None:
    write_pairs(tmp_path / "one", ["a", "b"])
    write_pairs(tmp_path / "same", ["a", "b"])
    write_pairs(tmp_path / "ids", ["a", "c"])
    write_pairs(tmp_path / "pixels", ["b", "a"])
    write_pairs(tmp_path / "splits", ["a", "b"])
    (tmp_path / "splits" / "split.csv").write_text("id,split\na,train\nb,test\n")
    names = ("one", "same", "ids", "pixels", "splits")
    one, same, *others = (read_dataset(tmp_path / name).digest() for name in names)
    assert one == same
    assert len({one, *others}) == 4


def test_select_takes_valid_where_there_is_one(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b", "c"])
    (tmp_path / "split.csv").write_text("id,split\na,train\nb,valid\nc,test\n")
    dataset = read_dataset(tmp_path)
    assert [sample.id for sample in select(dataset, None)] == ["b"]
    assert [sample.id for sample in select(dataset, Split.TEST)] == ["c"]
    with pytest.raises(
        InputError, match=rf"split dev of {tmp_path} is empty. Name another --split"
    ):
        select(dataset, Split.DEV)


def test_select_takes_all_where_there_is_no_valid(tmp_path: Path) -> None:
    dataset = read_dataset(write_pairs(tmp_path, ["a", "b"]))
    assert select(dataset, None) == dataset.samples


def test_select_refuses_a_photograph_without_mask(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a"])
    (tmp_path / "masks" / "a.png").unlink()
    with pytest.raises(InputError, match="a has no mask"):
        select(read_dataset(tmp_path), None)
