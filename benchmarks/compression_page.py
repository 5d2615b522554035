"""Turns benchmarks/results/ablation.json and search.json into docs/compression.md.

python -m benchmarks.compression_page
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.context import ROOT
from skinseg_mobile.runtime_py.storage.atomic import write_file

RESULTS = ROOT / "benchmarks/results"
PAGE = ROOT / "docs/compression.md"
Found = Mapping[str, Any]

TEXT = """\
# What compression brings and costs

Generated from [ablation.json](../benchmarks/results/ablation.json) and
[search.json](../benchmarks/results/search.json) by `python -m benchmarks.compression_page`.

## Step by step
{epochs} epochs at {side}×{side}, ISIC 2017, mean Jaccard on `valid`: the rows compare with each
other and with nothing else. Teacher: the soft masks of three lean nets, eight views averaged.
`{ablation[command]}` at commit `{ablation[commit]}` on {ablation[machine]}.

{steps}

## A search within a budget
`skinseg-mobile compress auto` from the packaged student, every candidate pruned, distilled, fitted
to 8 bits, exported, and measured from its files: Jaccard on `dev`, where the parent has
{parent:.4f}; milliseconds of one inference on one thread.
`{search[command]}` at commit `{search[commit]}` on {search[machine]}.

{candidates}

{choice}

The files were timed while other programs ran. Most 8-bit ones fail the gate by the agreement of
masks after one epoch of tuning; the packaged student, tuned for three, passes.

![Jaccard over size, TFLite](search-tflite-size.svg)
![Jaccard over latency, TFLite](search-tflite-latency.svg)
"""


def main() -> None:
    """Write the page anew from the results."""
    print(write_page(RESULTS, PAGE))


def write_page(results: Path, page: Path) -> Path:
    """Write and return the page."""
    ablation, search = (_read(results / f"{name}.json") for name in ("ablation", "search"))
    found = search["results"]
    text = TEXT.format(
        **{name: ablation["results"][name] for name in ("epochs", "side")},
        ablation=ablation,
        search=search,
        steps=_steps(ablation["results"]["rows"]),
        parent=found["parent_jaccard"],
        candidates=_candidates(found),
        choice=_choice(found),
    )
    write_file(page, text)
    return page


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _steps(rows: Mapping[str, Found]) -> str:
    cells = [
        (name, *map(str, row["seeds"]), f"{row['mean']} ± {row['sd']}")
        for name, row in rows.items()
    ]
    return _table(("step", "seed 0", "seed 1", "seed 2", "mean ± sd"), cells)


def _candidates(found: Found) -> str:
    front = found["front"]
    cells = [
        (
            row["candidate"],
            f"{row['target']} {row['precision']}",
            f"{row['parameters']:,}",
            f"{row['multiply_adds'] / 1e6:.0f} M",
            f"{row['megabytes']:.3f}",
            "not measured" if row["milliseconds"] is None else f"{row['milliseconds']:.2f}",
            f"{row['jaccard']:.4f}",
            f"{row['delta_jaccard']:+.4f}",
            row["verdict"],
            "yes" if row in front else "",
        )
        for row in found["rows"]
    ]
    columns = ("candidate", "file", "parameters", "multiply-adds", "MB", "ms", "Jaccard",
               "− checkpoint", "gate", "front")  # fmt: skip
    return _table(columns, cells)


def _choice(found: Found) -> str:
    budget = ", ".join(f"{name} {value}" for name, value in found["budget"].items() if value)
    row = found["chosen"]
    told = found["unmet"] if row is None else (
        f"chosen is {row['candidate']}, {row['target']} {row['precision']}"
    )  # fmt: skip
    return f"Within the budget ({budget}): {told}."


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
