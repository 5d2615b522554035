"""Both packaged students, all files, on every stand-in for a phone's accelerator.

    python -m benchmarks.engines [--engine NAME …] [--net NAME …] [--out FILE]

Exports every ONNX and TFLite file, checks each on its golden images with each engine that fits,
and prints a table: verdict, agreement with the checkpoint, largest difference of a probability,
seconds an image (median of three, the engine alone) and where operations ran. What this machine
lacks is "not run", with the line that installs it.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.context import publish
from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.artifact.packaged import packaged_names
from skinseg_mobile.runtime_py.engines.accelerators import SOCS
from skinseg_mobile.runtime_py.engines.load import ENGINES, load
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.references.find import find_checkpoint

NCNN = ("ncnn", "ncnn-vulkan")
NAMES = (*(f"hexagon:{soc}" for soc in SOCS), "litert-gpu", "litert-reference", *NCNN)
TARGETS_OF = ("onnx", "tflite")
COLUMNS = ("file", "engine", "verdict", "agreement", "largest Δp", "s an image", "operations")
REPEATS = 3


def main() -> None:
    """Print the table, and the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", action="append", choices=NAMES, help="Default: all of them.")
    parser.add_argument("--net", action="append", choices=packaged_names(), help="Default: all.")
    parser.add_argument("--out", type=Path, help="Write the results into a file.")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    print("|".join(("", *COLUMNS, "")), "|".join(("", *("---" for _ in COLUMNS), "")), sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        for net in arguments.net or packaged_names():
            jobs = {target: list(TARGETS[target].precisions) for target in TARGETS_OF}
            for written in export(find_checkpoint(net), jobs, Path(folder)):
                for engine in arguments.engine or NAMES:
                    if written.manifest.target in ENGINES[engine].targets:
                        rows.append(_row(written.path, engine))
                        print("|".join(("", *map(str, rows[-1].values()), "")), flush=True)
    publish({"images": "golden", "rows": rows}, arguments.out)


def _row(folder: Path, engine: str) -> dict[str, Any]:
    report = evaluate_artifact(folder, engine=engine).report
    if report.verdict is Verdict.NOT_RUN:
        values: tuple[Any, ...] = (None, None, None, "; ".join(report.reasons))
    else:
        values = (
            round(report.agreement_mean or 0, 4),
            float(f"{report.max_abs_delta:.2g}"),
            round(_seconds(folder, engine), 2),
            "; ".join(part.sentence for part in report.placement),
        )
    return dict(zip(COLUMNS, (report.artefact, engine, report.verdict, *values), strict=True))


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
