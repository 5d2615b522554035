"""Where an artefact comes from: hashes that a team can compute again, and the right commit."""

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from skinseg_mobile.export.provenance import (
    ROOT,
    UNKNOWN,
    hash_of_ids,
    provenance_of,
    toolkit_commit,
)
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.train.checkpoint import Checkpoint


def test_ids_hash_as_sort_and_sha256sum_do(tmp_path: Path) -> None:
    ids = ["b", "a", "é", "B", "a10", "a9"]
    (tmp_path / "ids.txt").write_text("".join(f"{id_}\n" for id_ in ids))
    found = subprocess.run(
        "LC_ALL=C sort ids.txt | sha256sum",
        shell=True, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert hash_of_ids(ids) == hash_of_ids(ids[::-1]) == found.stdout.split()[0]
    assert hash_of_ids([*ids, "c"]) != hash_of_ids(ids)


@pytest.mark.parametrize("value", [None, 7, "abc", {"a": 1}])
def test_no_list_of_ids(value: object) -> None:
    assert hash_of_ids(value) == UNKNOWN


def test_what_the_packaged_artefact_says(student: Checkpoint) -> None:
    manifest = read_manifest(find_artefact(DEFAULT_NET))
    wanted = provenance_of(student, calibrated=True)
    assert manifest.provenance is not None
    assert replace(manifest.provenance, commit=wanted.commit) == wanted
    assert wanted.weights_sha256 == student.record.weights_sha256
    lines = "".join(f"{id_}\n" for id_ in sorted(student.record.data["train"]))
    assert wanted.train_ids_sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert provenance_of(student, calibrated=False).calibration_ids_sha256 is None


def test_a_checkpoint_that_says_nothing(student: Checkpoint) -> None:
    bare = replace(student, record=replace(student.record, data={"train": 7}), quantization=None)
    found = provenance_of(bare, calibrated=True)
    assert (found.data, found.train_ids_sha256, found.calibration_ids_sha256) == (
        UNKNOWN,
        UNKNOWN,
        None,
    )


def test_the_commit_is_the_toolkits_own(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@x", *arguments]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return found.stdout.strip()

    assert toolkit_commit(tmp_path) == UNKNOWN
    git("init")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-m", "a")
    git("tag", "v1")
    assert toolkit_commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "a").write_text("2")
    assert toolkit_commit(tmp_path) == f"{git('rev-parse', 'HEAD')}-dirty"
    (tmp_path / "site-packages").mkdir()
    assert toolkit_commit(tmp_path / "site-packages") == UNKNOWN
    assert ROOT.joinpath("skinseg_cli").exists()
