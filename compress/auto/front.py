"""Rows become a Pareto front and a choice within a budget."""

from collections.abc import Sequence

from skinseg_mobile.compress.auto.config import Budget
from skinseg_mobile.compress.measure_files import Row
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.verdict import Verdict


def front(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that no other of their target beats, the smallest file first."""
    best = [row for row in rows if not any(beats(other, row) for other in rows)]
    return sorted(best, key=lambda row: (row.target, row.megabytes))


def beats(one: Row, other: Row) -> bool:
    """Whether `one` is nowhere worse and somewhere better: size, latency, Jaccard."""
    if one.target != other.target:
        return False
    ours, theirs = _costs(one), _costs(other)
    return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


def _costs(row: Row) -> tuple[float, float, float]:
    return row.megabytes, row.milliseconds or 0.0, -row.jaccard


def choose(rows: Sequence[Row], budget: Budget, parent_jaccard: float) -> Row:
    """Return the row with the best Jaccard of those that keep the budget and pass the gate.

    Raises:
        InputError: none does; the sentence says which comes nearest, and by how much it fails, or
            that the gate is what they fail.
    """
    fitting = [row for row in rows if row.target == budget.target]
    kept = [row for row in fitting if not excess(row, budget, parent_jaccard)]
    sound = [row for row in kept if row.verdict != Verdict.FAILED]
    if sound:
        return max(sound, key=lambda row: row.jaccard)
    if kept:
        raise InputError(
            f"a file must pass the gate to be chosen, none of {len(kept)} {budget.target} files"
            " within the budget does; try more --tuning-epochs, or widen the budget"
        )
    nearest = min(
        fitting, key=lambda row: max(excess(row, budget, parent_jaccard).values(), default=0)
    )
    over = excess(nearest, budget, parent_jaccard)
    raise InputError(
        f"a budget must be met by a candidate, none of {len(fitting)} {budget.target} files does;"
        f" {nearest.candidate} in {nearest.precision} is nearest with"
        f" {_told(nearest, over, parent_jaccard)}; widen the budget or try other --keep and --size"
    )


def excess(row: Row, budget: Budget, parent_jaccard: float) -> dict[str, float]:
    """Return by which share of each limit a row is over it."""
    values = {
        "megabytes": (row.megabytes, budget.megabytes),
        "milliseconds": (row.milliseconds, budget.milliseconds),
        "drop": (parent_jaccard - row.jaccard, budget.drop),
    }
    return {
        name: value / limit - 1
        for name, (value, limit) in values.items()
        if value is not None and limit is not None and value > limit
    }


def _told(row: Row, over: dict[str, float], parent_jaccard: float) -> str:
    told = {
        "megabytes": f"{row.megabytes} MB",
        "milliseconds": f"{row.milliseconds} ms",
        "drop": f"a drop of {parent_jaccard - row.jaccard:.4f}",
    }
    return ", ".join(f"{told[name]} ({share:.0%} over)" for name, share in over.items())
