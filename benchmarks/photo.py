"""A photograph of 12 megapixels from file to mask: our steps against Pillow's and an older build's.

    OMP_NUM_THREADS=1 python -m benchmarks.photo [--against COMMIT] [--photographs 50]

A synthetic photograph, 4000×3000, JPEG quality 92. Each row is the ratio of two medians that were
taken in turn in this run: our tensor against Pillow's BILINEAR of the same pixels, our mask at the
photograph's size (engine included) against Pillow decoding the file, and, with --against, `predict`
of many such files and the tensor of a training image against the build of a commit.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.build import Took, build_of, run, seconds
from benchmarks.context import ROOT, publish
from skinseg_mobile.runtime_py import load
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.bench.latency import time_in_turn
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.train.synth import draw

SIDE = 192
REPEATS = 7
TRAINING = """
import sys, time
import numpy as np
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
image = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
to_tensor(image, 192, 192)
start = time.perf_counter()
for _ in range(100):
    to_tensor(image, 192, 192)
print(time.perf_counter() - start)
"""


def main() -> None:
    """Print the ratios as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", help="A commit of this repository.")
    parser.add_argument("--photographs", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "photographs" / "0.jpg"
        file.parent.mkdir()
        draw_photograph(file)
        rows = _against_pillow(file)
        if arguments.against:
            for number in range(1, arguments.photographs):
                shutil.copyfile(file, file.with_name(f"{number}.jpg"))
            rows |= _against_build(arguments.against, file.parent, Path(folder))
    publish({"photograph": "4000×3000", "ratios": rows})


def draw_photograph(file: Path) -> None:
    """Write the photograph."""
    scene = draw("lesion", 1, 0, (900, 1200))
    large = Image.fromarray(scene.image).resize((4000, 3000), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(0).normal(0, 3, (3000, 4000, 1))
    pixels = np.clip(np.asarray(large) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(file, quality=92)


def _against_pillow(file: Path) -> dict[str, float]:
    photo, net = read_photo(file), load(DEFAULT_NET)
    image = Image.fromarray(photo)
    return {
        "tensor / Pillow's resize": _ratio(
            lambda: to_tensor(photo, SIDE, SIDE),
            lambda: image.resize((SIDE, SIDE), Image.Resampling.BILINEAR),
        ),
        "photograph to mask / Pillow decoding it": _ratio(
            lambda: net.mask_of(photo),
            lambda: Image.open(file, formats=("JPEG",)).load(),
        ),
    }


def _against_build(commit: str, photographs: Path, scratch: Path) -> dict[str, Any]:
    """Run both builds' command line in turn, each on its own copy of the code."""
    with build_of(commit, scratch / "build") as other:
        theirs = _predict(other, photographs, scratch, 1)
        return {
            "predict / that of the build": _predict(ROOT, photographs, scratch, 1).over(theirs),
            "predict on two processors / that of the build, on one": _predict(
                ROOT, photographs, scratch, 2
            ).over(theirs),
            "training tensor / that of the build": float(run(ROOT, "-c", TRAINING))
            / float(run(other, "-c", TRAINING)),
        }


def _predict(build: Path, photographs: Path, scratch: Path, cores: int) -> Took:
    """Return how long a build's command line takes."""
    out, files = scratch / "out", sorted(photographs.iterdir())
    found = seconds(build, "-m", "skinseg_cli", "predict", *files, "--out", out, cores=cores)
    shutil.rmtree(out)
    return found


def _ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> float:
    """Return the ratio of two medians, taken in turn."""
    mine, others = np.median(time_in_turn((ours, theirs), REPEATS), axis=0).tolist()
    return mine / others


if __name__ == "__main__":
    main()
