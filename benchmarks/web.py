"""How long a photograph takes in the reference web app, from the file to the mask on a canvas.

    python -m benchmarks.web [--artefact NAME] [--repeats 30] [--against FOLDER]

The app's engine page runs in a Chromium without a window, on one thread. Python takes the same
photograph in turn with it: the same contract and LiteRT, also on one thread, nothing drawn.
Medians in milliseconds; the first five of each are left out, JavaScript is compiled while it runs.
With --against, a photograph of 12 megapixels goes through this build and another one in turn; the
FOLDER is a checkout in which `make web` has run. Ratios: to that build, and to the own decoding.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.build import run
from benchmarks.context import ROOT, publish
from benchmarks.photo import draw_photograph
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage
from skinseg_mobile.runtime_py.engines.load import find_artefact, open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor

PHOTOS = {
    "net-192x192.png": "image/png",
    "portrait-320x240.png": "image/png",
    "megapixel-900x1200.jpg": "image/jpeg",
}
STEPS = ("decode", "tensor", "net", "mask", "overlay")
WARM_UP = 5
LARGE = """
import json, sys
from pathlib import Path
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage
from skinseg_mobile.runtime_py.engines.load import find_artefact
folder, photograph = find_artefact(sys.argv[1]), Path(sys.argv[2]).read_bytes()
page = EnginePage(folder, read_manifest(folder))
answers = [json.loads(page.ask(photograph, "image/jpeg")) for _ in range(int(sys.argv[3]))]
page.close()
print(json.dumps([answer["milliseconds"] for answer in answers]))
"""


def main() -> None:
    """Print the medians as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artefact", default=DEFAULT_NET)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--against", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.against:
        publish(_against(arguments.against.resolve(), arguments.artefact, arguments.repeats))
        return
    folder = find_artefact(arguments.artefact)
    manifest = read_manifest(folder)
    net, page = open_segmenter(folder, manifest), EnginePage(folder, manifest)
    photos = {
        name: _times(
            ROOT / "tests" / "vectors" / "photos" / name, kind, net, page, arguments.repeats
        )
        for name, kind in PHOTOS.items()
    }
    page.close()
    ready = page.ready
    publish(
        {
            "artefact": manifest.label,
            "web": f"{ready.runtime}, {ready.delegate}, {ready.browser}",
            "python": net.engine.name,
            "photographs": photos,
        }
    )


def _against(other: Path, artefact: str, repeats: int) -> dict[str, Any]:
    """Run both builds in turn, each with its own Python, three times."""
    times: list[list[list[float]]] = [[], []]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "photograph.jpg"
        draw_photograph(file)
        for _ in range(3):
            for build, found in zip((ROOT, other), times, strict=True):
                found += json.loads(run(build, "-c", LARGE, artefact, file, repeats))[WARM_UP:]
    ours, theirs = (_medians(found, STEPS, 0) for found in times)
    end = "photograph to the end"
    return {
        "photograph": "4000×3000",
        "web": ours,
        "web of the build": theirs,
        "to the build's": ours[end] / theirs[end],
        "to its own decoding": ours[end] / ours["decode"],
    }


def _times(file: Path, kind: str, net: Segmenter, page: EnginePage, repeats: int) -> dict[str, Any]:
    content = file.read_bytes()
    web: list[list[float]] = []
    python: list[list[float]] = []
    for _ in range(repeats):
        web.append(json.loads(page.ask(content, kind))["milliseconds"])
        python.append(_python(file, net))
    return {
        "web": _medians(web, STEPS),
        "python": _medians(python, STEPS[: len(python[0])]),
    }


def _python(file: Path, net: Segmenter) -> list[float]:
    laps = [time.perf_counter()]
    photo = read_photo(file)
    laps.append(time.perf_counter())
    tensor = to_tensor(photo, net.height, net.width)
    laps.append(time.perf_counter())
    probability = net.engine(tensor)
    laps.append(time.perf_counter())
    net.mask(probability, *photo.shape[:2])
    laps.append(time.perf_counter())
    return list(np.diff(laps) * 1e3)


def _medians(
    times: list[list[float]], steps: tuple[str, ...], warm_up: int = WARM_UP
) -> dict[str, float]:
    warm = np.array(times[warm_up:])
    by_step = zip(steps, np.median(warm, axis=0), strict=True)
    found = {step: round(float(median), 2) for step, median in by_step}
    return {**found, "photograph to the end": round(float(np.median(warm.sum(axis=1))), 2)}


if __name__ == "__main__":
    main()
