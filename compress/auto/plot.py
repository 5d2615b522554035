"""The search as pictures: Jaccard over file size and over latency, the front among the lines."""

from collections.abc import Callable, Mapping, Sequence

from skinseg_mobile.compress.auto.front import front
from skinseg_mobile.compress.chart import Points, line_chart
from skinseg_mobile.compress.measure_files import Row

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
