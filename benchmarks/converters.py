"""Small modules of segmentation nets through every converter, each compared with torch.

    python -m benchmarks.converters [--target T]... [--way W]... [--module NAME]... [--results FILE]

A module stands in a small net (`converter_modules`), which is adopted and converted in three ways
(`converted`): `ours` and `int8` as `export` does it, `plain` without our refusals and rewrites. The
file of `ours` also runs on other engines of its target, where they are installed.

Each file runs in our engine of its target. Eight nets share one file, as results of one input;
where a converter refuses them, each half is tried again, down to single nets. Converters run in
another process. Results are written as they come: stopped and started again, the script goes on
with what is missing. Core AI and ExecuTorch are measured where they are installed (`make
optional`); what is known of other targets stays as it is. In the end `docs/converters.md` is
written.
"""

import argparse
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.context import context
from benchmarks.converted import BESIDE, TOGETHER, WAYS, Outcome, convert
from benchmarks.converter_modules import CASES
from benchmarks.converters_page import PAGE, RESULTS, write_page
from skinseg_mobile.runtime_py.engines.load import ENGINES
from skinseg_mobile.runtime_py.progress import bar
from skinseg_mobile.runtime_py.storage.atomic import write_file
from skinseg_mobile.runtime_py.targets import TARGETS

MOST_TOGETHER = 8
"""Nets in one file."""
VERSIONS = {
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "tflite": ("litert-torch", "litert-quantizer", "ai-edge-litert"),
    "coreml": ("coremltools",),
    "coreai": ("coreai-torch", "coreai-core"),
    "executorch": ("executorch",),
}
CALLS = 60
"""After so many a new process gives back memory that vendors keep."""
Row = dict[str, Any]
Rows = dict[str, dict[str, Row]]
"""Outcomes by module, target and way."""


def main() -> None:
    """Fill in what is missing and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    there = [name for name, spec in TARGETS.items() if spec.missing is None]
    parser.add_argument("--target", action="append", choices=there, help="all that are installed")
    parser.add_argument("--way", action="append", choices=WAYS, help="all")
    parser.add_argument("--module", action="append", choices=list(CASES), help="measure it again")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args()
    found: Row = {"runs": {}, "results": {}}
    if asked.results.exists():
        found = json.loads(asked.results.read_text())
    rows: Rows = {name: found["results"].get(name, {}) for name in CASES}
    found["results"] = rows
    for name in asked.module or ():
        for target in asked.target or there:
            rows[name].pop(target, None)
    ways = asked.way or [way for way in WAYS if way not in BESIDE or not ENGINES[way].missing]
    for target in fill(rows, asked.target or there, ways):
        found["runs"][target] = _run_of(target)
        write_file(asked.results, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    write_page(json.loads(asked.results.read_text()), CASES, asked.page)


def _run_of(target: str) -> Row:
    run = context()
    versions = {package: version(package) for package in ("torch", *VERSIONS[target])}
    return {key: run[key] for key in ("commit", "machine", "python")} | {"versions": versions}


def fill(rows: Rows, targets: Sequence[str], ways: Sequence[str]) -> Iterator[str]:
    """Put what `rows` lack into them; yield the target of each step."""
    workers, names = Workers(), list(CASES)
    parts = [names[at : at + MOST_TOGETHER] for at in range(0, len(names), MOST_TOGETHER)]
    steps = [
        (part, way, target)
        for part in parts
        for way in ways
        for target in targets
        if BESIDE.get(way, target) == target
    ]
    with bar() as progress:
        task = progress.add_task("converting", total=len(steps), note="")
        for part, way, target in steps:
            progress.update(task, advance=1, note=f"{target} {way}: {part[0]}")
            left = [name for name in part if _lacks(rows[name], target, way, name)]
            refused = [name for name in left if _refused(rows[name], target)]
            size = MOST_TOGETHER if way in TOGETHER else 1  # ranges are those of one net
            for at in range(0, len(left), size):
                ask = partial(workers.convert, target, way, refused)
                for name, outcome in outcomes(left[at : at + size], ask):
                    rows[name].setdefault(target, {})[way] = asdict(outcome)
                yield target


def _lacks(row: Row, target: str, way: str, name: str) -> bool:
    """Return whether a way was not gone yet; 8 bits make sense where float32 is right."""
    found: Row = row.get(target, {})
    if way in found:
        return False
    right = found.get("ours", {}).get("verdict") == "right"
    return way in TOGETHER or (right and not CASES[name].jumps)


def _refused(row: Row, target: str) -> bool:
    return row.get(target, {}).get("ours", {}).get("verdict") == "refused"


class Workers:
    """One process at a time that converts; a converter that ends it costs its own row alone."""

    def __init__(self) -> None:
        self.pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, spawn, max_tasks_per_child=CALLS)

    def convert(
        self, target: str, way: str, refused: Sequence[str], names: Sequence[str]
    ) -> dict[str, Outcome | None]:
        """See `converted.convert`."""
        try:
            return self.pool.submit(convert, names, target, way, refused).result()
        except BrokenExecutor:
            self.pool = self._new()
            ended = Outcome("fails", words="the process ended") if len(names) == 1 else None
            return dict.fromkeys(names, ended)


def outcomes(
    names: Sequence[str], ask: Callable[[Sequence[str]], dict[str, Outcome | None]]
) -> Iterator[tuple[str, Outcome]]:
    """Yield what became of each net; those that have no outcome together are asked for in halves.

    `ask` gives one net an outcome in any case.
    """
    if not names:
        return
    found = ask(names)
    yield from ((name, outcome) for name, outcome in found.items() if outcome)
    left = [name for name, outcome in found.items() if not outcome]
    half = (len(left) + 1) // 2
    for part in (left[:half], left[half:]):
        yield from outcomes(part, ask)


if __name__ == "__main__":
    main()
