"""The whole gate: both packaged students' files on all engines of a Linux machine, on two cores.

    make optional
    PYTHONPATH=.engines .venv-optional/bin/python -m benchmarks.whole_gate [--each] [--work DIR]

Exports every file of every target, gates all of them on their golden images with every engine that
this machine has (of the Hexagons two; emulated processors with --emulated), and prints seconds on
the clock and of all processors. With --each, each engine is gated alone, too.
"""

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.build import Took, run, seconds, write_plan
from benchmarks.context import ROOT, publish
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.engines.load import ENGINES

HEXAGONS = ("hexagon:8gen1", "hexagon:8gen3")
"""The others compute the bits of the second."""
EMULATED = ("arm64:", "x86:")
CORES = 2


def main() -> None:
    """Print seconds and verdicts as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--each", action="store_true", help="Gate each engine alone, too.")
    parser.add_argument("--emulated", action="store_true", help="Add emulated processors.")
    parser.add_argument("--work", type=Path, help="Where artefacts are, or go; a new folder.")
    parser.add_argument("--out", type=Path, help="Write the results into a file.")
    arguments = parser.parse_args()
    names = [name for name in ENGINES if _chosen(name, arguments.emulated)]
    with tempfile.TemporaryDirectory() as folder:
        work = (arguments.work or Path(folder)).resolve()
        if not (work / "artefacts").exists():
            for net in STUDENTS:
                options = ("--target", "all", "--precision", "all", "--out", work / "artefacts")
                run(ROOT, "-m", "skinseg_cli", "export", net, *options)
        results: dict[str, Any] = {"all": _gated(work, "all", names)}
        if arguments.each:
            results |= {name: _gated(work, name.replace(":", "-"), [name]) for name in names}
    publish(results, arguments.out)


def _chosen(name: str, emulated: bool) -> bool:
    if ENGINES[name].missing is not None:
        return False
    if name.startswith("hexagon:"):
        return name in HEXAGONS
    return emulated or not name.startswith(EMULATED)


def _gated(work: Path, name: str, engines: list[str]) -> dict[str, Any]:
    """Gate all files that an engine of these runs."""
    report = work / f"report-{name}"
    targets = sorted({target for engine in engines for target in ENGINES[engine].targets})
    plan = write_plan(
        work / f"{name}.toml",
        artefacts=[f"{work}/artefacts/*-{target}-*" for target in targets],
        engines=engines,
        workers=CORES,
    )
    options = (plan, "--out", report)
    took: Took = seconds(ROOT, "-m", "skinseg_cli", "gate", *options, codes=(0, 1, 3), cores=CORES)
    judged = json.loads((report / "report.json").read_text())["judgements"]
    return {
        "seconds": round(took.wall, 1),
        "processor seconds": round(took.processor, 1),
        "judgements": len(judged),
        "verdicts": dict(Counter(item["verdict"] for item in judged)),
    }


if __name__ == "__main__":
    main()
