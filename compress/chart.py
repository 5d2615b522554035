"""Draws lines over two axes: named points become an SVG picture of a few kilobytes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 40, 50
TICKS = 5
LINE = 15
COLOURS = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#222222", "#bbbbbb",
)  # fmt: skip
"""Paul Tol's bright colours, which colour-blind readers tell apart."""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Scale:
    """Maps values of one axis to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return a value's pixel."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def line_chart(title: str, x_label: str, y_label: str, lines: Mapping[str, Points]) -> str:
    """Return an SVG document; each line is labelled at its end."""
    xs, ys = zip(*(point for points in lines.values() for point in points), strict=True)
    x_ticks, y_ticks = ticks(min(xs), max(xs)), ticks(min(ys), max(ys))
    x = Scale(x_ticks[0], x_ticks[-1], LEFT, WIDTH - RIGHT)
    y = Scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP)
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(lines)}
    ends = _apart({name: y(points[-1][1]) for name, points in lines.items()})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 20, title, size=14),
        *(_grid(x(tick), TOP, x(tick), HEIGHT - BOTTOM) for tick in x_ticks),
        *(_grid(LEFT, y(tick), WIDTH - RIGHT, y(tick)) for tick in y_ticks),
        *(_text(x(t), HEIGHT - BOTTOM + 18, f"{t:g}", anchor="middle") for t in x_ticks),
        *(_text(LEFT - 8, y(t) + 4, f"{t:g}", anchor="end") for t in y_ticks),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label, anchor="middle"),
        f'<g transform="translate(16 {HEIGHT / 2}) rotate(-90)">'
        f"{_text(0, 0, y_label, anchor='middle')}</g>",
        *(_line([(x(a), y(b)) for a, b in p], colours[name]) for name, p in lines.items()),
        *(
            _text(WIDTH - RIGHT + 10, end + 4, name, colour=colours[name])
            for name, end in ends.items()
        ),
        "</svg>\n",
    ]
    return "\n".join(parts)


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers that span both values.

    >>> ticks(-0.07, 0.02)
    [-0.08, -0.06, -0.04, -0.02, 0.0, 0.02]
    """
    span = high - low or abs(high) or 1.0
    unit = 10 ** math.floor(math.log10(span / TICKS))
    step = min((unit * n for n in (1, 2, 5, 10)), key=lambda s: abs(span / s - TICKS))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, max(last, first + 1) + 1)]


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Move labels down so far that none covers the one above it, and back into the picture."""
    found: dict[str, float] = {}
    least = -math.inf
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        found[name] = max(place, least)
        least = found[name] + LINE
    over = max(0.0, least - LINE - (HEIGHT - BOTTOM))
    return {name: place - over for name, place in found.items()}


def _line(points: Points, colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    return (
        f'<g fill="{colour}"><polyline points="{path}" fill="none" stroke="{colour}"'
        f' stroke-width="2"/>{dots}</g>'
    )


def _grid(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#ddd"/>'


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, colour: str = "#222"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
        f' fill="{colour}">{escape(words)}</text>'
    )
