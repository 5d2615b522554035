"""Nets small enough to train in a test."""

from dataclasses import replace

from skinseg_mobile.train.config import TrainConfig
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanBlock, LeanLayout
from skinseg_mobile.train.nets.spec import NetSpec

LAYOUT = LeanLayout(
    stem=8,
    blocks=(LeanBlock(8, 8), LeanBlock(16, 12, 3, 2), LeanBlock(24, 16, 3, 2)),
    levels=(1, 2),
    hidden=(8, 8),
)
TINY = TrainConfig(
    preset="tiny", spec=NetSpec("lean", 64, LAYOUT), epochs=3, batch=4, warmup_epochs=0.5
)
COLUMNS = replace(
    TINY,
    preset="columns",
    spec=NetSpec("hypercolumn", 64, HypercolumnLayout((4, 6, 8, 8, 8), 12, (16, 12))),
    pixels=60,
)
PLAIN = replace(
    COLUMNS,
    preset="plain",
    spec=replace(
        COLUMNS.spec, layout=HypercolumnLayout((4, 6, 8, 8, 8), 12, (16, 12), batch_norm=False)
    ),
)
"""Without batch norm, whose statistics are each process's own."""
