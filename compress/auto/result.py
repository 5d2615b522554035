"""What a search found, on disk and on the screen, before anything is said about the budget."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from skinseg_mobile.compress.auto.config import Budget
from skinseg_mobile.compress.auto.front import choose, front
from skinseg_mobile.compress.auto.search import Search
from skinseg_mobile.compress.chart import Points, line_chart
from skinseg_mobile.compress.measure_files import Row
from skinseg_mobile.runtime_py.data.dataset import Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import to_json, write_file
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.data.images import read_photographs
from skinseg_mobile.train.references.score import mean_jaccard

FRONT = "front.json"


@dataclass(frozen=True)
class Found:
    """All rows, those on the front, and the chosen one or why there is none."""

    parent_jaccard: float
    rows: Sequence[Row]
    front: Sequence[Row]
    chosen: Row | None
    unmet: str | None


def write(rows: Sequence[Row], settings: Search, budget: Budget, out: Path) -> Found:
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
    dev = read_photographs(settings.data.of(Split.DEV), record.spec.input_size, "reading dev")
    return mean_jaccard(settings.parent.build(), dev)


AXES: Mapping[str, tuple[str, Callable[[Row], float | None]]] = {
    "size": ("MB of the file", lambda row: row.megabytes),
    "latency": ("ms of one inference, one thread", lambda row: row.milliseconds),
}


def plots(rows: Sequence[Row], target: str) -> dict[str, str]:
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


def _points(rows: Sequence[Row], value: Callable[[Row], float | None]) -> Points:
    known = [(x, row.jaccard) for row in rows if (x := value(row)) is not None]
    return sorted(known)
