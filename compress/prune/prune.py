"""Structured pruning: a checkpoint and a budget become a checkpoint with fewer channels.

Importance is measured on train photographs. What comes out is an ordinary checkpoint whose
layout has the narrower widths: everything that reads checkpoints reads it. Ranges for 8 bits
are not carried over: they were measured with other weights.
"""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import torch

from skinseg_mobile.compress.prune.budget import multiply_adds, parameters, value
from skinseg_mobile.compress.prune.choose import Limit, Widths, by_importance, evenly, narrowed
from skinseg_mobile.compress.prune.fields import lean_layout, same_form, with_widths
from skinseg_mobile.compress.prune.groups import Group, groups_of, without
from skinseg_mobile.compress.prune.importance import Criterion, Importance, magnitude, taylor
from skinseg_mobile.compress.prune.seen import fold_means, observe
from skinseg_mobile.runtime_py.dataset import Dataset, Sample, Split, md5_order
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.checkpoint import Checkpoint, save_checkpoint
from skinseg_mobile.train.data.photographs import read_photographs
from skinseg_mobile.train.loop import samples_for_training
from skinseg_mobile.train.nets.spec import NetSpec

IMAGES = 256


class Ranking(StrEnum):
    """How the groups share the cut."""

    GLOBAL = "global"
    """Importance per cost, all groups in one ranking."""
    UNIFORM = "uniform"
    """The same share of each group."""


@dataclass(frozen=True, kw_only=True)
class PruneConfig:
    """What pruning depends on beside its data."""

    keep: float | None = None
    """Share of the multiply-adds to keep."""
    parameters: int | None = None
    """Most parameters to keep."""
    criterion: Criterion = Criterion.TAYLOR
    ranking: Ranking = Ranking.GLOBAL
    images: int = IMAGES
    """Train photographs that importance is measured on, first in MD5 order of their ids."""
    prices: dict[str, float] = field(default_factory=dict[str, float])
    """Price of a multiply-add by how its layer's name begins; 1 elsewhere."""

    def __post_init__(self) -> None:
        if self.keep is None and self.parameters is None:
            raise InputError("pruning needs a budget, got none; give --keep or --parameters")
        if self.keep is not None and not 0 < self.keep <= 1:
            raise InputError(f"keep must be in (0, 1], got {self.keep}")
        if self.parameters is not None and self.parameters < 1:
            raise InputError(f"parameters must be 1 or more, got {self.parameters}")
        if self.images < 1:
            raise InputError(f"images must be 1 or more, got {self.images}")


def prune(checkpoint: Checkpoint, data: Dataset, config: PruneConfig, out: Path) -> Checkpoint:
    """Write the new checkpoint folder `out`, pruned once and not tuned.

    Raises:
        InputError: `out` exists, the net is not lean, `data` has no train photographs, or the
            budget cannot be met.
    """
    spec = checkpoint.record.spec
    net = checkpoint.build().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    groups = groups_of(net, spec)
    samples = _samples(data, config.images)
    photographs = read_photographs(samples, spec.input_size, "reading train")
    seen = observe(net, groups, photographs.images)
    importance = (
        taylor(net, groups, seen, photographs)
        if config.criterion is Criterion.TAYLOR
        else magnitude(net, groups)
    )
    widths = _widths(spec, groups, importance, config)
    gone = {g.name: importance[g.name].argsort()[: g.width - widths[g.name]] for g in groups}
    fold_means(net, groups, gone, seen)
    pruned = without(net, groups, gone).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    fields = {field: widths[group.name] for group in groups for field in group.fields}
    record = replace(
        checkpoint.record,
        name=out.resolve().name,
        spec=replace(spec, layout=with_widths(lean_layout(spec), fields)),
        parent=checkpoint.digest,
        config={**checkpoint.record.config, "prune": asdict(config)},
        metrics={},
    )
    return save_checkpoint(record, pruned, out)


def _samples(data: Dataset, count: int) -> list[Sample]:
    train = {sample.id: sample for sample in samples_for_training(data, Split.TRAIN)}
    return [train[id_] for id_ in md5_order(train)[:count]]


def _widths(
    spec: NetSpec, groups: tuple[Group, ...], importance: Importance, config: PruneConfig
) -> Widths:
    layout = lean_layout(spec)
    fields = {group.name: group.fields for group in groups}

    def legal(widths: Widths) -> bool:
        every = {field: widths[name] for name, own in fields.items() for field in own}
        return same_form(layout, with_widths(layout, every))

    widths = {group.name: group.width for group in groups}
    rank = by_importance(importance) if config.ranking is Ranking.GLOBAL else evenly(widths)
    return narrowed(widths, _limits(spec, groups, widths, config), rank, legal)


def _limits(
    spec: NetSpec, groups: tuple[Group, ...], widths: Widths, config: PruneConfig
) -> list[Limit]:
    limits: list[Limit] = []
    if config.keep is not None:
        cost = multiply_adds(spec, groups, config.prices)
        limits.append(Limit("multiply-adds", cost, config.keep * value(cost, widths)))
    if config.parameters is not None:
        limits.append(Limit("parameters", parameters(spec, groups), config.parameters))
    return limits
