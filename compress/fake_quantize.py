"""Runs a traced net as its int8 export will: weights and results rounded to 8 bits, in float.

Weights are symmetric per output channel, results affine per tensor with the stored ranges.
Gradients pass the rounding straight through and stop where a value is clipped.
"""

from typing import Any, cast

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.float_nodes import activation_after
from skinseg_mobile.train.quantization import Quantization


class FakeQuantized(fx.Interpreter):
    """An interpreter of `graph_of(...)` that rounds what an int8 file stores in 8 bits."""

    def __init__(self, graph: fx.GraphModule, quantization: Quantization) -> None:
        super().__init__(graph)
        self.ranges = quantization.ranges
        self.float_nodes = frozenset(quantization.float_nodes)

    def run_node(self, n: fx.Node) -> Any:
        """Run one node, a convolution with rounded weights, and round what it gives."""
        value = self._convolve(n) if self._is_rounded_convolution(n) else super().run_node(n)
        return round_result(value, self.ranges[n.name]) if self._is_stored(n) else value

    @torch.no_grad()
    def round_weights_in_place(self) -> None:
        """Replace each rounded convolution's weight by its rounded values."""
        for node in cast(fx.GraphModule, self.module).graph.nodes:
            if self._is_rounded_convolution(node):
                weight = self.fetch_attr(str(node.args[1].target))
                weight.copy_(round_weight(weight))

    def _convolve(self, node: fx.Node) -> Any:
        (image, weight, *rest), options = self.fetch_args_kwargs_from_env(node)
        return self.call_function(
            cast(Any, node.target), (image, round_weight(weight), *rest), options
        )

    def _is_rounded_convolution(self, node: fx.Node) -> bool:
        return "conv" in str(node.target) and node.name in self.ranges.keys() - self.float_nodes

    def _is_stored(self, node: fx.Node) -> bool:
        """Whether an int8 file keeps this result; what a fused activation reads never exists."""
        if node.name not in self.ranges or node.name in self.float_nodes:
            return False
        return activation_after(node) is None


def round_weight(weight: Tensor) -> Tensor:
    """Round (out, …) weights to 255 symmetric levels per output channel."""
    scale = weight.detach().flatten(1).abs().amax(1).clamp_min(1e-8) / 127
    zero = torch.zeros_like(scale, dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weight, scale, zero, 0, -127, 127)


def round_result(value: Tensor, span: tuple[float, float]) -> Tensor:
    """Round to 256 levels over `span`, which is widened to hold zero."""
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    scale = max(high - low, 1e-8) / 255
    return torch.fake_quantize_per_tensor_affine(value, scale, round(-low / scale), 0, 255)
