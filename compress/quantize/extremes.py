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
