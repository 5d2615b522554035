"""Turns benchmarks/results/ablation.json and search.json into docs/compression.md.

python -m benchmarks.compression_page
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.context import ROOT
from benchmarks.markdown import table
from skinseg_mobile.runtime_py.storage.atomic import write_file

RESULTS = ROOT / "benchmarks/results"
PAGE = ROOT / "docs/compression.md"
Found = Mapping[str, Any]

TEXT = """\
# How to compress a net

For engineers who need a smaller or faster file, and must choose a width, a precision and a length
of training. This page says what to do, then shows the two measurements behind it.

## What to do
1. **Start from a packaged student.** The int8 TFLite files are 0.54 MB (Jaccard 0.841) and 0.194 MB
   (0.817) on 200 images of `valid`. Both pass the gate: [student](lean-isic2017.md),
   [tiny](lean-isic2017-tiny.md).
2. **To go smaller, prune, then fine-tune.** {choice}
3. **Fine-tune for 8 bits for three epochs.** The packaged students had three, and their int8 files
   pass. The search below fine-tuned for one epoch, and no int8 file of it passes. One epoch is
   the default of `compress auto`; use `--tuning-epochs 3`.
4. **Expect pruning to cost more than 8 bits.** Removing half of the multiply-adds cost
   {pruning:.4f} Jaccard. 8 bits on top of that changed it by {bits:+.4f}, less than the spread over
   seeds.
5. **Train for long, and with better teachers.** In {epochs} epochs, a teacher of three nets
   like the student brought nothing: {teacher:.4f} with it, {labels:.4f} without. 90 more epochs
   brought 0.013 with better teachers and 0.003 without, and those without lost 0.021 on ordinary
   close-up images ([patience](nets.md#patience)).
6. **Judge every file with the gate.** In the search, {failed} of {files} files fail it.

## Step by step
Each row adds one step to the row above: `lean` from labels alone, with a teacher, cut to half of
its multiply-adds and distilled again, and fitted to 8 bits (simulated). The figures are mean
Jaccard on ISIC 2017 `valid` after {epochs} epochs at {side}×{side}. Compare the rows with each
other and with nothing else. The teacher is the soft masks of three lean nets, averaged over eight
views.

{steps}

`{ablation[command]}` at commit `{ablation[commit]}` on {ablation[machine]}.

## A search within a budget
`skinseg-mobile compress auto` started from the student's second edition (Jaccard {parent:.4f} on
`dev`). It pruned, distilled and fine-tuned six candidates for one epoch of 8 bits, and exported
each as six files. {failed} of the {files} files fail the gate; most 8-bit ones fail by the
agreement of masks. These {passed} pass:

{candidates}

*Keep* in a name is the share of the multiply-adds, *at* is the input size. Jaccard is measured on
`dev`, and Δ is against the candidate's own checkpoint. Latency is that of one inference on one
thread, timed while other programs ran. [search.json](../benchmarks/results/search.json) has all
{files} files; its ONNX int8 files were measured before their weights were stored as uint8. The
figures show the TFLite files of all candidates, those that fail the gate too.

`{search[command]}` at commit `{search[commit]}` on {search[machine]}.

![Jaccard over size, TFLite](search-tflite-size.svg)
![Jaccard over latency, TFLite](search-tflite-latency.svg)

`python -m benchmarks.compression_page` writes this page from
[ablation.json](../benchmarks/results/ablation.json) and search.json.
"""


def main() -> None:
    """Write the page anew from the results."""
    print(write_page(RESULTS, PAGE))


def write_page(results: Path, page: Path) -> Path:
    """Write and return the page."""
    ablation, search = (_read(results / f"{name}.json") for name in ("ablation", "search"))
    steps, found = ablation["results"]["rows"], search["results"]
    mean = {name: row["mean"] for name, row in steps.items()}
    passed = [row for row in found["rows"] if row["verdict"] == "passed"]
    text = TEXT.format(
        **{name: ablation["results"][name] for name in ("epochs", "side")},
        ablation=ablation,
        search=search,
        steps=_steps(steps),
        labels=mean["labels"],
        teacher=mean["teacher"],
        pruning=mean["teacher"] - mean["pruning"],
        bits=mean["8 bits"] - mean["pruning"],
        parent=found["parent_jaccard"],
        files=len(found["rows"]),
        passed=len(passed),
        failed=len(found["rows"]) - len(passed),
        candidates=_candidates(passed),
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
    return table(("step", "seed 0", "seed 1", "seed 2", "mean ± sd"), cells)


def _candidates(rows: Sequence[Found]) -> str:
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
        )
        for row in rows
    ]
    columns = ("candidate", "file", "parameters", "multiply-adds", "MB", "ms", "Jaccard", "Δ")
    return table(columns, cells)


def _choice(found: Found) -> str:
    budget = ", ".join(f"{name} {value}" for name, value in found["budget"].items() if value)
    row = found["chosen"]
    if row is None:
        return f"No file of the search met its budget ({budget}): {found['unmet']}."
    whole = next(
        other
        for other in found["rows"]
        if (other["target"], other["precision"]) == (row["target"], row["precision"])
    )
    return (
        f"The search chose {row['candidate']},\n"
        f"   {row['target']} {row['precision']}: {row['parameters']:,} parameters,"
        f" {row['megabytes']:.3f} MB, Jaccard {row['jaccard']:.4f} on `dev`.\n"
        f"   The unpruned candidate in the same format has {whole['parameters']:,} parameters,"
        f" {whole['megabytes']:.3f} MB and {whole['jaccard']:.4f}.\n"
        f"   The budget was {budget}."
    )


if __name__ == "__main__":
    main()
