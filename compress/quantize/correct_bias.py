"""Bias correction: what rounding moves a channel's mean by is taken off its bias.

Rounding is wrong in one direction for a channel as a whole: its weights' errors do not cancel over
inputs that are all positive. The mean over the calibration set is compared with the float net's,
convolution by convolution in the order of execution, each with all before it rounded and corrected
(Nagel et al., arXiv 1906.04721, section 4.2; the empirical form of its appendix D).
"""

from typing import Any, cast

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.compress.quantize.fake_quantize import FakeQuantized
from skinseg_mobile.compress.quantize.trace import trace, with_weights_of
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.quantization import (
    Quantization,
    bias_of,
    has_own_weight,
    is_convolution,
)

PHOTOGRAPHS = 64
"""All at once in memory: 64 of 192×192 take 1.5 GB at the widest operation of `lean`."""


def correct_bias(
    checkpoint: Checkpoint, quantization: Quantization, chosen: CalibrationSet
) -> Checkpoint:
    """Return a checkpoint in memory whose *rounded* net has the float net's channel means."""
    images = chosen.images[:PHOTOGRAPHS]
    graph = trace(checkpoint)
    with torch.inference_mode():
        means = _Means(graph)
        means.run(images)
    with torch.no_grad():
        _Corrector(graph, quantization, means.found).run(images)
    return with_weights_of(checkpoint, graph.state_dict())


class _Means(fx.Interpreter):
    """Runs a graph and keeps each convolution's channel means."""

    def __init__(self, graph: fx.GraphModule) -> None:
        super().__init__(graph)
        self.found: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if is_convolution(n):
            self.found[n.name] = value.mean((0, 2, 3))
        return value


class _Corrector(FakeQuantized):
    """Runs the rounded net and moves each bias so that its channel has the wanted mean."""

    def __init__(
        self, graph: fx.GraphModule, quantization: Quantization, wanted: dict[str, Tensor]
    ) -> None:
        super().__init__(graph, quantization)
        self.wanted = wanted

    def convolve(self, node: fx.Node) -> Any:
        """Run a rounded convolution, correct its bias and what it gave."""
        value = super().convolve(node)
        graph = cast(fx.GraphModule, self.module)
        bias = bias_of(graph, node)
        if bias is None or not has_own_weight(graph, node):
            return value  # the next convolution's bias takes it up
        shift = self.wanted[node.name] - value.mean((0, 2, 3))
        bias.add_(shift)
        return value + shift.view(1, -1, 1, 1)
