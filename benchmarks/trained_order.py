"""The two orders of a trained hypercolumn net: as the paper has it, and as it runs here.

    python -m benchmarks.trained_order CHECKPOINT DATA [--split valid] [--images 8]

The paper upsamples every level, concatenates and runs the MLP; here the MLP's first layer comes
before upsampling, batch norm is folded, and the rest runs in tiles. The two are equal on paper.
Random weights have small logits, so the largest difference is measured on trained ones, too.
"""

import argparse
from pathlib import Path
from typing import Any

import torch

from benchmarks.context import publish
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.checkpoint import load_checkpoint
from skinseg_mobile.train.references.engine import batch_of


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--images", type=int, default=8)
    given = parser.parse_args()
    checkpoint = load_checkpoint(given.checkpoint)
    net: Any = checkpoint.build().eval()
    tiled, size = net.tiled(), checkpoint.record.spec.size
    samples = select(read_dataset(given.data), split_named(given.split))[: given.images]
    gaps: list[tuple[float, float, int]] = []
    largest = 0.0
    for sample in track(samples, "comparing"):
        image = batch_of(to_tensor(read_photo(sample.image), *size))
        with torch.inference_mode():
            one, other = net.naive(image), tiled(image)
        apart = (one.sigmoid() - other.sigmoid()).abs().max()
        gaps.append(
            (float((one - other).abs().max()), float(apart), int(((one > 0) != (other > 0)).sum()))
        )
        largest = max(largest, float(one.abs().max()))
    logits, probabilities, pixels = zip(*gaps, strict=True)
    publish(
        {
            "net": checkpoint.record.name,
            "checkpoint": checkpoint.digest,
            "images": len(samples),
            "largest logit": largest,
            "largest difference of logits": max(logits),
            "largest difference of probabilities": max(probabilities),
            "pixels on the other side of the threshold": sum(pixels),
        }
    )


if __name__ == "__main__":
    main()
