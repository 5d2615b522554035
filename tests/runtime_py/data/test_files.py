"""Which files count, and that each other one is named."""

import os
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.data.files import image_folder
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import SUFFIXES


def folder_of(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).touch()
    return root


@pytest.mark.parametrize("end", [*sorted(SUFFIXES), ".JPG", ".Png"])
def test_every_kind_of_image_counts(tmp_path: Path, end: str) -> None:
    assert list(image_folder(folder_of(tmp_path, f"a{end}")).one_each()) == ["a"]


def test_only_the_last_ending_is_no_part_of_the_id(tmp_path: Path) -> None:
    names = ("a.b.png", "c_segmentation.png", "d.png.jpg")
    found = image_folder(folder_of(tmp_path, *names), "_segmentation")
    assert list(found.one_each()) == ["a.b", "c", "d.png"]


def test_what_operating_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "__MACOSX").mkdir()
    names = (".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", "a.png")
    assert list(image_folder(folder_of(tmp_path, *names)).one_each()) == ["a"]


@pytest.mark.parametrize(
    "name", ["a.txt", "a.json", "a.avif", "a", "a.png~", "a.jpg.part", "a.cr2"]
)
def test_every_other_file_is_named(tmp_path: Path, name: str) -> None:
    found = image_folder(folder_of(tmp_path, name, "b.png"))
    with pytest.raises(InputError, match=rf"{name} is not used, because its name does not end in"):
        found.one_each()


def test_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(InputError, match="train is a folder, and only files directly in"):
        image_folder(tmp_path).one_each()


@pytest.mark.parametrize("other", ["a.jpg", "a.PNG", "a_segmentation.png"])
def test_two_files_of_one_id_are_named(tmp_path: Path, other: str) -> None:
    found = image_folder(folder_of(tmp_path, "a.png", other), "_segmentation")
    with pytest.raises(InputError, match=r"id a has several files in .*Keep one"):
        found.one_each()


def test_two_spellings_of_one_letter_are_one_id(tmp_path: Path) -> None:
    found = image_folder(folder_of(tmp_path, "é.png", "e\u0301.jpg"))
    with pytest.raises(InputError, match="id é has several files"):
        found.one_each()


@pytest.mark.parametrize(
    ("name", "shown"), [(b"\xff.jpg", r"\\xff\.jpg"), (b"a\x1b[31m.png", r"a\\x1b\[31m\.png")]
)
def test_names_that_are_not_printable_are_shown_escaped(
    tmp_path: Path, name: bytes, shown: str
) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    with pytest.raises(InputError, match=rf"file name {shown} in .* is not printable UTF-8"):
        image_folder(tmp_path)
