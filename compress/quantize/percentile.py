"""Ranges that leave the rarest values out: a few extremes then cost the others no precision.

A histogram of 2048 bins between the true extremes is kept of each operation's values over the
whole calibration set; what is left out is shared evenly by both ends.
"""

from typing import Any

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.quantize.extremes import BATCH
from skinseg_mobile.runtime_py.progress import track

BINS = 2048
Ranges = dict[str, tuple[float, float]]


def percentile_ranges(
    graph: fx.GraphModule, images: Tensor, ranges: Ranges, percentile: float
) -> Ranges:
    """Return `ranges`, the true extremes, narrowed to hold `percentile` % of the values.

    The input keeps its own: a phone shows every pixel value.
    """
    recorder = _Histograms(graph, ranges)
    with torch.inference_mode():
        for batch in track(images.split(BATCH), "counting values"):
            recorder.run(batch)
    narrowed = {
        name: _narrowed(counts, ranges[name], percentile) for name, counts in recorder.found.items()
    }
    return {**ranges, **narrowed}


def _narrowed(counts: Tensor, span: tuple[float, float], percentile: float) -> tuple[float, float]:
    """Return the edges of the bins that hold the share; exact to a 2048th of the span."""
    outside = (1 - percentile / 100) / 2 * float(counts.sum())
    width = (span[1] - span[0]) / BINS
    below = int((counts.cumsum(0) <= outside).sum())
    above = int((counts.flip(0).cumsum(0) <= outside).sum())
    return span[0] + below * width, span[1] - above * width


class _Histograms(fx.Interpreter):
    """Runs a graph and adds each operation's values to its histogram."""

    def __init__(self, graph: fx.GraphModule, ranges: Ranges) -> None:
        super().__init__(graph)
        self.ranges = ranges
        self.found: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if n.op == "call_function" and n.name in self.ranges:
            low, high = self.ranges[n.name]
            if low < high:
                counts = torch.histc(value.float(), BINS, low, high).double()
                self.found[n.name] = self.found.get(n.name, torch.zeros(BINS).double()) + counts
        return value
