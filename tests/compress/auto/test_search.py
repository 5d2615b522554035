"""A whole search on a tiny net: trained, exported, measured, killed and gone on with."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from skinseg_cli.compress.auto import _show  # pyright: ignore[reportPrivateUsage]
from skinseg_mobile.compress.auto.config import JOBS, AutoConfig, ReleaseBudget
from skinseg_mobile.compress.auto.result import FRONT, choose, write
from skinseg_mobile.compress.auto.search import ROWS, Search, search
from skinseg_mobile.compress.distil.teachers import Teachers
from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Record, load_checkpoint, save_checkpoint
from skinseg_mobile.train.nets.lean import LeanBlock, LeanLayout
from skinseg_mobile.train.nets.spec import NetSpec
from tests.train.nets.test_nets import with_random_statistics
from tests.train.tiny import COLUMNS

LAYOUT = LeanLayout(
    stem=16,
    blocks=(LeanBlock(16, 16), LeanBlock(32, 16, 3, 2), LeanBlock(48, 24, 3, 2)),
    levels=(1, 2),
    hidden=(16, 16),
)
CONFIG = AutoConfig(keeps=(1.0, 0.5), sizes=(64,), epochs=1, tuning_epochs=1)


def start(lesions: Path, folder: Path, config: AutoConfig = CONFIG) -> Search:
    torch.manual_seed(0)
    net = with_random_statistics(NetSpec("lean", 64, LAYOUT).build())
    path = folder / "parent"
    if not path.exists():
        save_checkpoint(Record("parent", Task.LESION, NetSpec("lean", 64, LAYOUT)), net, path)
    parent = load_checkpoint(path)
    teachers = Teachers(live=(parent,))
    return Search(parent, read_dataset(lesions), teachers, config, export, lambda _: None)


@pytest.mark.slow
def test_every_candidate_is_trained_exported_and_measured_from_its_file(
    lesions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "search"
    settings = start(lesions, tmp_path)
    rows = search(settings, out)
    files = sum(len(precisions) for precisions in JOBS.values())
    assert len(rows) == 2 * files
    for row in rows:
        found = [
            read_manifest(path)
            for path in (out / row.candidate / "artefacts").iterdir()
            if path.is_dir() and path.name.endswith(f"{row.target}-{row.precision}")
        ]
        assert [round(m.model_bytes / 1e6, 3) for m in found] == [row.megabytes]
        assert (row.milliseconds is None) is (row.target == "coreml")
    whole, half = (load_checkpoint(out / c.name / "student") for c in CONFIG.candidates)
    assert half.record.spec != whole.record.spec
    assert search(settings, out) == rows  # read back, nothing is trained again
    found = write(rows, settings, ReleaseBudget(budget_mb=1e-6), out)
    with pytest.raises(InputError, match="None of 4 tflite files meets the budget"):
        _show(found, out, json=True)
    printed = json.loads(capsys.readouterr().out)
    assert len(printed["rows"]) == len(rows)
    assert json.loads((out / FRONT).read_text())["chosen"] is None
    assert (out / "front-tflite-size.svg").exists()
    with pytest.raises(InputError, match="passes the gate"):
        choose(rows, ReleaseBudget(), 1.0)  # one epoch from random weights: no reference to trust
    candidate = out / CONFIG.candidates[0].name
    (candidate / ROWS).unlink()  # killed in the export of its last file
    last = candidate / "artefacts/quantized-coreml-int8"
    last.rename(last.with_name(f".{last.name}-0123abcd.tmp"))
    assert [replace(row, milliseconds=None) for row in search(settings, out)] == [
        replace(row, milliseconds=None) for row in rows
    ]
    (candidate / ROWS).unlink()
    other = start(lesions, tmp_path, replace(CONFIG, seed=1))
    with pytest.raises(InputError, match=r"A search in .* began with another"):
        search(other, out)


def test_only_lean_nets_are_searched(lesions: Path, tmp_path: Path) -> None:
    net = COLUMNS.spec.build()
    other = save_checkpoint(Record("h", Task.LESION, COLUMNS.spec), net, tmp_path / "h")
    settings = Search(
        other, read_dataset(lesions), Teachers(live=(other,)), CONFIG, export, lambda _: None
    )
    with pytest.raises(
        InputError, match="A search narrows lean nets, and h is of the family hypercolumn"
    ):
        search(settings, tmp_path / "out")
