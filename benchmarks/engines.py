"""Both packaged students, all files, on every stand-in for a phone and its accelerators.

    python -m benchmarks.engines [--engine NAME …] [--net NAME …] [--precision NAME …]
        [--data FOLDER] [--split NAME] [--out FILE]

Exports every file of every target that an engine takes, and checks each, on its golden images or on
a dataset, with each engine that fits. It prints a table: megabytes, verdict, agreement with the
checkpoint, change of the Jaccard (of a dataset), largest difference of a probability, milliseconds
an image (median of three, the engine alone) and where operations ran. A target or an engine that
this machine lacks is left out. `python -m benchmarks.engines_page` puts the results into
docs/engines.md.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.context import publish
from skinseg_cli.prove.references import open_cases
from skinseg_mobile.export.export import Written, export
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.engines.accelerators import SOCS
from skinseg_mobile.runtime_py.engines.load import ENGINES, load
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import CaseSet
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.report import GateReport
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.references.find import find_checkpoint

NAMES = (
    *(f"hexagon:{soc}" for soc in SOCS),
    *("litert-gpu", "litert-reference", "ncnn", "ncnn-vulkan", "coreai", "executorch"),
)
COLUMNS = ("agreement", "ΔJaccard", "largest Δp", "ms an image", "operations")
REPEATS = 3


def main() -> None:
    """Print the table, and the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", action="append", choices=NAMES, help="Default: all of them.")
    parser.add_argument("--net", action="append", choices=STUDENTS, help="Default: all.")
    parser.add_argument("--precision", action="append", type=Precision, help="Default: all.")
    parser.add_argument("--data", type=Path, help="A dataset's folder. Default: golden images.")
    parser.add_argument("--split", help="Of the dataset.")
    parser.add_argument("--out", type=Path, help="Write the results into a file.")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    engines = [name for name in asked.engine or NAMES if ENGINES[name].missing is None]
    with tempfile.TemporaryDirectory() as folder:
        for net in asked.net or STUDENTS:
            cases = open_cases(asked.data, asked.split, net) if asked.data else None
            for written in _exported(net, engines, asked.precision, Path(folder)):
                rows += _rows(written, engines, cases)
    images = f"{asked.split} of {asked.data.name}" if asked.data else "golden"
    publish({"images": images, "rows": rows}, asked.out)


def _exported(
    net: str, engines: list[str], precisions: list[Precision] | None, folder: Path
) -> list[Written]:
    """Write every file that an engine takes, of all targets that are installed."""
    wanted = {target for engine in engines for target in ENGINES[engine].targets}
    jobs = {
        name: [p for p in spec.precisions if precisions is None or p in precisions]
        for name, spec in TARGETS.items()
        if name in wanted and spec.missing is None
    }
    found = {name: chosen for name, chosen in jobs.items() if chosen}
    return export(find_checkpoint(net), found, folder)


def _rows(written: Written, engines: list[str], cases: CaseSet | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for engine in engines:
        if written.manifest.target in ENGINES[engine].targets:
            rows.append(_row(written.path, engine, cases))
            print(*rows[-1].values(), sep=" | ", flush=True)
    return rows


def _row(folder: Path, engine: str, cases: CaseSet | None) -> dict[str, Any]:
    report = evaluate_artifact(folder, cases, engine=engine).report
    ran = report.verdict is not Verdict.NOT_RUN
    values = _measured(report, folder, engine) if ran else (*[None] * 4, "; ".join(report.reasons))
    return {
        "file": report.artefact,
        "MB": report.facts.megabytes and round(report.facts.megabytes, 3),
        "engine": engine,
        "verdict": report.verdict,
        **dict(zip(COLUMNS, values, strict=True)),
    }


def _measured(report: GateReport, folder: Path, engine: str) -> tuple[Any, ...]:
    return (
        round(report.agreement_mean or 0, 4),
        None if report.delta_jaccard is None else round(report.delta_jaccard, 4),
        float(f"{report.max_abs_delta:.2g}"),
        float(f"{1000 * _seconds(folder, engine):.3g}"),
        "; ".join(part.sentence for part in report.placement),
    )


def _seconds(folder: Path, engine: str) -> float:
    """Return the median seconds of the engine alone; the first run counts for nothing."""
    net, photo = load(folder, engine), read_golden(folder / GOLDEN).images[0]
    tensor = net.tensor_of(photo)
    taken: list[float] = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        net.engine(tensor)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    main()
