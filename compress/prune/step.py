"""One pruned checkpoint: measured on train photographs, scored on dev, written with its record."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from skinseg_mobile.compress.prune.config import PruneConfig, SizeBudget
from skinseg_mobile.compress.prune.cut import Cut, cut, full_cost
from skinseg_mobile.compress.prune.groups import groups_of, prunable
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, md5_order
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.checkpoint import Checkpoint, save_checkpoint
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.loop import samples_for_training
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.references.score import mean_jaccard


@dataclass(frozen=True)
class PruneInputs:
    """What all steps of a pruning share."""

    parent: Checkpoint
    config: PruneConfig
    full: SizeBudget
    measured: DecodedSplit
    dev_split: DecodedSplit
    data: dict[str, Any]
    recovery: dict[str, Any] | None
    """How the net is fine-tuned between steps."""


def read(
    checkpoint: Checkpoint, data: Dataset, config: PruneConfig, recovery: dict[str, Any] | None
) -> PruneInputs:
    """Refuse what cannot be done before an hour is spent, then decode what is measured on."""
    spec = checkpoint.record.spec
    full = full_cost(spec, groups_of(checkpoint.build(), spec), config)
    train = {sample.id: sample for sample in samples_for_training(data, Split.TRAIN)}
    dev = samples_for_training(data, Split.DEV)
    ids = md5_order(train)[: config.images]
    return PruneInputs(
        parent=checkpoint,
        config=config,
        full=full,
        measured=decode_split([train[i] for i in ids], spec.input_size, "reading train"),
        dev_split=decode_split(dev, spec.input_size, "reading dev"),
        data={
            "name": data.root.name,
            "sha256": data.digest(),
            "order": "md5",
            "ids_sha256": hashlib.sha256(
                "\n".join(ids).encode(errors="surrogateescape")
            ).hexdigest(),
        },
        recovery=recovery,
    )


def pruned(source: PruneInputs, start: Checkpoint, numbers: Sequence[int], out: Path) -> Checkpoint:
    """Take the steps `numbers`, from 0, without fine-tuning in between."""
    net, spec = start.build(), start.record.spec
    before = mean_jaccard(net, source.dev_split)
    cuts: list[Cut] = []
    for budget in track(_budgets(source, numbers), "pruning"):
        cuts.append(cut(net, spec, source.measured, budget, source.config))
        spec = cuts[-1].spec
    record = replace(
        start.record,
        name=out.resolve().name,
        spec=spec,
        parent=start.digest,
        config={
            **start.record.config,
            "prune": {
                **recorded(source, start.record.spec, spec),
                "constant": cuts[0].constant,
                "not_finite": cuts[0].not_finite,
            },
        },
        metrics={
            "parent_dev_jaccard": before,
            "pruned_dev_jaccard": mean_jaccard(net, source.dev_split),
        },
    )
    return save_checkpoint(record, net, out)


def _budgets(source: PruneInputs, numbers: Sequence[int]) -> list[SizeBudget]:
    """Return the budget of each measurement; where nothing is to go, there is one."""
    config, parts = source.config, source.config.measurements
    ways = [number + (part + 1) / parts for number in numbers for part in range(parts)]
    return list(dict.fromkeys(config.budget(source.full, way / config.steps) for way in ways))


def recorded(source: PruneInputs, before: NetSpec, after: NetSpec) -> dict[str, Any]:
    """Return what a record says of a pruning: what it depends on, and each width."""
    old, new = (prunable(spec).width_of_fields() for spec in (before, after))
    return json.loads(
        json.dumps(
            {
                "config": asdict(source.config),
                "data": source.data,
                "recovery": source.recovery,
                "widths": {field: [old[field], new[field]] for field in old},
            }
        )
    )
