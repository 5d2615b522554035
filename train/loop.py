"""The one training loop: a config and a dataset become a checkpoint.

Every random draw is a function of (seed, epoch, row), so a killed run that is resumed ends with
the weights of one that was not. `train` ids reach the optimiser, `dev` ids the stop rule; `valid`
and `test` are never opened. The averaged weights (EMA) are judged and kept.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.dataset import Dataset, Sample, Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.folders import require_absent, write_file
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.train.checkpoint import (
    RECORD,
    Checkpoint,
    Record,
    load_checkpoint,
    write_checkpoint,
)
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.photographs import Photographs, read_photographs
from skinseg_mobile.train.nets.imagenet import SOURCE
from skinseg_mobile.train.resume import STATE, load_state, save_state
from skinseg_mobile.train.trainer import EpochLog, Trainer

LOG = "log.jsonl"

Identity = dict[str, Any]
OnEpoch = Callable[[EpochLog], None]


def train(
    config: TrainConfig, data: Dataset, run: Path, *, task: Task, on_epoch: OnEpoch | None = None
) -> Checkpoint:
    """Train into the folder `run`, or go on where an unfinished run of the same config stopped.

    Raises:
        InputError: no train or dev samples, `run` is finished, or it was started differently.
    """
    identity = _identity(config, data, task)
    _require_startable(run, identity)
    size = config.spec.input_size
    shown = read_photographs(samples_for_training(data, Split.TRAIN), size, "reading train")
    judged = read_photographs(samples_for_training(data, Split.DEV), size, "reading dev")
    trainer = Trainer(config, shown)
    _open_run(run, trainer, identity)
    _run_epochs(trainer, judged, run, identity, on_epoch)
    record = Record(
        name=run.resolve().name,
        task=task,
        spec=config.spec,
        config=identity["config"],
        data={"name": data.root.name, "sha256": identity["data"], **_ids_seen(shown, judged)},
        metrics=trainer.progress,
        initial_weights=SOURCE if config.imagenet else "random",
    )
    write_checkpoint(record, trainer.best, run)
    (run / STATE).unlink()
    return load_checkpoint(run)


def _run_epochs(
    trainer: Trainer, judged: Photographs, run: Path, identity: Identity, on_epoch: OnEpoch | None
) -> None:
    total = trainer.config.epochs * trainer.steps
    with bar() as progress:
        task = progress.add_task(
            f"training {run.name}", total=total, completed=trainer.step, note=""
        )
        while trainer.epoch < trainer.config.epochs and not trainer.stalled:
            line = trainer.run_epoch(judged, lambda: progress.advance(task))
            progress.update(task, note=f"best dev Jaccard {trainer.best_jaccard:.4f}")
            with (run / LOG).open("a") as log:
                log.write(json.dumps(asdict(line)) + "\n")
            save_state(trainer.state(identity), run)
            if on_epoch:
                on_epoch(line)


def _identity(config: TrainConfig, data: Dataset, task: Task) -> Identity:
    """Return what must be the same for a run to go on."""
    return {"config": json.loads(json.dumps(asdict(config))), "data": data.digest(), "task": task}


def _open_run(run: Path, trainer: Trainer, identity: Identity) -> None:
    """Go on from the run's state, or begin one: a kill in the first epoch loses nothing either."""
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"an output folder must be writable, {run} is not ({error.strerror}); choose another"
        ) from error
    if (run / STATE).exists():
        trainer.restore(load_state(run))
    else:
        save_state(trainer.state(identity), run)
    _keep_lines(run / LOG, trainer.epoch)


def _ids_seen(shown: Photographs, judged: Photographs) -> dict[str, list[str]]:
    return {"train": list(shown.ids), "dev": list(judged.ids)}


def samples_for_training(data: Dataset, split: Split) -> tuple[Sample, ...]:
    """Return a split's samples.

    Raises:
        InputError: it has none.
    """
    samples = data.of(split)
    if not samples:
        raise InputError(
            f"training needs {split} samples, {data.root} has none; see `skinseg-mobile data check`"
        )
    return samples


def _require_startable(run: Path, identity: Identity) -> None:
    if not (run / STATE).exists() and not _is_empty(run):
        require_absent(run)
    if (run / RECORD).exists():
        require_absent(run)
    if (run / STATE).exists():
        saved = load_state(run).numbers
        changed = [name for name in ("config", "data", "task") if saved.get(name) != identity[name]]
        if changed:
            raise InputError(
                f"an unfinished run goes on as it began, the {changed[0]} of {run} differs;"
                " choose another --out"
            )


def _is_empty(run: Path) -> bool:
    return run.is_dir() and not any(run.iterdir())


def _keep_lines(path: Path, count: int) -> None:
    """Drop log lines of epochs that a kill lost."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    write_file(path, "".join(lines[:count]))
