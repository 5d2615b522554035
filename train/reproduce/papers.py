"""The two papers' tables as facts: their rows, the figures as printed, and how we run each row.

A printed figure stays in the paper's columns. It is never a target that was verified: row 1 of
paper A has a Jaccard above its sensitivity, which no single averaging gives, for
TP/(TP+FP+FN) ≤ TP/(TP+FN).
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from skinseg_mobile.runtime_py.errors import InputError, meant
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.presets import CLINICAL, FINE_TUNING


class Start(StrEnum):
    """What a row's net starts from, and whether it is trained on the target set."""

    RANDOM = "direct training"
    IMAGENET = "ImageNet"
    TRANSFER = "direct transfer"
    FINE_TUNING = "fine-tuning"


@dataclass(frozen=True)
class PaperRow:
    """One line of a paper's table, and the recipe that stands for it here."""

    name: str
    system: str
    """As the paper names it."""
    preset: str
    start: Start
    printed: Mapping[str, float]
    """Figures by metric, as printed."""
    differs: str = ""
    """What of the paper's system is not done here; '' where nothing is known to be missing."""


@dataclass(frozen=True)
class Paper:
    """A table: its rows, the set they were measured on, and what its figures are."""

    name: str
    title: str
    task: Task
    printed_on: str
    digits: int
    """Decimals of its figures."""
    note: str
    rows: tuple[PaperRow, ...]


def _a(*values: float) -> dict[str, float]:
    names = ("accuracy", "Jaccard", "sensitivity", "specificity")
    return dict(zip(names, values, strict=True))


PAPER_A = Paper(
    name="paper-a",
    title="Deep hypercolumn descriptors for skin-lesion segmentation",
    task=Task.LESION,
    printed_on="official ISIC 2017 test set, 600 images",
    digits=3,
    note=(
        "The paper's figures are quoted as printed. Its first row has a Jaccard above its"
        " sensitivity, which no single averaging gives: it is no verified target."
    ),
    rows=(
        PaperRow(
            "hypercolumn",
            "hypercolumn, from scratch",
            "hypercolumn-isic2017",
            Start.RANDOM,
            _a(0.916, 0.792, 0.790, 0.954),
        ),
        PaperRow(
            "hypercolumn-imagenet",
            "hypercolumn, ImageNet VGG16",
            "hypercolumn-imagenet-isic2017",
            Start.IMAGENET,
            _a(0.900, 0.769, 0.783, 0.937),
        ),
        PaperRow(
            "fcdn",
            "FCDN (Yuan)",
            "fcdn",
            Start.RANDOM,
            _a(0.934, 0.765, 0.825, 0.975),
            "report not read: layout and recipe fitted",
        ),
        PaperRow(
            "berseth-unet",
            "U-Net (Berseth)",
            "berseth-unet",
            Start.RANDOM,
            _a(0.932, 0.762, 0.820, 0.978),
            "report not read: recipe fitted, one net instead of averaged folds",
        ),
        PaperRow(
            "bi-resnet",
            "ResNet, +8K images (Bi)",
            "bi-resnet",
            Start.RANDOM,
            _a(0.934, 0.760, 0.802, 0.985),
            "report not read: recipe fitted, random start, no extra images, one scale",
        ),
    ),
)

_SYSTEMS = {
    "unet": "U-Net",
    "unet-large": "U-Net Large",
    "dense-residual-unet": "Dense Residual U-Net",
}
_SCENARIOS = (Start.TRANSFER, Start.RANDOM, Start.FINE_TUNING)
_JACCARD_AND_DICE = {
    "unet": ((0.44, 0.61), (0.79, 0.88), (0.89, 0.94)),
    "unet-large": ((0.51, 0.67), (0.83, 0.91), (0.89, 0.94)),
    "dense-residual-unet": ((0.55, 0.71), (0.80, 0.89), (0.88, 0.94)),
}


def _b(net: str, start: Start, jaccard: float, dice: float) -> PaperRow:
    return PaperRow(
        f"{net}-{start.value.replace(' ', '-')}",
        f"{_SYSTEMS[net]}, {start}",
        f"{net}-clinical{FINE_TUNING if start is Start.FINE_TUNING else ''}",
        start,
        {"Jaccard": jaccard, "Dice": dice},
    )


PAPER_B = Paper(
    name="paper-b",
    title="Segmentation of diseased and healthy skin from clinical photographs",
    task=Task.SKIN,
    printed_on="300 private clinical photographs, after LFW, LVS and HGR",
    digits=2,
    note=(
        "The paper's figures are quoted as printed. Its Dice is 2J/(1+J) throughout, so its"
        " Jaccard looks pooled: read the pooled column beside it."
    ),
    rows=tuple(
        _b(net, start, *_JACCARD_AND_DICE[net][place])
        for net in CLINICAL
        for place, start in enumerate(_SCENARIOS)
    ),
)
PAPERS: Mapping[str, Paper] = types.MappingProxyType({p.name: p for p in (PAPER_A, PAPER_B)})


def paper_named(name: str) -> Paper:
    """Return a paper by name.

    Raises:
        InputError: there is none of that name.
    """
    if name not in PAPERS:
        raise InputError(f"There is no paper '{name}'. Choose {' or '.join(PAPERS)}.")
    return PAPERS[name]


def rows_named(paper: Paper, names: str | None) -> tuple[PaperRow, ...]:
    """Return the rows of a comma-separated list in the paper's order; None takes all.

    Raises:
        InputError: the paper has no row of that name.
    """
    known = {row.name: row for row in paper.rows}
    wanted = list(known) if names is None else [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in known:
            raise InputError(
                f"There is no row '{name}'. {meant(name, known)}Choose --rows from"
                f" {', '.join(known)}."
            )
    return tuple(row for row in paper.rows if row.name in wanted)
