"""A training step of the hypercolumn net at sampled pixels against the dense way, in one run.

    python -m benchmarks.sparse [--full] [--images 1] [--pixels 1600] [--runs 3]

Forward and backward at 224×224 with batch norm in training mode; each way in a process of its own,
for its peak memory (resident pages above the loaded net; gradients of the weights count). Quarter
width without `--full`. The ways alternate, the median counts. The dense way at full width keeps
several maps of 4096 × 224 × 224 for the backward pass: about 10 GB.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import torch
import torch.nn.functional as F

from benchmarks.context import ROOT, publish
from skinseg_mobile.runtime_py.bench.memory import forget_peak, peak_bytes
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.sparse import values_at

SIZE = (224, 224)
QUARTER = HypercolumnLayout((16, 32, 64, 128, 128), 1024, (1024, 512))
WAYS = ("sparse", "dense")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--images", type=int, default=1)
    parser.add_argument("--pixels", type=int, default=1600)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        return print(json.dumps(step(arguments)))
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(arguments.runs):
        for way in WAYS:
            found[way].append(in_own_process(way))
    rows = {way: {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            for way, runs in found.items()}  # fmt: skip
    ratios = {name: round(rows["dense"][name] / rows["sparse"][name], 2) for name in rows["dense"]}
    publish({"width": "full" if arguments.full else "quarter", **rows, "dense / sparse": ratios})


def in_own_process(way: str) -> dict[str, float]:
    """Run this benchmark's own command once more, one way only."""
    command = [sys.executable, "-m", "benchmarks.sparse", *sys.argv[1:], "--way", way]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def step(arguments: Any) -> dict[str, float]:
    """Return seconds, user CPU seconds and peak GiB of one training step."""
    torch.manual_seed(0)
    layout = HypercolumnLayout() if arguments.full else QUARTER
    net = layout.build().to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    image = torch.rand(arguments.images, 3, *SIZE) * 255
    image = image.contiguous(memory_format=torch.channels_last)
    truth = (torch.rand(arguments.images, 1, *SIZE) > 0.5).float()
    cells = torch.rand(arguments.images, SIZE[0] * SIZE[1]).topk(arguments.pixels).indices
    pixels = torch.stack((cells // SIZE[1], cells % SIZE[1]), dim=-1)
    forget_peak()
    loaded = peak_bytes() or 0
    user, started = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    if arguments.way == "sparse":
        logits, truth = net.at_pixels(image, pixels), values_at(truth, pixels)
    else:
        logits = net(image)
    F.binary_cross_entropy_with_logits(logits, truth).backward()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - user
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "user CPU seconds": round(used, 2),
        "peak GiB": round(((peak_bytes() or 0) - loaded) / 2**30, 3),
    }


if __name__ == "__main__":
    main()
