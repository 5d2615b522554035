"""`skinseg-mobile vectors` writes what is committed, and takes other photographs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skinseg_cli.main import app

COMMITTED = Path(__file__).parents[1] / "vectors"


@pytest.mark.slow
def test_writes_the_committed_photographs(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["vectors", str(tmp_path / "out")])
    assert found.exit_code == 0, found.output
    ours, theirs = (
        json.loads((folder / "vectors.json").read_text())
        for folder in (tmp_path / "out", COMMITTED)
    )
    assert [v["photo"] for v in ours["vectors"] if v["exact"]] == [
        v["photo"] for v in theirs["vectors"] if v["exact"]
    ]
    assert ours["artefacts"] == theirs["artefacts"]


def test_takes_a_dataset(tmp_path: Path) -> None:
    run = CliRunner().invoke
    data = tmp_path / "data"
    run(app, ["data", "synth", str(data), "--count", "2"])
    found = run(app, ["vectors", str(tmp_path / "out"), "--data", str(data), "--json"])
    assert found.exit_code == 0, found.output
    assert [vector["id"] for vector in json.loads(found.stdout)] == [
        "synth_0000000",
        "synth_0000001",
    ]
