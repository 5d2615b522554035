"""What a pruning did, read from the checkpoint it wrote: costs, widths, and idle channels."""

from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.runtime_py.present import four, print_table
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.count import Cost, cost

SHOWN = 8


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


def print_report(found: Report) -> None:
    """Print tables for people."""
    before, after = found.before, found.after
    metrics = {name: four(value) for name, value in found.metrics.items() if "jaccard" in name}
    print_table(
        ("", "#before", "#after", "#kept"),
        [
            _cost_row("multiply-adds", before.multiply_adds, after.multiply_adds),
            _cost_row("parameters", before.parameters, after.parameters),
            *((name.replace("_", " "), "", value, "") for name, value in metrics.items()),
        ],
    )
    print_table(
        ("width", "#before", "#after"),
        [(field, str(old), str(new)) for field, (old, new) in found.widths.items()],
    )
    idle = {"constant": found.constant, "not finite": found.not_finite}
    rows = [
        (layer, kind, str(len(numbers)), _listed(numbers))
        for kind, channels in idle.items()
        for layer, numbers in channels.items()
    ]
    if rows:
        print_table(("layer", "its channels are", "#count", "numbers"), rows)
    else:
        print("No channel was constant or not finite.")


def _cost_row(name: str, before: int, after: int) -> tuple[str, ...]:
    return (name, f"{before:,}", f"{after:,}", f"{after / before:.1%}")


def _listed(numbers: list[int]) -> str:
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(map(str, numbers[:SHOWN])) + more
