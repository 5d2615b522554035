"""Tables in Markdown, and the part of a page that a script writes."""

import re
from collections.abc import Collection, Iterable, Sequence


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[str] = ()
) -> str:
    """Return a table's lines; numbers of the columns in `right` stand below each other.

    >>> print(table(("file", "MB"), [("a", 1.5)], right=("MB",)))
    | file | MB |
    | --- | ---: |
    | a | 1.5 |
    """
    rule = ["---:" if name in right else "---" for name in columns]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in (columns, rule, *rows))


def marked(mark: str) -> re.Pattern[str]:
    """Return what finds the text between `<!-- mark -->` and `<!-- /mark -->`, in a group."""
    return re.compile(rf"(?<=<!-- {mark} -->\n)(.*?)(?=<!-- /{mark} -->)", re.DOTALL)


def rewritten(page: str, mark: str, text: str) -> str:
    """Return the page with `text` between the two comments."""
    return marked(mark).sub(lambda _: text, page)
