"""Runs a net on photographs and keeps the least and greatest value of every channel it makes."""

from typing import Any

import torch
from torch import Tensor, fx

from skinseg_mobile.runtime_py.progress import track

Extremes = dict[str, tuple[Tensor, Tensor]]
"""Least and greatest value by node: (C,) each, or (1,) of a result without channels."""
BATCH = 8


def extremes_of(graph: fx.GraphModule, images: Tensor) -> Extremes:
    """Measure every node of a traced net on (N, 3, H, W) images; NaN stays NaN."""
    recorder = _Recorder(graph)
    with torch.inference_mode():
        for batch in track(images.split(BATCH), "measuring ranges"):
            recorder.run(batch)
    return recorder.found


class _Recorder(fx.Interpreter):
    """Runs a graph and widens `found` by what each node gives."""

    def __init__(self, graph: fx.GraphModule) -> None:
        super().__init__(graph)
        self.found: Extremes = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if isinstance(value, Tensor) and n.op in ("placeholder", "call_function"):
            low, high = _by_channel(value).float().aminmax(dim=1)
            old = self.found.get(n.name, (low, high))
            self.found[n.name] = (torch.minimum(low, old[0]), torch.maximum(high, old[1]))
        return value


def _by_channel(value: Tensor) -> Tensor:
    """Return (C, values) of an (N, C, H, W) result, (1, values) of any other."""
    return value.transpose(0, 1).flatten(1) if value.ndim == 4 else value.reshape(1, -1)


# Ranges that leave the rarest values out: a few extremes then cost the others no precision.
#
# A histogram of 2048 bins between the true extremes is kept of each operation's values over the
# whole calibration set; what is left out is shared evenly by both ends.


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
