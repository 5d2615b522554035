"""The loop: what it sees, what it keeps, and that a killed run loses nothing."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.config import Keep
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.loop import LOG, train
from skinseg_mobile.train.presets import preset
from skinseg_mobile.train.references.score import mean_jaccard
from skinseg_mobile.train.resume import STATE
from skinseg_mobile.train.trainer import EpochLog
from tests.train.tiny import TINY


class Killed(Exception):
    pass


def test_a_run_learns_and_says_what_it_saw(lesions: Path, tmp_path: Path) -> None:
    lines: list[EpochLog] = []
    found = train(
        TINY, read_dataset(lesions), tmp_path / "run", task=Task.LESION, on_epoch=lines.append
    )
    assert lines[-1].loss < lines[0].loss
    with (lesions / "split.csv").open() as file:
        rows = {row["id"]: row["split"] for row in csv.DictReader(file)}
    seen = found.record.data
    assert {rows[id_] for id_ in seen["train"]} == {"train"}
    assert {rows[id_] for id_ in seen["dev"]} == {"dev"}
    logged = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert [line["epoch"] for line in logged] == [1, 2, 3]
    assert not (tmp_path / "run" / STATE).exists()
    assert found.record.config["epochs"] == TINY.epochs


def test_valid_and_test_files_are_never_opened(lesions: Path, tmp_path: Path) -> None:
    """Training must survive unreadable valid photographs: it has no reason to read them."""
    import shutil

    data = shutil.copytree(lesions, tmp_path / "data")
    dataset = read_dataset(data)
    for sample in dataset.of(Split.VALID):
        sample.image.chmod(0)  # hashing opens files too, so the hash is taken before
    digest = dataset.digest
    decoded = decode_split(dataset.of(Split.TRAIN), 64, "train")
    assert not set(decoded.ids) & {s.id for s in dataset.of(Split.VALID)}
    assert digest() == read_dataset(lesions).digest()


@pytest.mark.parametrize("after", [1, 2])
def test_a_stopped_run_ends_with_the_same_weights(
    lesions: Path, tmp_path: Path, after: int
) -> None:
    data = read_dataset(lesions)
    whole = train(TINY, data, tmp_path / "whole", task=Task.LESION)

    def stop(line: EpochLog) -> None:
        if line.epoch == after:
            raise Killed

    with pytest.raises(Killed):
        train(TINY, data, tmp_path / "halves", task=Task.LESION, on_epoch=stop)
    resumed = train(TINY, data, tmp_path / "halves", task=Task.LESION)
    assert resumed.weights.keys() == whole.weights.keys()
    for name, value in whole.weights.items():
        assert torch.equal(value, resumed.weights[name]), name
    assert losses(tmp_path / "halves") == losses(tmp_path / "whole")  # the best epoch may be early
    assert len(losses(tmp_path / "whole")) == TINY.epochs


def test_the_last_epoch_is_kept_where_asked(lesions: Path, tmp_path: Path) -> None:
    data = read_dataset(lesions)
    spoilt = replace(TINY, ema_decay=0, learning_rate=0.01, warmup_epochs=0)
    best = train(spoilt, data, tmp_path / "best", task=Task.LESION)
    last = train(replace(spoilt, keep=Keep.LAST), data, tmp_path / "last", task=Task.LESION)
    log = [json.loads(line) for line in (tmp_path / "last" / LOG).read_text().splitlines()]
    assert best.record.metrics["best_epoch"] < last.record.metrics["best_epoch"] == len(log)
    dev = decode_split(data.of(Split.DEV), 64, "dev")
    assert mean_jaccard(last.build(), dev) == pytest.approx(log[-1]["dev_jaccard"], abs=1e-4)
    assert any(not torch.equal(last.weights[name], best.weights[name]) for name in best.weights)


def losses(run: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (run / LOG).read_text().splitlines()]


def test_an_unfinished_run_refuses_another_config(lesions: Path, tmp_path: Path) -> None:
    data = read_dataset(lesions)

    def stop(_: EpochLog) -> None:
        raise Killed

    with pytest.raises(Killed):
        train(TINY, data, tmp_path / "run", task=Task.LESION, on_epoch=stop)
    with pytest.raises(InputError, match="began with another config"):
        train(replace(TINY, seed=7), data, tmp_path / "run", task=Task.LESION)


def test_a_finished_run_is_never_overwritten(lesions: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="run already exists"):
        train(TINY, read_dataset(lesions), tmp_path / "run", task=Task.LESION)
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["notes.txt"]


def test_no_better_dev_score_stops_the_run(lesions: Path, tmp_path: Path) -> None:
    config = replace(TINY, epochs=30, patience=1, learning_rate=1e-12, ema_decay=0.999)
    found = train(config, read_dataset(lesions), tmp_path / "run", task=Task.LESION)
    assert found.record.metrics["epoch"] < 30


def test_unknown_presets_and_bad_numbers_are_sentences() -> None:
    with pytest.raises(InputError, match="lean"):
        preset("leen")
    with pytest.raises(InputError, match="epochs is 0"):
        replace(TINY, epochs=0)


def test_a_second_run_into_one_folder_is_refused_and_harms_nothing(
    lesions: Path, tmp_path: Path
) -> None:
    refused: list[str] = []

    def meet(_: object) -> None:
        found = subprocess.run(
            [sys.executable, "-m", "skinseg_cli", "train", "--data", lesions, "--out", out],
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 2, found.stderr
        refused.append(found.stderr)

    out = tmp_path / "run"
    config = replace(TINY, epochs=1)
    found = train(config, read_dataset(lesions), out, task=Task.LESION, on_epoch=meet)
    assert "Another run is writing" in " ".join(refused[0].split())
    undisturbed = train(config, read_dataset(lesions), tmp_path / "b" / "run", task=Task.LESION)
    assert found.record.weights_sha256 == undisturbed.record.weights_sha256
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
