"""Structured pruning: a checkpoint and a budget become a checkpoint with fewer channels.

    parent -> OUT-steps/1-pruned -> 1-tuned -> 2-pruned -> 2-tuned -> … -> OUT

What comes out is an ordinary checkpoint whose layout has the narrower widths: everything that
reads checkpoints reads it. Ranges for 8 bits are not carried over: they were measured with other
weights. Finished steps are never run again; without fine-tuning there are none to keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.step import Source, pruned, read, recorded
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import require_absent
from skinseg_mobile.train.checkpoint import (
    Checkpoint,
    Record,
    is_checkpoint,
    load_checkpoint,
    save_checkpoint,
)


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
    work = out.with_name(f"{out.name}-steps")
    current, steps = checkpoint, list[Step]()
    for number in range(config.steps):
        cut = _pruned_once(source, current, number, work / f"{number + 1}-pruned")
        tuned = work / f"{number + 1}-tuned"
        current = _tuned_once(cut, recovery, tuned)
        steps.append((cut, current))
    return save_checkpoint(_last_record(source, steps, out.resolve().name), current.build(), out)


def _pruned_once(source: Source, start: Checkpoint, number: int, out: Path) -> Checkpoint:
    """Prune one step, or return what an earlier run of it wrote."""
    if not is_checkpoint(out):
        return pruned(source, start, [number], out)
    found = load_checkpoint(out)
    done = recorded(source, start.record.spec, found.record.spec)
    same = done.items() <= found.record.config.get("prune", {}).items()
    _require_same(same and found.record.parent == start.digest, out)
    return found


def _tuned_once(cut: Checkpoint, recovery: Recovery, out: Path) -> Checkpoint:
    """Fine-tune, or return what an earlier run wrote."""
    if not is_checkpoint(out):
        return recovery.run(cut, out)
    found = load_checkpoint(out)
    _require_same(found.record.parent == cut.digest, out)
    return found


def _require_same(same: bool, out: Path) -> None:
    if not same:
        raise InputError(
            f"unfinished steps go on as they began, {out} began differently; choose another --out"
            " or remove it"
        )


def _last_record(source: Source, steps: Sequence[Step], name: str) -> Record:
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
