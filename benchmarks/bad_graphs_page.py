"""Turns benchmarks/results/bad-graphs.json into docs/bad-graphs.md.

python -m benchmarks.bad_graphs_page
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.context import ROOT
from skinseg_mobile.runtime_py.storage.atomic import write_file

RESULTS = ROOT / "benchmarks/results/bad-graphs.json"
PAGE = ROOT / "docs/bad-graphs.md"
NO_NUMBER = "NaN"
"""In place of a difference: the result is no number, or has another shape."""
Found = dict[str, Any]

HEAD = """\
# Graphs that go wrong on phones, on every engine

For engineers who ask what a green gate on a Linux machine is worth. {count} small graphs were
rebuilt from public reports of wrong results on phones, or from our own faults. Each was written for
every target, run on every engine, and compared with torch in float32. The table says which engine
shows the fault. An engine that shows nothing here does not make the phone right: a fault of a
driver or of a chip is in no simulator.

{lessons}
## What each engine says
A number is the largest difference from torch, relative to the largest value of the result; of
classes it is the share of pixels with another class. **Bold** is wrong: above the limit of the
second table. *part* means that the accelerator or delegate leaves operations to other kernels.
*refused* means that the converter or the engine ends with an error; the third table has its words.
*left* means that the neural processor does not take the graph.

{table}

## The graphs
*Numbers* says how the files compute: in float32; in half precision, where the format has that (Core
ML, Core AI, ExecuTorch; the neural processor always does); in 8 bits; or in float with weights of 8
bits.

{graphs}

## What was refused, and what was left
{refused}
Written by `python -m benchmarks.bad_graphs`, commit {commit}, {machine}, {versions}.
"""

LESSONS = """\
- **Found here, and in no public report that we know**: LiteRT's GPU drops zeros that are padded
  before an average
  ([run it](../findings/litert-gpu-drops-padding-before-average-pooling.sh)), and the neural
  processor loses the last row of average pooling that rounds sizes up
  ([run it](../findings/onnxruntime-qnn-average-pooling-loses-the-last-row.sh)). Both engines say
  that they run the whole file. Use sizes that divide, and no padding in average pooling.
- **Half precision shows** where an engine computes in it: an infinite sum, a sum that stops
  growing, a threshold inside the graph. Which of them fails differs by engine, so one engine is
  not enough.
- **Faults of the file show everywhere**: depthwise weights of one scale are wrong on all engines
  alike. A second engine says nothing of them, a comparison with the checkpoint does.
- **{silent} of the {count} graphs are right on every engine that takes them**: the rows without a
  bold number. Those are faults of one driver, one chip or one older version.
"""


def main() -> None:
    """Write the page anew from the results."""
    print(write_page(RESULTS))


def write_page(path: Path) -> str:
    """Write the page and return its text."""
    found: Found = json.loads(path.read_text())
    engines: list[str] = found["results"]["engines"]
    graphs: list[Found] = found["results"]["graphs"]
    silent = [graph["name"] for graph in graphs if not any(map(_wrong, _cells(graph)))]
    page = HEAD.format(
        count=len(graphs),
        lessons=LESSONS.format(silent=len(silent), count=len(graphs)),
        table=_table(engines, graphs),
        graphs=_sources(graphs),
        refused="\n".join(_words(graphs)) + "\n",
        commit=found["commit"],
        machine=found["machine"],
        versions=", ".join(f"{name} {number}" for name, number in found["versions"].items()),
    )
    write_file(PAGE, page)
    return page


def _cells(graph: Found) -> Iterator[tuple[Found, float]]:
    return ((cell, graph["limit"]) for cell in graph["cells"].values())


def _wrong(cell: tuple[Found, float]) -> bool:
    found, limit = cell
    return found["gap"] == NO_NUMBER or (found["gap"] is not None and found["gap"] > limit)


def _table(engines: list[str], graphs: list[Found]) -> str:
    head = ["graph", *(f"`{name}`" for name in engines)]
    rows = [
        [g["name"], *(_shown(g["cells"][name], g["limit"]) for name in engines)] for g in graphs
    ]
    return _lines([head, *rows])


def _shown(cell: Found, limit: float) -> str:
    if cell["refused"]:
        return "not run" if cell["refused"].startswith("not run") else "refused"
    if cell["gap"] is None:
        return "left"
    gap = cell["gap"]
    if gap == NO_NUMBER:
        text = f"**{NO_NUMBER}**"
    else:
        text = f"{gap:.1g}" if gap < 0.1 else f"{gap:.2g}"
        text = text if gap <= limit else f"**{text}**"
    return f"{text}, part" if cell["left"] else text


def _sources(graphs: list[Found]) -> str:
    rows = [["graph", "reported", "numbers", "right up to", "source"]]
    for graph in graphs:
        limit = f"{graph['limit']:g}{' of pixels' if graph['counts'] else ''}"
        rows.append(
            [graph["name"], graph["reported"], graph["numbers"], limit, _link(graph["source"])]
        )
    return _lines(rows)


def _link(source: str) -> str:
    """Return a link.

    >>> _link("Tencent/ncnn#924")
    '[ncnn #924](https://github.com/Tencent/ncnn/issues/924)'
    """
    if not source:
        return "ours"
    repository, _, number = source.partition("#")
    address = f"https://github.com/{repository}/issues/{number}"
    return f"[{repository.partition('/')[2]} #{number}]({address})"


def _words(graphs: list[Found]) -> Iterator[str]:
    yield from ("| graph | engine | words |", "|---|---|---|")
    for graph in graphs:
        said: dict[str, list[str]] = {}
        for name, cell in graph["cells"].items():
            left = f"left: {cell['left']}" if cell["left"] else ""
            if words := cell["refused"] or left:
                said.setdefault(words.replace("|", "/"), []).append(f"`{name}`")
        for words, names in said.items():
            if words.startswith("not run"):
                continue
            yield f"| {graph['name']} | {', '.join(names)} | {words} |"


def _lines(rows: list[list[str]]) -> str:
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *rest])


if __name__ == "__main__":
    main()
