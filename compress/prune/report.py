"""What a pruning did, read from the checkpoint it wrote: costs, widths, and idle channels."""

from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.count import Cost, cost


@dataclass(frozen=True)
class Report:
    """Before and after; channels are numbered as in the parent."""

    path: Path
    before: Cost
    after: Cost
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
