"""Runs that go on: their identity, what a kill left, and two that meet in one folder."""

import os
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.alone import alone
from skinseg_mobile.runtime_py.storage.atomic import read_json
from skinseg_mobile.runtime_py.storage.resumable import begin, require_same, sweep

HOLD = """
import sys
from pathlib import Path
from skinseg_mobile.runtime_py.storage.alone import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


class Colour(StrEnum):
    RED = "red"


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that has the folder until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_folder_is_for_one_process_at_a_time(tmp_path: Path) -> None:
    process = holder(tmp_path / "run")
    said = r"Another run is writing .*run"
    with pytest.raises(InputError, match=said), alone(tmp_path / "run"):
        pytest.fail("entered")
    with alone(tmp_path / "other"):
        pass
    process.communicate("")
    with alone(tmp_path / "run"):
        assert [path.name for path in tmp_path.iterdir()] == [".run.lock"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="kills with a POSIX signal")
def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    process = holder(tmp_path / "run")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with alone(tmp_path / "run"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_lets_go_when_its_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), alone(tmp_path / "a" / "run"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="could not be written"), alone(tmp_path / "file" / "run"):
        pytest.fail("entered")


def test_an_identity_is_compared_as_json(tmp_path: Path) -> None:
    record = tmp_path / "run" / "begun.json"
    begin("a run", record, {"sizes": (1, 2), "colour": Colour.RED})
    begin("a run", record, {"sizes": [1, 2], "colour": "red"})
    with pytest.raises(InputError, match=r"A run in .*run began with another sizes \(\[1, 2\]"):
        begin("a run", record, {"sizes": (1, 3), "colour": Colour.RED})
    assert read_json(record) == {"sizes": [1, 2], "colour": "red"}


def test_what_is_not_known_yet_may_come_later_and_stays(tmp_path: Path) -> None:
    record = tmp_path / "begun.json"
    begin("a run", record, {"data": None, "seed": 0})
    begin("a run", record, {"data": "abc", "seed": 0})
    begin("a run", record, {"data": None, "seed": 0})
    with pytest.raises(InputError, match="began with another data "):
        begin("a run", record, {"data": "other", "seed": 0})


def test_another_runs_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text("")
    with pytest.raises(InputError, match="needs a folder of its own"):
        begin("a run", tmp_path / "begun.json", {})
    with pytest.raises(InputError, match=r"theirs\.txt already exists"):
        begin("a run", tmp_path / "theirs.txt" / "begun.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.txt"]


def test_a_value_that_only_one_side_has_differs(tmp_path: Path) -> None:
    require_same("a run", tmp_path, {"a": 1}, {"a": 1})
    with pytest.raises(InputError, match="began with another b "):
        require_same("a run", tmp_path, {"a": 1}, {"a": 1, "b": 2})


def test_the_value_that_differs_is_named_within_its_group(tmp_path: Path) -> None:
    begun = {"data": "a", "config": {"seed": 0, "calibration": {"count": 64}}}
    now = {"data": "a", "config": {"seed": 0, "calibration": {"count": 32}}}
    words = r"began with another config\.calibration\.count \(64, now 32\), so it cannot go on"
    with pytest.raises(InputError, match=words):
        require_same("a run", tmp_path, begun, now)


def test_only_half_written_files_are_swept(tmp_path: Path) -> None:
    for name in (".state.tmp", ".hidden", "state.tmp"):
        (tmp_path / name).write_text("")
    (tmp_path / ".folder.tmp").mkdir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "state.tmp"]
