"""Distils: a student and its teachers become a checkpoint, through the one training loop."""

from dataclasses import asdict, replace
from pathlib import Path

from torch import nn

from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.compress.distil.objective import Distillation
from skinseg_mobile.compress.distil.teachers import Teachers
from skinseg_mobile.compress.distil.truth import (
    NO_LABEL,
    joined,
    require_fitting,
    with_soft_masks,
)
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.loop import OnEpoch, train
from skinseg_mobile.train.objective import Teaching
from skinseg_mobile.train.presets import PRESETS


def training_config(student: Checkpoint | str) -> TrainConfig:
    """Return how a student is trained unless told otherwise: `lean`'s recipe on its own net.

    A preset's name stands for that preset: its net from its own first weights.
    """
    if isinstance(student, str):
        return replace(PRESETS[student], pixels=None)  # a distillation learns from whole masks
    return replace(
        PRESETS["lean"], preset="distil", spec=student.record.spec, imagenet=False,
        learning_rate=5e-4,
    )  # fmt: skip


def distil(
    student: Checkpoint | None,
    *,
    teachers: Teachers,
    data: Dataset,
    config: TrainConfig,
    distillation: DistilConfig,
    out: Path,
    unlabelled: Dataset | None = None,
    on_epoch: OnEpoch | None = None,
) -> Checkpoint:
    """Train `student`, or the config's net from its first weights, into the run folder `out`.

    Without teachers it is the control: the same data, views, epochs and terms, labels alone. An
    unfinished run goes on where it stopped.

    Raises:
        InputError: teachers that do not fit or of another task, photographs without labels or
            teachers, and all that `train.loop.train` refuses.
    """
    _require_lessons(teachers, distillation, unlabelled)
    if teachers.soft:
        require_fitting(teachers.soft, [data, *([unlabelled] if unlabelled else [])])

    def shown(decoded: DecodedSplit) -> DecodedSplit:
        labelled = _taught(decoded, data, teachers)
        if unlabelled is None:
            return labelled
        found = _without_labels(unlabelled, config)
        return joined(labelled, _taught(found, unlabelled, teachers))

    def objective(net: nn.Module, config: TrainConfig) -> nn.Module:
        return Distillation(net, config, distillation, teachers)

    recorded = {
        "distil": {
            **asdict(distillation),
            "teachers": teachers.recorded,
            "unlabelled": unlabelled.digest() if unlabelled else None,
        }
    }
    return train(
        config,
        data,
        out,
        task=_task_of(student, teachers),
        init=student,
        teaching=Teaching(objective=objective, shown=shown, recorded=recorded),
        on_epoch=on_epoch,
    )


def _task_of(student: Checkpoint | None, teachers: Teachers) -> Task:
    """Return the one task of all nets that have one; soft masks do not tell theirs."""
    nets = [*([student] if student else []), *teachers.live]
    for net in nets[1:]:
        if net.record.task is not nets[0].record.task:
            raise InputError(
                f"{net.record.name} marks {net.record.task} and {nets[0].record.name} marks"
                f" {nets[0].record.task}. Give student and teachers of one task."
            )
    return nets[0].record.task if nets else Task.LESION


def _taught(decoded: DecodedSplit, data: Dataset, teachers: Teachers) -> DecodedSplit:
    return with_soft_masks(decoded, data, teachers.soft) if teachers.soft else decoded


def _require_lessons(
    teachers: Teachers, distillation: DistilConfig, unlabelled: Dataset | None
) -> None:
    if teachers:
        return
    if unlabelled:
        raise InputError(
            f"Nobody labels the images of {unlabelled.root}: there is no teacher. Give --teacher,"
            " or leave --unlabelled out."
        )
    if not distillation.labels:
        raise InputError(
            "Labels weigh 0 and there is no teacher, so there is nothing to learn. Raise --labels"
            " or give --teacher."
        )


def _without_labels(data: Dataset, config: TrainConfig) -> DecodedSplit:
    samples = data.of(Split.TRAIN)
    if not samples:
        raise InputError(
            f"{data.root} has no train images, and a student learns from them alone. Delete its"
            " split.csv, or list images there as train."
        )
    found = decode_split(samples, config.spec.input_size, "reading unlabelled", labelled=False)
    return replace(found, masks=found.masks.fill_(NO_LABEL))
