"""Runs the rows of a paper's table, one folder a row, and goes on where it was stopped.

    OUT/plan.json                  what must not change between calls
    OUT/unet-clinical-pretraining  a run shared by direct transfer and fine-tuning
    OUT/<row>/                     the row's own run: a checkpoint once it is trained
    OUT/<row>/result.json          its figures: the row is finished and is read back from now on
    OUT/table.md .json .html       rewritten after every row

A row is measured, failed or not run; a row that was not run has no figure of ours, whatever the
paper printed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

import torch

from skinseg_mobile.runtime_py.data.dataset import read_dataset
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.metrics.overlap import Scores
from skinseg_mobile.runtime_py.predict.evaluate import evaluate
from skinseg_mobile.runtime_py.storage.alone import alone
from skinseg_mobile.runtime_py.storage.atomic import read_json, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train import loop
from skinseg_mobile.train.checkpoint import Checkpoint, Record, is_checkpoint, load_checkpoint
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.nets.narrow import narrowed
from skinseg_mobile.train.presets import FINE_TUNING, preset
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.reproduce.papers import PaperRow, Start
from skinseg_mobile.train.reproduce.plan import NEEDS_PRETRAINING, Plan, begin, joined, measured_on

RESULT = "result.json"
Say = Callable[[str], None]


class Status(StrEnum):
    """How a row ended."""

    MEASURED = "measured"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class MeasuredRow:
    """A finished row: its scores, and what they were measured on and with."""

    task: str
    set: str
    split: str
    trained_on: tuple[str, ...]
    """Task, set and number of train photographs, in the order of learning."""
    scores: Scores
    parameters: int
    epochs: int
    """Passes over train in the last training, after early stop or cut."""
    best_epoch: int
    seconds: float
    """Of all its training."""
    initial_weights: str
    checkpoint_sha256: str
    device: str


@dataclass(frozen=True)
class Outcome:
    """How a row stands now."""

    status: Status
    measured: MeasuredRow | None = None
    reason: str = ""
    command: str = ""


OnRow = Callable[[dict[str, Outcome]], None]
"""Told how all rows stand, each time that one has ended."""


def reproduce(plan: Plan, on_row: OnRow, say: Say) -> dict[str, Outcome]:
    """Run the plan's rows and return how every row of the paper stands, by name.

    Raises:
        InputError: the folder was begun differently, another process is writing it, or a set is
            unsound.
    """
    if plan.data is not None:
        measured_on(read_dataset(plan.data))
    with alone(plan.out):
        return _rows_run(plan, on_row, say)


def _rows_run(plan: Plan, on_row: OnRow, say: Say) -> dict[str, Outcome]:
    begin(plan)
    outcomes = {row.name: _standing(row, plan) for row in plan.paper.rows}
    on_row(outcomes)
    for row in plan.rows:
        if outcomes[row.name].status is Status.MEASURED:
            say(f"{row.name}: read back")
            continue
        outcomes[row.name] = _run(row, plan, say)
        on_row(outcomes)
    return outcomes


def _standing(row: PaperRow, plan: Plan) -> Outcome:
    """Return a finished row's figures; of another row that it was not run."""
    path = plan.out / row.name / RESULT
    if not path.exists():
        reason = "not finished yet" if row in plan.rows else "not asked for"
        return Outcome(Status.NOT_RUN, reason=reason, command=plan.command(row))
    try:
        return Outcome(Status.MEASURED, rebuild(MeasuredRow, read_json(path)))
    except ValueError as error:
        raise InputError(
            f"{path} was changed after it was written ({error}). Remove it to run the row again."
        ) from error


def _run(row: PaperRow, plan: Plan, say: Say) -> Outcome:
    missing = plan.missing(row)
    if missing:
        reason, options = missing
        say(f"{row.name}: not run, {reason}")
        return Outcome(Status.NOT_RUN, reason=reason, command=plan.command(row, *options))
    say(f"{row.name}: {row.start}")
    try:
        found = _measure(_trained(row, plan, say), plan)
    except NotRunError as error:
        return Outcome(Status.NOT_RUN, reason=str(error), command=plan.command(row))
    except SkinsegError as error:
        say(f"{row.name}: failed, {error}")
        return Outcome(Status.FAILED, reason=str(error), command=plan.command(row))
    write_file(plan.out / row.name / RESULT, to_json(asdict(found)))
    say(f"{row.name}: Jaccard {found.scores.jaccard_mean:.4f}")
    return Outcome(Status.MEASURED, found)


def _trained(row: PaperRow, plan: Plan, say: Say) -> tuple[Path, ...]:
    """Return the runs that led to the row's net, its checkpoint last; train what is not there."""
    config = _config(row.preset, plan)
    own = plan.out / row.name
    init = str(plan.vgg) if row.start is Start.IMAGENET else None
    before: tuple[Path, ...] = ()
    if row.start in NEEDS_PRETRAINING:
        first = _config(row.preset.removesuffix(FINE_TUNING), plan)
        shared = plan.out / f"{first.preset}-pretraining"
        _train(first, plan.pretrain, shared, plan.pretrain_task, None, say)
        before, init = (shared,), str(shared)
    if row.start is Start.TRANSFER:
        return before
    _train(config, (plan.target,), own, plan.task, init, say)
    return (*before, own)


def _train(
    config: TrainConfig, roots: tuple[Path, ...], run: Path, task: Task, init: str | None, say: Say
) -> None:
    if not is_checkpoint(run):
        data = joined(roots, config.validation_share)
        loop.train(
            config,
            data,
            run,
            task=task,
            init=init,
            on_epoch=lambda line: say(f"{run.name}: {line.sentence}"),
        )


def _config(name: str, plan: Plan) -> TrainConfig:
    recipe = preset(name)
    return replace(
        recipe,
        spec=narrowed(recipe.spec, plan.width),
        epochs=plan.epochs or recipe.epochs,
        seed=plan.seed,
        bf16=plan.bf16,
    )


def _measure(runs: tuple[Path, ...], plan: Plan) -> MeasuredRow:
    history = [load_checkpoint(run) for run in runs]
    checkpoint, record = history[-1], history[-1].record
    data = read_dataset(plan.target)
    split, samples = measured_on(data)
    device = _device()
    scores = evaluate(segmenter_of(checkpoint, device), samples).scores
    return MeasuredRow(
        task=plan.task,
        set=data.root.resolve().name,
        split=split,
        trained_on=tuple(_taught(step.record) for step in history),
        scores=replace(scores, groups={}),
        parameters=_parameters(checkpoint),
        epochs=record.metrics["epoch"],
        best_epoch=record.metrics["best_epoch"],
        seconds=sum(_seconds(run / loop.LOG) for run in runs),
        initial_weights=history[0].record.initial_weights,
        checkpoint_sha256=checkpoint.digest,
        device=torch.cuda.get_device_name() if device == "cuda" else device.upper(),
    )


def _taught(record: Record) -> str:
    return f"{record.task}: {record.data['name']} ({len(record.data['train'])})"


def _device() -> str:
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found.type if found else "cpu"


def _parameters(checkpoint: Checkpoint) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in checkpoint.record.spec.build().parameters())


def _seconds(log: Path) -> float:
    lines: Sequence[str] = log.read_text().splitlines()
    return sum(float(json.loads(line)["seconds"]) for line in lines)
