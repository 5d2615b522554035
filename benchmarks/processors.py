"""All files of both packaged students on every processor: verdicts and the spread between them.

    python -m benchmarks.processors [--work DIR] [--demo] [--out FILE]

Exports every target and precision, gates the files natively and, ONNX and TFLite, on emulated x86
and ARM64 processors (`skinseg-mobile emulate setup` comes first), and prints a table. The spread
of an image is the largest minus the smallest value that processors gave it; the table shows the
largest of all images. With --demo, `skinseg-mobile demo` runs too, each of its processes on an
emulated Haswell, which has no VNNI.
"""

import argparse
import json
import os
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.build import run, write_plan
from benchmarks.context import ROOT, publish
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.engines.emulated.place import CPUS as ARM64
from skinseg_mobile.runtime_py.engines.emulated.place import default_place
from skinseg_mobile.runtime_py.engines.emulated.x86 import CPUS as X86
from skinseg_mobile.runtime_py.engines.emulated.x86 import find_emulator

ENGINES = ("auto", *(f"x86:{name}" for name in X86), *(f"arm64:{name}" for name in ARM64))
COLUMNS = ("file", "processors", "verdicts", "agreement", "spread of J", "spread of agreement")


def main() -> None:
    """Print the table, and the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="Keep the artefacts and reports in a new folder.")
    parser.add_argument("--demo", action="store_true", help="Run the demo on a Haswell, too.")
    parser.add_argument("--out", type=Path, help="Write the results into a file.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        rows = _files(_gated(work))
        results: dict[str, Any] = {"engines": ENGINES, "files": rows}
        if arguments.demo:
            results["demo"] = _demo(work)
    print("|".join(("", *COLUMNS, "")), "|".join(("", *("---" for _ in COLUMNS), "")), sep="\n")
    for row in rows:
        print("|".join(("", *map(str, row.values()), "")))
    publish(results, arguments.out)


def _gated(work: Path) -> list[dict[str, Any]]:
    """Export and gate; return the reports of all files on all processors."""
    artefacts, report = work / "artefacts", work / "report"
    for net in STUDENTS:
        _run("export", net, "--target", "all", "--precision", "all", "--out", artefacts)
    plan = write_plan(
        work / "gate.toml", artefacts=[f"{artefacts.resolve()}/*"], engines=list(ENGINES)
    )
    _run("gate", plan, "--out", report)
    return json.loads((report / "report.json").read_text())["judgements"]


def _files(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_file(name, list(some)) for name, some in groupby(reports, lambda r: r["artefact"])]


def _file(name: str, reports: list[dict[str, Any]]) -> dict[str, Any]:
    agreements = [report["agreement_mean"] for report in reports]
    return {
        "file": name,
        "processors": len(reports),
        "verdicts": ", ".join(sorted({report["verdict"] for report in reports})),
        "agreement": f"{min(agreements):.4f} to {max(agreements):.4f}",
        "spread of J": f"{_spread(reports, 'jaccard_artefact'):.4f}",
        "spread of agreement": f"{_spread(reports, 'agreement'):.4f}",
    }


def _spread(reports: list[dict[str, Any]], number: str) -> float:
    """Return the largest minus the smallest of any one image."""
    images = zip(*(report["per_image"] for report in reports), strict=True)
    values = [[image[number] for image in same] for same in images]
    return max(max(of_image) - min(of_image) for of_image in values)


def _demo(work: Path) -> list[dict[str, Any]]:
    """Run the demo with an interpreter whose every process is an emulated Haswell."""
    home = work / "haswell"
    python = home / "bin" / "python"
    python.parent.mkdir(parents=True)
    (home / "lib").symlink_to(Path(sys.prefix) / "lib")
    (home / "pyvenv.cfg").write_bytes((Path(sys.prefix) / "pyvenv.cfg").read_bytes())
    emulator = [str(find_emulator(default_place())), "-cpu", X86["haswell"], "-0", str(python)]
    real = os.path.realpath(sys.executable)
    python.write_text(f'#!/bin/sh\nexec {" ".join(emulator)} {real} "$@"\n')
    python.chmod(0o755)
    said = _run("demo", "--out", work / "demo", "--json", python=str(python))
    return [{name: r[name] for name in ("artefact", "engine", "verdict")} for r in json.loads(said)]


def _run(*arguments: object, python: str = sys.executable) -> str:
    """Run the command line; a gate that failed has a report."""
    return run(ROOT, "-m", "skinseg_cli", *arguments, codes=(0, 1), python=python)


if __name__ == "__main__":
    main()
