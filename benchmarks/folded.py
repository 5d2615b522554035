"""Three ways through the full `hypercolumn` net, in one run: naive, folded plainly, in tiles.

    python -m benchmarks.folded [--device cuda] [--runs 3] [--threads 2]

naive   upsample, concatenate, MLP (the paper's order)
folded  first MLP layer before upsampling, batch norm folded, no more
tiles   what `evaluate` and `predict` run

Ways alternate, the median counts; user CPU seconds stand beside them, which a busy machine leaves
alone. Memory is measured in a process of its own a way: the peak of resident pages above those of
the loaded net. Weights are He et al.'s.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.context import ROOT, publish
from benchmarks.full_size import spread
from skinseg_mobile.runtime_py.bench.memory import forget_peak, peak_bytes
from skinseg_mobile.train.nets.fold import folded
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.nets.tiles import GPU, PATCH, TiledHypercolumn

WAYS = ("naive", "folded", "tiles")
GIB = 2**30
Net = Callable[[Tensor], Tensor]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.memory:
        return print(json.dumps(peak_above_weights(arguments.memory)))
    if arguments.device == "cuda" and not torch.cuda.is_available():
        return publish({"device": "cuda", "verdict": "not run: no CUDA here"})
    publish(measure(arguments.device, arguments.runs, arguments.threads))


def measure(device: str, runs: int, threads: int) -> dict[str, Any]:
    """Return a row a way, and ratios to naive."""
    given = image().to(device)
    nets = {way: build(way, device) for way in WAYS}
    results: dict[str, Tensor] = {}
    times: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way, net in nets.items():
            results[way], *taken = timed(net, given, device)
            times[way].append((taken[0], taken[1]))
    rows: dict[str, Any] = {}
    for way in WAYS:
        wall, user = (statistics.median(column) for column in zip(*times[way], strict=True))
        error = (results[way] - results["naive"]).abs().max() / results["naive"].abs().max()
        memory = cuda_peak(nets[way], given) if device == "cuda" else memory_of(way, threads)
        rows[way] = {
            "seconds": round(wall, 4),
            "user CPU seconds": round(user, 2),
            "peak GiB above the weights": round(memory, 3),
            "largest relative difference from naive": float(error),
        }
    naive, tiles = rows["naive"], rows["tiles"]
    found = {
        "threads": threads,
        "runs": runs,
        "ways": rows,
        "naive / tiles, seconds": round(naive["seconds"] / tiles["seconds"], 2),
        "naive / tiles, user CPU": round(naive["user CPU seconds"] / tiles["user CPU seconds"], 2),
        "multiply-add limit": 3.41,
    }
    return found if device == "cpu" else found | {"matrix products alone": products(runs)}


def image() -> Tensor:
    """Return one random photograph."""
    return torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 255


@torch.inference_mode()
def build(way: str, device: str = "cpu") -> Net:
    """Return the same random net, run one way."""
    torch.manual_seed(0)
    net: Any = spread(NETS["hypercolumn"].spec.build()).to(device)
    run: Any = {"naive": lambda: net.naive, "folded": lambda: folded(net),
                "tiles": lambda: TiledHypercolumn(net)}[way]()  # fmt: skip
    return torch.inference_mode()(run)


def timed(net: Net, given: Tensor, device: str) -> tuple[Tensor, float, float]:
    """Return what one call gives, its wall seconds and its user CPU seconds."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    found = net(given)
    if device == "cuda":
        torch.cuda.synchronize()
    taken = time.perf_counter() - started
    return found, taken, resource.getrusage(resource.RUSAGE_SELF).ru_utime - before


def memory_of(way: str, threads: int) -> float:
    """Return the peak above the weights in GiB, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.folded", "--memory", way, "--threads"]
    done = subprocess.run(
        [*command, str(threads)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def peak_above_weights(way: str) -> float:
    """Run this process's only call, its peak forgotten after loading."""
    net, given = build(way), image()
    forget_peak()
    loaded = peak_bytes() or 0
    net(given)
    return ((peak_bytes() or 0) - loaded) / GIB


def cuda_peak(net: Net, given: Tensor) -> float:
    """Return the peak above what is allocated now, in GiB."""
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    net(given)
    return (torch.cuda.max_memory_allocated() - before) / GIB


@torch.inference_mode()
def products(runs: int) -> dict[str, float]:
    """Time the tiled form's matrix products alone, on CUDA: same shapes, nothing between them."""
    layout: Any = NETS["hypercolumn"].spec.layout
    first, second = layout.hidden
    levels = [(224 >> depth) ** 2 for depth in range(6)]
    pixels, patches = levels[0], levels[0] // PATCH
    new = torch.ones(1, device="cuda").new_empty
    widths = (*layout.widths, layout.fc)
    shapes = [((n, c), (c, first)) for n, c in zip(levels, widths, strict=True)]
    shapes += [((pixels, first), (first, second))]
    pairs = [(new(one), new(other)) for one, other in shapes]
    pairs += [(new(patches, PATCH, 69), new(patches, 69, first))]  # 69 cells around a patch
    torch.cuda.synchronize()
    taken: list[float] = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        for one, other in pairs:
            torch.matmul(one, other)
        torch.cuda.synchronize()
        taken.append(time.perf_counter() - started)
    return {"seconds": statistics.median(taken[1:]), "patches a tile": GPU.patches}


if __name__ == "__main__":
    main()
