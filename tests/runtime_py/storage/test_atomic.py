"""Results are written whole or not at all, and never over one another."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import (
    new_folder,
    read_json,
    sha256,
    to_json,
    write_file,
)


def fill(path: Path, error: BaseException | None = None) -> None:
    with new_folder(path) as folder:
        (folder / "file").write_text("content")
        if error:
            raise error


def test_folder_appears_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "run") as folder:
        (folder / "file").write_text("content")
        assert not (tmp_path / "deep" / "run").exists()
        assert folder.parent == tmp_path / "deep"  # one rename, never a copy across disks
    assert (tmp_path / "deep" / "run" / "file").read_text() == "content"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["run"]
    assert (tmp_path / "deep" / "run").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()])
def test_failure_inside_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fill(tmp_path / "run", error)
    assert list(tmp_path.iterdir()) == []


def make_folder(path: Path) -> None:
    path.mkdir()
    (path / "old").touch()


MAKE: list[Callable[[Path], None]] = [
    make_folder,
    Path.mkdir,
    Path.touch,
    lambda path: path.symlink_to("nowhere"),
]


@pytest.mark.parametrize("make", MAKE)
def test_what_exists_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "run")
    with pytest.raises(InputError, match=r"run already exists\. Choose another output"):
        fill(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"run already exists"),
        new_folder(tmp_path / "run"),
    ):
        make_folder(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "old").exists()


@pytest.mark.parametrize("below", ["file/run", "file/deep/run"])
def test_unwritable_parent(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"run could not be written \(.+\)\. Choose another out"):
        fill(tmp_path / below)
    with pytest.raises(InputError, match=r"run could not be written \(.+\)\. Choose another out"):
        write_file(tmp_path / below, "content")


def test_file_is_written_whole(tmp_path: Path) -> None:
    write_file(tmp_path / "deep" / "text", "grün")
    write_file(tmp_path / "deep" / "bytes", b"\0\xff")
    write_file(tmp_path / "deep" / "bytes", b"again")
    assert (tmp_path / "deep" / "text").read_bytes() == "grün".encode()
    assert (tmp_path / "deep" / "bytes").read_bytes() == b"again"
    assert len(list((tmp_path / "deep").iterdir())) == 2


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="taken could not be written"):
        write_file(tmp_path / "taken", "content")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_json_round_trip(tmp_path: Path) -> None:
    value = {"name": "Läsion", "sizes": [1, 2.5], "none": None}
    write_file(tmp_path / "a.json", to_json(value))
    assert read_json(tmp_path / "a.json") == value
    assert to_json(value).endswith("}\n")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"{'a': 1}"])
def test_damaged_json(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.json could not be read as JSON \(.+\)\. Check"):
        read_json(tmp_path / "a.json")


def test_missing_json(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.json could not be read as JSON"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("value", [[], 1, "text", None])
def test_json_must_be_an_object(tmp_path: Path, value: object) -> None:
    (tmp_path / "a.json").write_text(json.dumps(value))
    with pytest.raises(InputError, match=r"a\.json holds \S+ and no JSON object"):
        read_json(tmp_path / "a.json")


def test_sha256_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    assert sha256(tmp_path / "file") == hashlib.sha256(b"content").hexdigest()
    with pytest.raises(InputError, match=r"none could not be read \(No such file"):
        sha256(tmp_path / "none")


def test_sha256_of_a_folder_names_contents_and_names(tmp_path: Path) -> None:
    changes: dict[str, dict[str, str]] = {
        "one": {"a": "1", "b/c": "2"},
        "same": {"b/c": "2", "a": "1"},
        "renamed": {"a": "1", "b/d": "2"},
        "changed": {"a": "1", "b/c": "3"},
        "swapped": {"a": "2", "b/c": "1"},
    }
    for name, files in changes.items():
        for file, content in files.items():
            write_file(tmp_path / name / file, content)
    one, same, *others = (sha256(tmp_path / name) for name in changes)
    assert one == same
    assert len({one, *others}) == 4


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(path: Path) -> None:
    write_file(path, "content")


WRITE = """
import sys
from pathlib import Path
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import write_file
content = sys.argv[2] * 3_000_000
for _ in range(20):
    try:
        write_file(Path(sys.argv[1]), content)
    except InputError as error:
        assert "Another run is writing" in str(error), error
"""


def test_two_runs_never_mix_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    command = [sys.executable, "-c", WRITE, str(path)]
    runs = [subprocess.Popen([*command, letter]) for letter in "ab"]
    while any(run.poll() is None for run in runs):
        if path.exists():
            assert path.read_bytes() in (b"a" * 3_000_000, b"b" * 3_000_000)
    assert [run.returncode for run in runs] == [0, 0]
    assert names(tmp_path) == ["file"]


def test_two_folders_at_once_are_refused(tmp_path: Path) -> None:
    with (
        new_folder(tmp_path / "run"),
        new_folder(tmp_path / "run-2"),
        pytest.raises(InputError, match=r"Another run is writing .*run\. Wait for it"),
    ):
        fill(tmp_path / "run")
    assert names(tmp_path) == ["run", "run-2"]


@pytest.mark.parametrize("make", [fill, write])
def test_what_a_kill_left_is_swept(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Of this name alone: a run of another name may live."""
    left = [".run-0123abcd.tmp", ".run-fedc9876.tmp", ".run.lock"]
    others = [".run-2-0123abcd.tmp", ".run-.tmp", ".run.tmp", ".running-0123abcd.tmp", "run-0.tmp"]
    (tmp_path / left[0] / "inner").mkdir(parents=True)
    for name in (*left[1:], *others):
        (tmp_path / name).write_text("half a fi")
    make(tmp_path / "run")
    assert names(tmp_path) == sorted(["run", *others])


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"run could not be written \(No space .*\)\. Free disk"),
        new_folder(tmp_path / "run"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"content")
    assert names(tmp_path) == []


def test_a_name_that_is_no_unicode_is_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"l\xe4sion")
    write_file(tmp_path / "a.json", to_json({"name": name}))
    assert b"l\\udce4sion" in (tmp_path / "a.json").read_bytes()
    assert read_json(tmp_path / "a.json") == {"name": name}
