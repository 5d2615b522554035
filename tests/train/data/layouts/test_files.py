"""Files of a download: folder, zip and tar give the same, and no name leads out of them."""

import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.layouts.files import copy_file, files_of, place_of, require_pairs

FORM = re.compile(r"(photo\d+)\.jpg")
CONTENT = {"photo1.jpg": b"one", "photo2.jpg": b"two", "readme.txt": b"not wanted"}


def write(source: Path, kind: str) -> Path:
    """The same files as a folder, a zip or a tar."""
    folder = source / "photos" / "deep"
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    if kind == "folder":
        return source
    packed = source / f"photos.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for name in CONTENT:
                archive.write(folder / name, f"deep/{name}")
    else:
        with tarfile.open(packed, "w:gz") as archive:
            archive.add(folder, "deep")
    (source / "photos").rename(source / "elsewhere")
    return source


@pytest.mark.parametrize("kind", ["folder", "zip", "tgz", "tar.gz"])
def test_every_packing_gives_the_same_files(tmp_path: Path, kind: str) -> None:
    source, out = write(tmp_path / "source", kind), tmp_path / "out"
    out.mkdir()
    with files_of(source, FORM, "photos") as found:
        assert found.keys() == {"photo1", "photo2"}
        for id_, file in found.items():
            assert file.suffix == ".jpg"
            file.copy(out / id_)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == {"photo1": b"one", "photo2": b"two"}


def test_a_folder_comes_before_an_archive(tmp_path: Path) -> None:
    (tmp_path / "photos.zip").touch()
    assert place_of(tmp_path, "photos") == tmp_path / "photos.zip"
    (tmp_path / "other").mkdir()
    assert place_of(tmp_path, "photos", "other") == tmp_path / "other"
    assert place_of(tmp_path, "nothing") is None


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"photos is not in .* neither as a folder nor as a \.zip"),
        files_of(tmp_path, FORM, "photos"),
    ):
        pass


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "folder")
    (source / "photos" / "photo1.jpg").write_bytes(b"another")
    with pytest.raises(InputError, match=r"photo1\.jpg twice"), files_of(source, FORM, "photos"):
        pass


def test_an_odd_file_is_named() -> None:
    require_pairs({"a": 1, "b": 2}, {"a": 3, "b": 4}, ("images", "masks"))
    with pytest.raises(InputError, match=r"b is in only one of .* \(2 such names in all\)"):
        require_pairs({"a": 1, "b": 2}, {"a": 3, "c": 4}, ("images", "masks"))


def test_a_copy_can_change_and_the_source_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"one"
    (tmp_path / "b").write_bytes(b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
    with pytest.raises(InputError, match="a could not be read or copied"):
        copy_file(tmp_path / "a", tmp_path / "b")
