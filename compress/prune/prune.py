"""Structured pruning: a checkpoint and a budget become a checkpoint with fewer channels.

    parent -> OUT-steps/1-pruned -> 1-tuned -> 2-pruned -> 2-tuned -> … -> OUT

What comes out is an ordinary checkpoint whose layout has the narrower widths: everything that
reads checkpoints reads it. Ranges for 8 bits are not carried over: they were measured with other
weights. Finished steps are never run again; without fine-tuning there are none to keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.step import PruneInputs, pruned, read, recorded
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.runtime_py.storage.alone import alone
from skinseg_mobile.runtime_py.storage.atomic import require_absent
from skinseg_mobile.runtime_py.storage.resumable import begin, require_same
from skinseg_mobile.train.checkpoint import (
    Checkpoint,
    Record,
    kept_checkpoint,
    save_checkpoint,
)
from skinseg_mobile.train.nets.count import NetCost, cost

STEPS = "a pruning in steps"
BEGUN = "steps.json"


@dataclass(frozen=True)
class Recovery:
    """The fine-tuning after each step."""

    run: Callable[[Checkpoint, Path], Checkpoint]
    """Tunes a pruned checkpoint into a run folder; an unfinished run goes on."""
    recorded: dict[str, Any]
    """What it depends on: with other values finished steps are not taken up."""


Step = tuple[Checkpoint, Checkpoint]
"""(pruned, tuned)"""


def prune(
    checkpoint: Checkpoint,
    data: Dataset,
    config: PruneConfig,
    out: Path,
    *,
    recovery: Recovery | None = None,
) -> Checkpoint:
    """Write the new checkpoint folder `out`; `recovery` fine-tunes after each step.

    Raises:
        InputError: `out` exists, the family cannot be pruned, `data` has no train or dev
            photographs, the budget cannot be met, or unfinished steps began differently.
    """
    require_absent(out)
    source = read(checkpoint, data, config, recovery.recorded if recovery else None)
    if recovery is None:
        return pruned(source, checkpoint, range(config.steps), out)
    with alone(out):
        steps = _steps(source, recovery, out.with_name(f"{out.name}-steps"))
    current = steps[-1][1]
    return save_checkpoint(_last_record(source, steps, out.resolve().name), current.build(), out)


def _steps(source: PruneInputs, recovery: Recovery, work: Path) -> list[Step]:
    """Take all steps in the folder `work`; those that an earlier run finished are read back."""
    identity = {
        "parent": source.parent.digest,
        "data": source.data,
        "config": asdict(source.config),
        "recovery": source.recovery,
    }
    begin(STEPS, work / BEGUN, identity)
    current, steps = source.parent, list[Step]()
    for number in range(source.config.steps):
        cut = _child(
            current, work / f"{number + 1}-pruned", partial(pruned, source, current, [number])
        )
        current = _child(cut, work / f"{number + 1}-tuned", partial(recovery.run, cut))
        steps.append((cut, current))
    return steps


def _child(parent: Checkpoint, path: Path, make: Callable[[Path], Checkpoint]) -> Checkpoint:
    """Return the checkpoint at `path`, made of `parent` now or by an earlier run."""
    found = kept_checkpoint(path, make)
    require_same(STEPS, path, {"parent": found.record.parent}, {"parent": parent.digest})
    return found


def _last_record(source: PruneInputs, steps: Sequence[Step], name: str) -> Record:
    """Return the last tuned record, as one step from the parent."""
    first, last = steps[0][0].record, steps[-1][1].record
    done = {
        **first.config["prune"],
        **recorded(source, source.parent.record.spec, last.spec),
        "steps": [{"pruned": cut.digest, "tuned": tuned.digest} for cut, tuned in steps],
    }
    return replace(
        last,
        name=name,
        parent=source.parent.digest,
        config={**last.config, "prune": done},
        metrics={
            "parent_dev_jaccard": first.metrics["parent_dev_jaccard"],
            **last.metrics,
        },
    )


@dataclass(frozen=True)
class Report:
    """Before and after; channels are numbered as in the parent."""

    path: Path
    before: NetCost
    after: NetCost
    metrics: dict[str, float]
    widths: dict[str, list[int]]
    """(before, after) by the layout's field."""
    constant: dict[str, list[int]]
    """Channels by layer that never vary on train photographs; they went first."""
    not_finite: dict[str, list[int]]
    """Channels by layer with weights that are no numbers; they were set to zero."""


def report(parent: Checkpoint, pruned: Checkpoint, path: Path) -> Report:
    """Return the report of a pruned checkpoint."""
    done = pruned.record.config["prune"]
    return Report(
        path=path,
        before=cost(parent.record.spec),
        after=cost(pruned.record.spec),
        metrics=pruned.record.metrics,
        widths=done["widths"],
        constant=done["constant"],
        not_finite=done["not_finite"],
    )
