"""Archives are looked at before their listing is read."""

import io
import zipfile
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.storage.zip_files import is_common, require_small_listing


def archive(members: int, method: int = zipfile.ZIP_STORED) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as file:
        for number in range(members):
            file.writestr(f"{number:05}", b"x")
    return content


def test_a_listing_has_51_bytes_a_member(tmp_path: Path) -> None:
    content = archive(100)
    require_small_listing(content, 5100)
    assert content.tell() == 0
    with pytest.raises(ValueError, match="its listing alone"):
        require_small_listing(content, 5099)
    (tmp_path / "a.zip").write_bytes(content.getvalue())
    require_small_listing(tmp_path / "a.zip", 5100)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06"])
def test_no_archive(content: bytes) -> None:
    with pytest.raises(ValueError, match="no end record"):
        require_small_listing(io.BytesIO(content), 100)


@pytest.mark.parametrize(
    ("method", "common"),
    [(zipfile.ZIP_STORED, True), (zipfile.ZIP_DEFLATED, True), (zipfile.ZIP_LZMA, False)],
)
def test_common_methods(method: int, *, common: bool) -> None:
    with zipfile.ZipFile(archive(1, method)) as file:
        assert is_common(file.infolist()[0]) is common
