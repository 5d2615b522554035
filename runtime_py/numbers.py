"""Numbers as tables, reports and sentences show them."""

import math


def number(value: float) -> str:
    """Return a number as people read it: at most four decimals, two digits where it is tiny."""
    if not math.isfinite(value):
        return "not a number"
    if 0 < abs(value) < 0.0005:
        return f"{value:.2g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def counted(count: int, what: str) -> str:
    """Return a number of things.

    >>> counted(1, "image"), counted(1200, "image")
    ('1 image', '1,200 images')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def told_from(value: float, other: float) -> str:
    """Return a number as people read it, with the digits that tell it from another.

    >>> told_from(0.99896, 0.999), told_from(0.98, 0.999)
    ('0.99896', '0.98')
    """
    if value == other or not math.isfinite(value) or number(value) != number(other):
        return number(value)
    exact = (f"{value:.{digits}g}" for digits in range(4, 18))
    return next(text for text in exact if abs(float(text) - value) < abs(value - other))


def four(value: float | None) -> str:
    """Return four decimals, or a dash where nothing was measured."""
    return "–" if value is None else f"{value:.4f}"


def signed(value: float | None) -> str:
    """Return four decimals with a sign, or a dash."""
    return "–" if value is None else f"{round(value, 4) + 0.0:+.4f}"  # + 0.0: no "-0.0000"
