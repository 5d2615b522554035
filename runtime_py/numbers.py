"""Numbers as tables, reports and sentences show them."""

import math


def number(value: float) -> str:
    """Return a number as people read it: at most four decimals, two digits where it is tiny."""
    if not math.isfinite(value):
        return "not a number"
    if 0 < abs(value) < 0.0005:
        return f"{value:.2g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def four(value: float | None) -> str:
    """Return four decimals, or a dash where nothing was measured."""
    return "–" if value is None else f"{value:.4f}"


def signed(value: float | None) -> str:
    """Return four decimals with a sign, or a dash."""
    return "–" if value is None else f"{round(value, 4) + 0.0:+.4f}"  # + 0.0: no "-0.0000"
