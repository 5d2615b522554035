"""The one training loop: a config and a dataset become a checkpoint.

Every random draw is a function of (seed, epoch, row), so a killed run that is resumed ends with
the weights of one that was not. `train` ids reach the optimiser, `dev` ids the stop rule; `valid`
and `test` are never opened. The averaged weights (EMA) are scored and kept. Under `accelerate
launch` every process trains, the main one alone scores, writes and speaks.
"""

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.data.dataset import Dataset, Split
from skinseg_mobile.runtime_py.data.samples import Sample, require_ground_truth
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.runtime_py.storage.alone import alone, writing
from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file
from skinseg_mobile.runtime_py.storage.resumable import (
    is_leftover,
    plain_json,
    require_same,
    sweep,
)
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.checkpoint import (
    Checkpoint,
    Record,
    load_checkpoint,
    write_checkpoint,
)
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.initial_weights import First, init_digest
from skinseg_mobile.train.objective import LABELS, Teaching
from skinseg_mobile.train.resume import STATE, State, load_state, save_state
from skinseg_mobile.train.trainer import EpochLog, Trainer, is_main_process

LOG = "log.jsonl"

Identity = dict[str, Any]
OnEpoch = Callable[[EpochLog], None]


def train(
    config: TrainConfig,
    data: Dataset,
    run: Path,
    *,
    task: Task,
    init: First = None,
    teaching: Teaching = LABELS,
    on_epoch: OnEpoch | None = None,
) -> Checkpoint:
    """Train into the folder `run`, or go on where an unfinished run of the same config stopped.

    `init` names first weights (`train.initial_weights`), `teaching` what is learnt beside labels.

    Raises:
        InputError: no train or dev samples, `run` is finished, it was started differently, another
            process is writing it, a loss is not finite, or memory or disk are too small.
    """
    with alone(run) if is_main_process() else nullcontext():
        return _train(config, data, run, task, init, teaching, on_epoch)


def _train(
    config: TrainConfig,
    data: Dataset,
    run: Path,
    task: Task,
    init: First,
    teaching: Teaching,
    on_epoch: OnEpoch | None,
) -> Checkpoint:
    identity = _identity(config, data, task, init, teaching)
    _require_startable(run, identity)
    size = config.spec.input_size
    shown = teaching.shown(
        decode_split(samples_for_training(data, Split.TRAIN), size, "reading train")
    )
    dev = decode_split(samples_for_training(data, Split.DEV), size, "reading dev")
    with _possible(config):
        trainer = Trainer(config, shown, init, teaching)
        _open_run(run, trainer, identity)
        _run_epochs(trainer, dev, run, identity, on_epoch)
    if trainer.accelerator.is_main_process:
        record = Record(
            name=run.resolve().name,
            task=task,
            spec=config.spec,
            config=identity["config"],
            data={"name": data.root.name, "sha256": identity["data"], **_ids_seen(shown, dev)},
            metrics=trainer.progress,
            **trainer.origin.recorded,
        )
        write_checkpoint(record, teaching.kept(trainer.best), run)
        (run / STATE).unlink()
    trainer.accelerator.wait_for_everyone()
    return load_checkpoint(run)


def _run_epochs(
    trainer: Trainer, dev: DecodedSplit, run: Path, identity: Identity, on_epoch: OnEpoch | None
) -> None:
    total = trainer.config.epochs * trainer.steps
    saving = _Saving(run)
    with bar(shown=trainer.accelerator.is_main_process) as progress:
        task = progress.add_task(
            f"training {run.name}", total=total, completed=trainer.step, note=""
        )
        while trainer.epoch < trainer.config.epochs and not trainer.stalled:
            line = trainer.run_epoch(dev, lambda: progress.advance(task))
            progress.update(task, note=f"best dev Jaccard {trainer.best_jaccard:.4f}")
            if not trainer.accelerator.is_main_process:
                continue
            with (run / LOG).open("a") as log:
                log.write(json.dumps(asdict(line)) + "\n")
            saving.save(trainer, identity)
            if on_epoch:
                on_epoch(line)


class _Saving:
    """Saves the state after an epoch, but never spends over a tenth of the time on it.

    A teacher's state has 1.3 GB and its epoch takes seconds; an epoch that a kill loses is run
    again, with the same result.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.due = 0.0

    def save(self, trainer: Trainer, identity: Identity) -> None:
        started = time.monotonic()
        if started < self.due:
            return
        save_state(trainer.state(identity), self.run)
        self.due = started + 10 * (time.monotonic() - started)


def _identity(
    config: TrainConfig, data: Dataset, task: Task, init: First, teaching: Teaching
) -> Identity:
    """Return what must be the same for a run to go on."""
    return {
        "config": plain_json({**asdict(config), **teaching.recorded}),
        "data": data.digest(),
        "task": task,
        "init": init_digest(init),
    }


def _open_run(run: Path, trainer: Trainer, identity: Identity) -> None:
    """Go on from the run's state, or begin one: a kill in the first epoch loses nothing either."""
    if (state := _state(run)) and state.numbers["epoch"]:
        trainer.restore(state)
    trainer.accelerator.wait_for_everyone()  # all have looked before one writes
    if not trainer.accelerator.is_main_process:
        return
    with writing(run):
        run.mkdir(parents=True, exist_ok=True)
    sweep(run)
    if not trainer.epoch:
        save_state(trainer.state(identity), run)
    _keep_lines(run / LOG, trainer.epoch)


def _ids_seen(shown: DecodedSplit, dev: DecodedSplit) -> dict[str, list[str]]:
    return {"train": list(shown.ids), "dev": list(dev.ids)}


def samples_for_training(data: Dataset, split: Split) -> tuple[Sample, ...]:
    """Return a split's samples.

    Raises:
        InputError: it has none, one has no mask, or the masks say nothing.
    """
    samples = data.of(split)
    if not samples:
        raise InputError(
            f"{data.root} has no {split} images, and training needs them: dev is a tenth of train,"
            " rounded down, unless split.csv has dev rows. Write split.csv: a line id,split and one"
            f" line for each image, of which one or more must end in ,{split}."
        )
    require_ground_truth(samples)
    return samples


def _require_startable(run: Path, identity: Identity) -> None:
    """Refuse a finished run, another's folder, and an unfinished run that began differently.

    Before its first epoch has ended a run has learnt nothing, and may begin again with the options
    that a refusal asks for (a smaller batch, a lower learning rate).
    """
    if not (state := _state(run)):
        if not (run.is_dir() and all(map(is_leftover, run.iterdir()))):
            require_absent(run)
    elif state.numbers["epoch"]:
        begun = {name: state.numbers.get(name) for name in identity}
        require_same("an unfinished run", run, begun, identity)


def _state(run: Path) -> State | None:
    return load_state(run) if (run / STATE).exists() else None


def _keep_lines(path: Path, count: int) -> None:
    """Drop log lines of epochs that a kill lost."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    write_file(path, "".join(lines[:count]))


@contextmanager
def _possible(config: TrainConfig) -> Generator[None]:
    """Run a block for which memory may be too small, or a batch.

    Raises:
        InputError: it was.
    """
    accelerate = vendor("accelerate.utils.memory", "train")
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):  # torch's batch norm
            raise
        height, width = config.spec.size
        raise InputError(
            f"One image of {height}×{width} a step leaves batch norm one value to take a mean of."
            f" Raise --batch (now {config.batch}) or the number of train images."
        ) from error
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, MemoryError) or accelerate.should_reduce_batch_size(error):
            raise InputError(_memory_sentence(config)) from error
        raise


def _memory_sentence(config: TrainConfig) -> str:
    height, width = config.spec.size
    pixels = f", --pixels (now {config.pixels} an {config.pixels_per})" if config.pixels else ""
    return (
        f"A training step of {config.preset} does not fit into memory. Lower --batch (now"
        f" {config.batch}){pixels} or take a net with a smaller input (now {height}×{width})."
    )
