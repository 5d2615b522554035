"""What a search found, on disk and on the screen, before anything is said about the budget."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from skinseg_mobile.compress.auto.config import ReleaseBudget
from skinseg_mobile.compress.auto.search import Search
from skinseg_mobile.compress.chart import Points, line_chart
from skinseg_mobile.compress.measure_files import FileRow
from skinseg_mobile.runtime_py.data.dataset import Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.storage.atomic import to_json, write_file
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.references.score import mean_jaccard


def front(rows: Sequence[FileRow]) -> list[FileRow]:
    """Return the rows that no other of their target beats, the smallest file first."""
    best = [row for row in rows if not any(beats(other, row) for other in rows)]
    return sorted(best, key=lambda row: (row.target, row.megabytes))


def beats(one: FileRow, other: FileRow) -> bool:
    """Whether `one` is nowhere worse and somewhere better: size, latency, Jaccard."""
    if one.target != other.target:
        return False
    ours, theirs = _costs(one), _costs(other)
    return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


def _costs(row: FileRow) -> tuple[float, float, float]:
    return row.megabytes, row.milliseconds or 0.0, -row.jaccard


def choose(rows: Sequence[FileRow], budget: ReleaseBudget, parent_jaccard: float) -> FileRow:
    """Return the row with the best Jaccard of those that keep the budget and pass the gate.

    Raises:
        InputError: none does; the sentence says which comes nearest, and by how much it fails, or
            that the gate is what they fail.
    """
    fitting = [row for row in rows if row.target == budget.target]
    kept = [row for row in fitting if not excess(row, budget, parent_jaccard)]
    sound = [row for row in kept if row.verdict == Verdict.PASSED]
    if sound:
        return max(sound, key=lambda row: row.jaccard)
    if kept:
        raise InputError(
            f"None of the {len(kept)} {budget.target} files within the budget passes the gate. Try"
            " more --tuning-epochs, or widen the budget."
        )
    nearest = min(
        fitting, key=lambda row: max(excess(row, budget, parent_jaccard).values(), default=0)
    )
    over = excess(nearest, budget, parent_jaccard)
    raise InputError(
        f"None of {len(fitting)} {budget.target} files meets the budget; {nearest.candidate} in"
        f" {nearest.precision} is nearest with {_told(nearest, over, parent_jaccard)}. Widen the"
        " budget, or try other --keep and --size."
    )


def excess(row: FileRow, budget: ReleaseBudget, parent_jaccard: float) -> dict[str, float]:
    """Return by which share of each limit a row is over it."""
    values = {
        "megabytes": (row.megabytes, budget.budget_mb),
        "milliseconds": (row.milliseconds, budget.budget_ms),
        "drop": (parent_jaccard - row.jaccard, budget.max_drop),
    }
    return {
        name: value / limit - 1 if limit else math.inf
        for name, (value, limit) in values.items()
        if value is not None and limit is not None and value > limit
    }


def _told(row: FileRow, over: dict[str, float], parent_jaccard: float) -> str:
    told = {
        "megabytes": f"{row.megabytes} MB",
        "milliseconds": f"{row.milliseconds} ms",
        "drop": f"a drop of {parent_jaccard - row.jaccard:.4f}",
    }
    return ", ".join(
        told[name] + (f" ({share:.0%} over)" if math.isfinite(share) else "")
        for name, share in over.items()
    )


FRONT = "front.json"


@dataclass(frozen=True)
class Found:
    """All rows, those on the front, and the chosen one or why there is none."""

    parent_jaccard: float
    rows: Sequence[FileRow]
    front: Sequence[FileRow]
    chosen: FileRow | None
    unmet: str | None


def write(rows: Sequence[FileRow], settings: Search, budget: ReleaseBudget, out: Path) -> Found:
    """Write `front.json` and a picture for each target into `out`; a newer search replaces them."""
    parent = _parent_jaccard(settings)
    chosen, unmet = None, None
    try:
        chosen = choose(rows, budget, parent)
    except InputError as error:
        unmet = str(error)
    found = Found(parent, rows, front(rows), chosen, unmet)
    write_file(out / FRONT, to_json({"budget": asdict(budget), **asdict(found)}))
    for target in TARGETS:
        for axis, picture in plots(rows, target).items():
            write_file(out / f"front-{target}-{axis}.svg", picture)
    return found


def _parent_jaccard(settings: Search) -> float:
    record = settings.parent.record
    dev = decode_split(settings.data.of(Split.DEV), record.spec.input_size, "reading dev")
    return mean_jaccard(settings.parent.build(), dev)


AXES: Mapping[str, tuple[str, Callable[[FileRow], float | None]]] = {
    "size": ("MB of the file", lambda row: row.megabytes),
    "latency": ("ms of one inference, one thread", lambda row: row.milliseconds),
}


def plots(rows: Sequence[FileRow], target: str) -> dict[str, str]:
    """Return an SVG by axis: a line for each precision of a target, and one for the front.

    An axis that nothing was measured on has none.
    """
    mine = [row for row in rows if row.target == target]
    named = {str(precision): [r for r in mine if r.precision is precision] for precision in
             dict.fromkeys(row.precision for row in mine)}  # fmt: skip
    found: dict[str, str] = {}
    for axis, (label, value) in AXES.items():
        lines = {
            name: points
            for name, group in {**named, "front": front(mine)}.items()
            if (points := _points(group, value))
        }
        if lines:
            title = f"{target}: {len(mine)} exported files"
            found[axis] = line_chart(title, label, "Jaccard on dev", lines)
    return found


def _points(rows: Sequence[FileRow], value: Callable[[FileRow], float | None]) -> Points:
    known = [(x, row.jaccard) for row in rows if (x := value(row)) is not None]
    return sorted(known)
