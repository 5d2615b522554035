"""Puts the tables of benchmarks/results/engines*.json into docs/engines.md.

python -m benchmarks.engines_page
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.context import ROOT
from benchmarks.markdown import rewritten, table
from skinseg_mobile.runtime_py.storage.atomic import write_file

PAGE = ROOT / "docs/engines.md"
_FOLDER = ROOT / "benchmarks/results"
RESULTS = {
    "golden": (_FOLDER / "engines.json", _FOLDER / "engines-tiny.json"),
    "dev": tuple(
        _FOLDER / f"engines-dev{run}.json" for run in ("", "-8gen1", "-fp16", "-8gen1-fp16")
    ),
}
"""By the mark that stands in the page, as `<!-- golden -->` and `<!-- /golden -->`."""
NONE = "–"
COLUMNS = {
    "golden": ("file", "MB", "engine", "verdict", "agreement", "largest Δp", "time", "operations"),
    "dev": ("file", "engine", "verdict", "agreement", "ΔJaccard", "largest Δp"),
}
LEFT = {"file", "engine", "verdict", "operations"}
Row = Mapping[str, Any]


def main() -> None:
    """Write the tables again from the results."""
    print(write_page(PAGE, RESULTS))


def write_page(page: Path, results: Mapping[str, Sequence[Path]]) -> str:
    """Replace the tables of a page and return its text; of several runs the rows follow."""
    text = page.read_text(encoding="utf-8")
    for mark, paths in results.items():
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        rows = [row for run in runs for row in run["results"]["rows"]]
        lines = (_table(rows, COLUMNS[mark]), "", *map(_from, runs))
        text = rewritten(text, mark, "\n".join(lines))
    write_file(page, text)
    return text


def _table(rows: list[Row], columns: Sequence[str]) -> str:
    cells = [[_cell(row, name) for name in columns] for row in rows]
    return table(columns, cells, right=set(columns) - LEFT)


def _cell(row: Row, column: str) -> str:
    """Return a value as the table shows it.

    >>> _cell({"ms an image": 2340.0}, "time"), _cell({"ms an image": 3.98}, "time")
    ('2.34 s', '3.98 ms')
    >>> _cell({"operations": ""}, "operations"), _cell({"largest Δp": 1.3e-06}, "largest Δp")
    ('–', '1.3e-06')
    """
    if column == "time":
        ms = row["ms an image"]
        return NONE if ms is None else f"{ms:.3g} ms" if ms < 1000 else f"{ms / 1000:.3g} s"
    value = row[column]
    if row.get("verdict") == "not run" and column == "operations":
        return NONE  # the reason is a sentence
    if value is None or value == "":
        return NONE
    shown = {"MB": ".3f", "agreement": ".4f", "ΔJaccard": "+.4f", "largest Δp": ".2g"}
    if isinstance(value, float):
        value += 0.0  # no -0.0000
    text = format(value, shown.get(column, ""))
    return f"`{text}`" if column == "engine" else text


def _from(found: Mapping[str, Any]) -> str:
    """Say where the figures come from."""
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    return f"`{found['command']}`, commit {found['commit']}, {found['machine']}, {versions}.\n"


if __name__ == "__main__":
    main()
