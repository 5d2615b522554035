"""`Plan`: what a reproduction was asked for; it goes on only as it began.

`OUT/plan.json` keeps what must not change between two calls: the data by its hash, epochs, width,
seed. Rows, the VGG16 file and sets that were not there at first may come later.
"""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from skinseg_mobile.runtime_py.data.dataset import DEV_SHARE, Dataset, Sample, Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.storage import resumable
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.reproduce.papers import Paper, PaperRow, Start

PLAN = "plan.json"
NEEDS_PRETRAINING = (Start.TRANSFER, Start.FINE_TUNING)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that was asked for."""

    paper: Paper
    rows: tuple[PaperRow, ...]
    """Those to run now; the table always has all of the paper's."""
    out: Path
    data: Path | None = None
    """The target set: its train rows teach, its test rows (else valid) are measured."""
    task: Task
    """What the target's masks mark."""
    pretrain: tuple[Path, ...] = ()
    """Sets to pre-train on, together."""
    pretrain_task: Task = Task.SKIN
    vgg: Path | None = None
    """Local torchvision VGG16 weights."""
    epochs: int | None = None
    """Cut; None is each recipe's own number."""
    width: int = 1
    """Divides every width of every net."""
    seed: int = 0
    bf16: bool = False
    cpu: bool = False
    """Train at full width without a GPU, too."""

    def __post_init__(self) -> None:
        if self.vgg is not None and not self.vgg.is_file():
            raise InputError(f"--vgg {self.vgg} is no file. Check the path.")

    @property
    def target(self) -> Path:
        """`data`, for rows that `missing` lets through."""
        if self.data is None:
            raise InputError("No set was given to train and measure on. Add --data.")
        return self.data

    def missing(self, row: PaperRow) -> tuple[str, tuple[str, ...]] | None:
        """Return why a row cannot be run and the options that would mend it; None where it can."""
        if self.data is None:
            return "no --data", ("--data", "DATA")
        if row.start in NEEDS_PRETRAINING and not self.pretrain:
            return "no --pretrain set to start from", ("--pretrain", "DATA")
        if row.start is Start.IMAGENET and self.width > 1:
            file = () if self.vgg else ("--vgg", "vgg16.pth")
            full = ("--width", "1", *file, "--out", f"{self.out}-full-width")
            return "ImageNet's weights fit the full width only", full
        if row.start is Start.IMAGENET and self.vgg is None:
            return "no --vgg file; nothing is downloaded", ("--vgg", "vgg16.pth")
        if self.width == 1 and not self.cpu and not torch.accelerator.is_available():
            return "full width, and no GPU is here; --cpu insists", ("--cpu",)
        return None

    def command(self, row: PaperRow, *extra: str) -> str:
        """Return the command that runs one row as this plan does, with `extra` options."""
        given: dict[str, Any] = {
            "--data": self.data,
            "--task": self.task if self.task != self.paper.task else None,
            "--pretrain-task": self.pretrain_task if self.pretrain_task != Task.SKIN else None,
            "--vgg": self.vgg,
            "--epochs": self.epochs,
            "--width": self.width if self.width > 1 else None,
            "--seed": self.seed or None,
            "--out": self.out,
        }
        options = [
            word
            for name, value in given.items()
            if value is not None and name not in extra
            for word in (name, str(value))
        ]
        sets = [word for path in self.pretrain for word in ("--pretrain", str(path))]
        flags = ["--bf16"] * self.bf16 + ["--cpu"] * self.cpu
        words = ["reproduce", self.paper.name, "--rows", row.name, *options, *sets, *flags, *extra]
        return shlex.join(["skinseg-mobile", *words])


def begin(plan: Plan) -> None:
    """Write `OUT/plan.json`, or require that it was begun with the same settings.

    Raises:
        InputError: a setting differs, a set is unsound, or `out` is another's folder.
    """
    _require_unseen(plan)
    resumable.begin("a reproduction", plan.out / PLAN, _identity(plan))


def _require_unseen(plan: Plan) -> None:
    """Refuse to pre-train on a photograph that is measured, whatever its name."""
    if plan.data is None or not plan.pretrain:
        return
    measured = {
        sha256(sample.image): sample.id for sample in measured_on(read_dataset(plan.data))[1]
    }
    for sample in joined(plan.pretrain).samples:
        if sample.split in (Split.TRAIN, Split.DEV) and sha256(sample.image) in measured:
            raise InputError(
                f"{sample.image} is in --pretrain and is also measured, as"
                f" {measured[sha256(sample.image)]} of {plan.data}. Take it out of --pretrain."
            )


def _identity(plan: Plan) -> dict[str, Any]:
    sets = [read_dataset(path).digest() for path in plan.pretrain]
    return {
        "paper": plan.paper.name,
        "data": read_dataset(plan.data).digest() if plan.data else None,
        "task": plan.task,
        "pretrain": sets or None,
        "pretrain_task": plan.pretrain_task,
        "epochs": plan.epochs or "full",
        "width": plan.width,
        "seed": plan.seed,
        "bf16": plan.bf16,
    }


def measured_on(data: Dataset) -> tuple[Split, tuple[Sample, ...]]:
    """Return the split that is reported, `test` or else `valid`, and its samples.

    Raises:
        InputError: it has neither.
    """
    for split in (Split.TEST, Split.VALID):
        if data.of(split):
            return split, data.of(split)
    raise InputError(
        f"{data.root} has no test or valid images to report on. Add such rows to its split.csv."
    )


def joined(roots: tuple[Path, ...], dev_share: float = DEV_SHARE) -> Dataset:
    """Return several sets as one; where they are more than one, ids carry their set's name."""
    sets = [read_dataset(root, dev_share) for root in roots]
    if len(sets) == 1:
        return sets[0]
    samples = [
        replace(sample, id=f"{data.root.name}/{sample.id}")
        for data in sets
        for sample in data.samples
    ]
    return Dataset(Path("+".join(data.root.name for data in sets)), tuple(samples))
