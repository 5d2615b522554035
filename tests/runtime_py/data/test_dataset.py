"""The folder format: ids, masks, splits, groups, and every way in which a folder breaks a rule."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import (
    Dataset,
    Split,
    md5_order,
    read_dataset,
    read_split,
    require_masks,
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


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a"])
    (tmp_path / "images" / "Thumbs.db").touch()
    (tmp_path / "images" / "notes.txt").touch()
    assert [sample.id for sample in read_dataset(tmp_path).samples] == ["a"]


def test_photograph_without_mask_is_a_sample(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b"])
    (tmp_path / "masks" / "b.png").unlink()
    samples = read_dataset(tmp_path).samples
    assert samples[1].mask is None
    with pytest.raises(InputError, match="b has no mask, and every image needs one"):
        require_masks(samples)


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


def test_split_csv_gives_splits_and_groups(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a", "b", "c", "unused"])
    table = "\ufeffid,split,diagnosis,sex\r\nc,valid,nevus,f\r\na,train,melanoma\r\nb,dev,,m\r\n"
    (tmp_path / "split.csv").write_bytes(table.encode())
    dataset = read_dataset(tmp_path)
    assert by_split(dataset) == {"train": ["a"], "dev": ["b"], "valid": ["c"], "test": []}
    assert [sample.groups for sample in dataset.samples] == [
        {"diagnosis": "melanoma", "sex": ""},
        {"diagnosis": "", "sex": "m"},
        {"diagnosis": "nevus", "sex": "f"},
    ]


def test_no_split_csv_is_none(tmp_path: Path) -> None:
    assert read_split(tmp_path / "split.csv") is None


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("", r"header of .*split\.csv is '' and must name id and split"),
        ("id,part\na,train\n", r"header of .*split\.csv is 'id,part' and must name id and split"),
        ("id,split\n", r"split\.csv has no rows"),
        ("id,split\na,training\n", r"split of a in .*split\.csv is 'training'. Write train"),
        ("id,split\na\n", r"split of a in .*split\.csv is ''. Write train"),
        ("id,split\na,train,x,y\n", r"row of a in .*split\.csv has more values than the header"),
        ("id,split\na,train\na,dev\n", r"split\.csv names 1 ids twice"),
        ("id,split\nz,train\n", r"split\.csv names z, which has no image"),
    ],
)
def test_broken_split_csv(tmp_path: Path, table: str, sentence: str) -> None:
    write_pairs(tmp_path, ["a"])
    (tmp_path / "split.csv").write_text(table)
    with pytest.raises(InputError, match=sentence):
        read_dataset(tmp_path)


def test_split_csv_that_is_not_utf8(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a"])
    (tmp_path / "split.csv").write_bytes(b"id,split\n\xff\xfe,train\n")
    with pytest.raises(InputError, match=r"split\.csv could not be read as a UTF-8 table"):
        read_dataset(tmp_path)


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
