"""How hard the synthetic lesions are: the packaged student against a global Otsu threshold.

    python -m benchmarks.synthetic [--count 200] [--seed 0] [--large 0]

With `--large N` the first N scenes are also drawn at 4000×3000 and scored there: the antialiased
resize must make size irrelevant.
"""

import argparse
from typing import Any

import numpy as np
import torch

from benchmarks.context import publish
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.metrics.overlap import jaccard
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.synth import Scene, draw

LARGE = (3000, 4000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--large", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    net = segmenter_of(find_checkpoint(DEFAULT_NET))
    scenes = [draw("lesion", arguments.seed, i) for i in track(range(arguments.count), "drawing")]
    small = [_score(net, scene) for scene in track(scenes, "student")]
    results: dict[str, Any] = {
        "images": len(scenes),
        "student": float(np.mean(small)),
        "otsu": float(np.mean([jaccard(otsu(scene.image), scene.mask) for scene in scenes])),
    }
    if arguments.large:
        rows = track(range(arguments.large), "4000×3000")
        large = [_score(net, draw("lesion", arguments.seed, i, LARGE)) for i in rows]
        results["at 4000×3000"] = {
            "images": len(large),
            "student": float(np.mean(large)),
            "same scenes at 256×256": float(np.mean(small[: len(large)])),
            "largest difference of one image": float(
                np.abs(np.subtract(large, small[: len(large)])).max()
            ),
        }
    publish(results)


def _score(net: Segmenter, scene: Scene) -> float:
    probability = net.at_net_size(scene.image)
    return jaccard(net.mask(probability, *scene.mask.shape), scene.mask)


def otsu(photo: Photo) -> Mask:
    """Return where the grey photograph is darker than Otsu's threshold (1979)."""
    grey = photo.mean(axis=2).astype(np.uint8)
    share = np.bincount(grey.ravel(), minlength=256) / grey.size
    below, mean_below = np.cumsum(share), np.cumsum(share * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean_below[-1] * below - mean_below) ** 2 / (below * (1 - below))
    return grey <= int(np.nanargmax(np.where(np.isfinite(between), between, -1)))


if __name__ == "__main__":
    main()
