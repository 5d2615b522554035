"""A run under kill -9, on a full disk, without memory, on other data: nothing is lost or mixed."""

import json
import multiprocessing
import random
import resource
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.checkpoint import RECORD, WEIGHTS, Checkpoint, load_checkpoint
from skinseg_mobile.train.loop import LOG, train
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.resume import STATE, load_state
from skinseg_mobile.train.trainer import EpochLog
from tests.train.tiny import COLUMNS, TINY

KILLED = replace(COLUMNS, epochs=4)
KILLS = 4


class Killed(Exception):
    pass


def run_killed(data: Path, run: Path) -> None:
    torch.set_num_threads(1)
    train(KILLED, read_dataset(data), run, task=Task.LESION)


class Runs:
    """Starts runs as processes of their own, forked from one that has imported torch already."""

    def __init__(self, data: Path) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["skinseg_mobile.train.loop", "tests.train.tiny"])
        self.data = data

    def start(self, run: Path) -> BaseProcess:
        process = self.context.Process(target=run_killed, args=(self.data, run))
        process.start()
        return process

    def finish(self, run: Path) -> float:
        """Run to the end and return the seconds."""
        started = time.monotonic()
        process = self.start(run)
        process.join()
        assert process.exitcode == 0
        return time.monotonic() - started


def outcome(run: Path) -> tuple[dict[str, torch.Tensor], list[dict[str, Any]]]:
    """Weights and log; how long an epoch took is the machine's affair."""
    assert sorted(path.name for path in run.iterdir()) == sorted([RECORD, WEIGHTS, LOG])
    lines = [json.loads(line) for line in (run / LOG).read_text().splitlines()]
    return load_checkpoint(run).weights, [{**line, "seconds": 0} for line in lines]


def require_whole(run: Path) -> None:
    """What a kill leaves under its final name can be read: a state, a log, a checkpoint."""
    if (run / STATE).exists():
        load_state(run)
    if (run / RECORD).exists():
        load_checkpoint(run)


def wait_for_writing(run: Path, times: int) -> None:
    """Return while a temporary file is seen for the `times`-th time."""
    seen, before = 0, False
    while seen < times:
        try:
            now = any(path.suffix == ".tmp" for path in run.iterdir())
        except FileNotFoundError:
            now = False
        seen += now and not before
        before = now
        if (run / RECORD).exists():
            return


@pytest.mark.slow
def test_kills_change_no_weight(lesions: Path, tmp_path: Path) -> None:
    runs = Runs(lesions)
    runs.finish(tmp_path / "warm-up")
    seconds = runs.finish(tmp_path / "whole")
    weights, log = outcome(tmp_path / "whole")
    moments = random.Random(0)
    killed = 0
    for number in range(3 * KILLS):
        run = tmp_path / f"killed-{number}"
        process = runs.start(run)
        if number % 2:
            time.sleep(moments.uniform(0, seconds))
        else:
            wait_for_writing(run, times=1 + number % 4)
        process.kill()
        process.join()
        killed += process.exitcode != 0  # else it had ended: no kill
        require_whole(run)
        if not (run / RECORD).exists() or (run / STATE).exists():
            runs.finish(run)
        found, lines = outcome(run)
        assert lines == log, number
        assert found.keys() == weights.keys()
        assert all(torch.equal(found[name], weights[name]) for name in weights), number
        if killed == KILLS:
            return
    pytest.fail(f"only {killed} of {KILLS} runs were still going when they were killed")


@contextmanager
def limited(kind: int, size: int) -> Generator[None]:
    """Lower a limit of this process: the kernel itself then refuses what is beyond."""
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


@pytest.mark.slow
def test_a_full_disk_keeps_the_last_state(lesions: Path, tmp_path: Path) -> None:
    data, run = read_dataset(lesions), tmp_path / "run"
    config = replace(TINY, epochs=6)
    whole = train(config, data, tmp_path / "whole", task=Task.LESION)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept: list[str] = []

    def fill(line: EpochLog) -> None:
        if line.epoch == 1:
            kept.append(sha256(run / STATE))
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))

    with (
        limited(resource.RLIMIT_FSIZE, resource.RLIM_INFINITY),
        pytest.raises(InputError, match=r"could not be written \(.*File too large.*\)\. Free"),
    ):
        train(config, data, run, task=Task.LESION, on_epoch=fill)
    assert [sha256(run / STATE)] == kept
    assert sorted(path.name for path in run.iterdir()) == sorted([STATE, LOG])
    require_same(train(config, data, run, task=Task.LESION), whole)


def require_same(found: Checkpoint, expected: Checkpoint) -> None:
    assert found.weights.keys() == expected.weights.keys()
    for name, value in expected.weights.items():
        assert torch.equal(found.weights[name], value), name


@pytest.mark.slow
@pytest.mark.parametrize("wide", ["net", "batch"])
def test_too_little_memory_says_what_to_lower(lesions: Path, tmp_path: Path, wide: str) -> None:
    """A gigabyte more than the process has now must not do for 65536×65536 weights."""
    layout = HypercolumnLayout((4, 6, 8, 8, 8), 65_536, (65_536, 12))
    config = replace(COLUMNS, spec=replace(COLUMNS.spec, layout=layout))
    if wide == "batch":
        size = replace(COLUMNS.spec, input_size=1024)
        config = replace(COLUMNS, spec=size, batch=16, pixels=None)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    with (
        limited(resource.RLIMIT_AS, pages * resource.getpagesize() + 2**30),
        pytest.raises(InputError) as caught,
    ):
        train(config, read_dataset(lesions), tmp_path / "run", task=Task.LESION)
    sentence = str(caught.value)
    assert sentence.startswith("A training step of columns does not fit into memory")
    assert f"Lower --batch (now {config.batch})" in sentence
    assert ("--pixels (now 60 an image)" in sentence) == (wide == "net")


def test_data_that_changed_is_refused(lesions: Path, tmp_path: Path) -> None:
    data = shutil.copytree(lesions, tmp_path / "data")

    def stop(_: EpochLog) -> None:
        raise Killed

    with pytest.raises(Killed):
        train(TINY, read_dataset(data), tmp_path / "run", task=Task.LESION, on_epoch=stop)
    changed = read_dataset(data).of(Split.TRAIN)[0].image
    changed.write_bytes(changed.read_bytes() + b"\0")
    state = sha256(tmp_path / "run" / STATE)
    with pytest.raises(InputError, match="began with another data "):
        train(TINY, read_dataset(data), tmp_path / "run", task=Task.LESION)
    assert sha256(tmp_path / "run" / STATE) == state


def test_a_kill_before_the_first_state_leaves_a_folder_to_start_in(
    lesions: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / f".{STATE}.tmp").write_bytes(b"half a sta")
    train(replace(TINY, epochs=1), read_dataset(lesions), run, task=Task.LESION)
    outcome(run)


def test_a_kill_between_checkpoint_and_its_last_step(lesions: Path, tmp_path: Path) -> None:
    """The checkpoint is there, the state too: the same command finishes what is left."""
    run, data = tmp_path / "run", read_dataset(lesions)
    states: list[bytes] = []
    config = replace(TINY, epochs=1)
    whole = train(
        config,
        data,
        run,
        task=Task.LESION,
        on_epoch=lambda _: states.append((run / STATE).read_bytes()),
    )
    (run / STATE).write_bytes(states[-1])
    require_same(train(config, data, run, task=Task.LESION), whole)
    outcome(run)
