"""Runs a traced net as its int8 export will: weights and results rounded to 8 bits, in float.

Weights are symmetric per output channel, results affine per tensor with the stored ranges.
Gradients pass the rounding straight through and stop where a value is clipped.
"""

import copy
from typing import Any, cast

import torch
from torch import Tensor, fx, nn

from skinseg_mobile.compress.quantize.trace import trace, with_weights_of
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.quantization import (
    Quantization,
    convolutions,
    has_rounded_result,
    has_rounded_weight,
    rounded_range,
    scale_and_zero,
    weight_of,
)


class FakeQuantized(fx.Interpreter):
    """An interpreter of `graph_of(...)` that rounds what an int8 file stores in 8 bits."""

    def __init__(
        self, graph: fx.GraphModule, quantization: Quantization, form: nn.Module | None = None
    ) -> None:
        super().__init__(graph)
        self.quantization = quantization
        self.form = form

    def fetch_attr(self, target: str) -> Any:
        """Return a weight: the form's where it is given and has it, else the graph's own."""
        found: Any = self.form
        for name in target.split("."):
            found = getattr(found, name, None)
        return super().fetch_attr(target) if found is None else found

    def run_node(self, n: fx.Node) -> Any:
        """Run one node, a convolution with rounded weights, and round what it gives."""
        rounded = has_rounded_weight(n, self.quantization)
        value = self.convolve(n) if rounded else super().run_node(n)
        if has_rounded_result(n, self.quantization):
            return round_result(value, rounded_range(n, self.quantization))
        return value

    @torch.no_grad()
    def round_weights_in_place(self) -> None:
        """Replace each rounded convolution's weight by its rounded values."""
        graph = cast(fx.GraphModule, self.module)
        for node in convolutions(graph):
            if has_rounded_weight(node, self.quantization):
                weight = weight_of(graph, node)
                weight.copy_(round_weight(weight, output_axis(node)))

    def convolve(self, node: fx.Node) -> Any:
        """Run a convolution with rounded weights."""
        (image, weight, *rest), options = self.fetch_args_kwargs_from_env(node)
        rounded = round_weight(weight, output_axis(node))
        return self.call_function(cast(Any, node.target), (image, rounded, *rest), options)


def output_axis(convolution: fx.Node) -> int:
    """Return where a convolution's weight has its output channels; a transposed one's, second."""
    return int("transpose" in str(convolution.target))


def round_weight(weight: Tensor, axis: int = 0) -> Tensor:
    """Round weights to 255 symmetric levels per output channel, which `axis` counts."""
    largest = weight.detach().transpose(0, axis).flatten(1).abs().amax(1)
    scale = largest.clamp_min(1e-8) / 127
    zero = torch.zeros_like(scale, dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weight, scale, zero, axis, -127, 127)


def round_result(value: Tensor, span: tuple[float, float]) -> Tensor:
    """Round to 256 levels over `span`, which is widened to hold zero."""
    scale, zero = scale_and_zero(span)
    return torch.fake_quantize_per_tensor_affine(value, scale, zero, 0, 255)


class RoundedNet(nn.Module):
    """A traced net with 8 bits simulated: image (N, 3, H, W) -> logits (N, 1, H, W).

    Its weights are those of the traced `form` where it is given, which are then the module's
    parameters; else the graph's own, which are nobody's.
    """

    def __init__(
        self, graph: fx.GraphModule, quantization: Quantization, form: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.unsaved = {"graph": graph}  # in a dict: modules that are attributes would be saved
        self.quantization = quantization
        self.form = form

    def forward(self, image: Tensor) -> Tensor:
        """Return what the graph gives before its sigmoid, which stays in float."""
        run = FakeQuantized(self.unsaved["graph"], self.quantization, self.form)
        probability, *_ = run.run(image)
        return torch.logit(probability, eps=1e-6)

    def __deepcopy__(self, memo: dict[int, Any]) -> "RoundedNet":
        """Copy the weights; the graph is only read."""
        return RoundedNet(self.unsaved["graph"], self.quantization, copy.deepcopy(self.form, memo))


def with_rounded_weights(checkpoint: Checkpoint, quantization: Quantization) -> Checkpoint:
    """Return a checkpoint in memory whose weights 8 bits hold exactly."""
    graph = trace(checkpoint)
    FakeQuantized(graph, quantization).round_weights_in_place()
    return with_weights_of(checkpoint, graph.state_dict())
