"""Two processes of `accelerate launch` end with one process's weights, at the same batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import RECORD, WEIGHTS, load_checkpoint
from skinseg_mobile.train.loop import LOG, train
from skinseg_mobile.train.trainer import part_of
from tests.train.tiny import PLAIN

ROOT = Path(__file__).parents[2]
LAUNCH = "-m accelerate.commands.launch --multi_gpu --num_machines 1 --mixed_precision no"
SCRIPT = """
import sys
from pathlib import Path
from accelerate import PartialState
from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.train.loop import train
from tests.train.tiny import PLAIN
data, run = map(Path, sys.argv[1:])
say = lambda line: print(PartialState().process_index, "of", PartialState().num_processes)
train(PLAIN, read_dataset(data), run, task="lesion", on_epoch=say)
"""


@pytest.mark.slow
def test_two_processes_train_as_one(lesions: Path, tmp_path: Path) -> None:
    """Without batch norm: its statistics would be each process's own, over half a batch."""
    (tmp_path / "script.py").write_text(SCRIPT)
    arguments = ["--num_processes", "2", tmp_path / "script.py", lesions, tmp_path / "two"]
    found = subprocess.run(
        [sys.executable, *LAUNCH.split(), "--dynamo_backend", "no", *map(str, arguments)],
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == ["0 of 2"] * PLAIN.epochs  # the main one alone speaks
    one = train(PLAIN, read_dataset(lesions), tmp_path / "one", task=Task.LESION)
    two = load_checkpoint(tmp_path / "two")
    for name, value in one.weights.items():
        torch.testing.assert_close(two.weights[name], value, atol=1e-6, rtol=1e-5)
    losses = [
        [json.loads(line)["loss"] for line in (tmp_path / run / LOG).read_text().splitlines()]
        for run in ("one", "two")
    ]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
    names = sorted(path.name for path in (tmp_path / "two").iterdir())
    assert names == sorted([RECORD, WEIGHTS, LOG])


def test_a_batch_must_divide_by_the_processes() -> None:
    parts = [part_of(6, process, 3) for process in range(3)]
    assert [list(range(6))[part] for part in parts] == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(InputError, match="A batch of 5 has no equal parts for 2 processes"):
        part_of(5, 0, 2)
