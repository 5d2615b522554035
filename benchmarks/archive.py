"""A gate on many images: its time against an older build's, and its memory on small and large sets.

    OMP_NUM_THREADS=1 python -m benchmarks.archive [--against COMMIT] [--images N] [--large N]

Each build exports the packaged students' ONNX and TFLite files itself and gates them on the same
synthetic images, 1024×768, in one process. The peak of memory is that of `gate` on one file, with
a tenth of --large small images and with all of them.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.build import Took, build_of, run, seconds, write_plan
from benchmarks.context import ROOT, publish
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS

TARGETS = ("onnx", "tflite")
PEAK = """
from contextlib import suppress
import skinseg_cli
from skinseg_mobile.runtime_py.bench.memory import peak_bytes
with suppress(SystemExit):
    skinseg_cli.main()
print(peak_bytes())
"""


def main() -> None:
    """Print the ratios as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", help="A commit of this repository.")
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--large", type=int, default=5000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows: dict[str, Any] = {"peak MB by images": _peaks(folder, arguments.large)}
        if arguments.against:
            data = _images(folder / "data", arguments.images, 1024, 768)
            with build_of(arguments.against, folder / "build") as other:
                ours, theirs = (_gate(build, data, folder) for build in (ROOT, other))
            rows["gate / that of the build"] = ours.over(theirs)
        publish({"images": arguments.images, **rows})


def _images(out: Path, count: int, width: int, height: int) -> Path:
    size = ("--width", width, "--height", height)
    run(ROOT, "-m", "skinseg_cli", "data", "synth", out, "--count", count, *size)
    return out


def _gate(build: Path, data: Path, folder: Path) -> Took:
    """Return how long a build's gate takes, after it has exported its files."""
    out = folder / f"artefacts-{build.name}"
    for net in STUDENTS:
        for target in TARGETS:
            options = ("--target", target, "--precision", "all", "--out", out)
            run(build, "-m", "skinseg_cli", "export", net, *options)
    total = Took(0, 0)
    for net in STUDENTS:
        plan = _plan(folder / f"{net}.toml", data, net, [f"{out}/{net}-{t}-*" for t in TARGETS])
        total += seconds(build, "-m", "skinseg_cli", "gate", plan, codes=(0, 1), cores=1)
    return total


def _plan(file: Path, data: Path, net: str, artefacts: list[str]) -> Path:
    """Write a gate.toml for the train images of a dataset."""
    chosen = {"data": str(data), "split": "train", "reference": net}
    return write_plan(file, artefacts=artefacts, engines=["auto"], workers=1, **chosen)


def _peaks(folder: Path, large: int) -> dict[int, float]:
    net = STUDENTS[-1]
    options = ("--target", "onnx", "--precision", "int8", "--out", folder / "one")
    run(ROOT, "-m", "skinseg_cli", "export", net, *options)
    peaks: dict[int, float] = {}
    for count in (large // 10, large):
        data = _images(folder / f"data-{count}", count, 64, 64)
        plan = _plan(folder / "one.toml", data, net, [f"{folder}/one/{net}-onnx-int8"])
        said = run(ROOT, "-c", PEAK, "gate", plan)
        peaks[count] = round(int(said.split()[-1]) / 1e6, 1)
    return peaks


if __name__ == "__main__":
    main()
