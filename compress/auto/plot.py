"""The search as a picture: Jaccard over file size and over latency, the front joined by a line.

SVG: sharp at any size, and its text can be searched and read aloud.
"""

from collections.abc import Callable, Sequence
from html import escape

from skinseg_mobile.compress.auto.front import front
from skinseg_mobile.compress.auto.measure import Row
from skinseg_mobile.runtime_py.formats import Precision, Target

WIDTH, HEIGHT, MARGIN = 420, 300, 48
COLOURS = {Precision.INT8: "#0b6e4f", Precision.FP16: "#c1440e"}
OTHER = "#555555"
Point = tuple[float, float, Row]


def plot(rows: Sequence[Row], target: Target) -> str:
    """Return an SVG of one target's rows; those on the front are filled and joined."""
    mine = [row for row in rows if row.target is target]
    sizes = [(row.megabytes, row.jaccard, row) for row in mine]
    times = [(row.milliseconds, row.jaccard, row) for row in mine if row.milliseconds is not None]
    best = front(mine)
    panels = [_panel(sizes, best, "file (MB)", 0)]
    panels += [_panel(times, best, "one thread (ms)", WIDTH)] if times else []
    width = WIDTH * len(panels)
    title = f"{target}: Jaccard on dev of {len(mine)} exported files"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT + 24}" role="img"'
        f' font-family="sans-serif" font-size="11"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="{MARGIN}" y="16" font-size="13">{escape(title)}</text>'
        f"{''.join(panels)}</svg>\n"
    )


def _panel(points: Sequence[Point], best: Sequence[Row], label: str, left: int) -> str:
    """Return one scatter, its origin at (0, 24) and `left`."""
    across = _scale([x for x, _, _ in points], left + MARGIN, left + WIDTH - 16)
    down = _scale([y for _, y, _ in points], 24 + HEIGHT - MARGIN, 40)
    chosen = sorted((x, y) for x, y, row in points if row in best)
    line = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in chosen)
    marks = "".join(_mark(across(x), down(y), row, row in best) for x, y, row in points)
    low, high = f"{min(x for x, _, _ in points):g}", f"{max(x for x, _, _ in points):g}"
    least, most = (f"{pick(y for _, y, _ in points):.3f}" for pick in (min, max))
    bottom = 24 + HEIGHT - 24
    return (
        f'<polyline points="{line}" fill="none" stroke="#888888"/>{marks}'
        f'<text x="{left + MARGIN}" y="{bottom}">{low}</text>'
        f'<text x="{left + WIDTH - 16}" y="{bottom}" text-anchor="end">{high}</text>'
        f'<text x="{left + WIDTH // 2}" y="{bottom}" text-anchor="middle">{label}</text>'
        f'<text x="{left + 8}" y="{24 + HEIGHT - MARGIN}">{least}</text>'
        f'<text x="{left + 8}" y="44">{most}</text>'
    )


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _mark(x: float, y: float, row: Row, best: bool) -> str:
    colour = COLOURS.get(row.precision, OTHER)
    told = f"{row.candidate} {row.precision}: {row.megabytes} MB, {row.milliseconds} ms"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" stroke="{colour}"'
        f' fill="{colour if best else "#ffffff"}">'
        f"<title>{escape(f'{told}, Jaccard {row.jaccard:.4f}')}</title></circle>"
    )
