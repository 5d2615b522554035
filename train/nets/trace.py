"""Reads a traced net: its convolutions, what they are called, and what 8 bits hold of it.

The simulation in training and every exporter ask here which weights and results are rounded, so
that all of them round the same.
"""

from typing import cast

from torch import Tensor, fx

from skinseg_mobile.train.quantization import Quantization

ACTIVATIONS = ("hardtanh", "relu", "relu6")
MOVES_LEVELS = ("upsample_bilinear2d", "max_pool2d")


def convolutions(graph: fx.GraphModule) -> list[fx.Node]:
    """Return the convolutions of a traced net in order."""
    return [node for node in graph.graph.nodes if is_convolution(node)]


def is_convolution(node: fx.Node) -> bool:
    """Return whether a node is a convolution, transposed ones included."""
    return node.op == "call_function" and "conv" in str(node.target)


def weight_of(graph: fx.GraphModule, convolution: fx.Node) -> Tensor:
    """Return a convolution's weight itself, not a copy."""
    return graph.get_parameter(_target(convolution, 1))


def bias_of(graph: fx.GraphModule, convolution: fx.Node) -> Tensor | None:
    """Return a convolution's bias itself, or None where it has none."""
    if len(convolution.args) < 3 or convolution.args[2] is None:
        return None
    return graph.get_parameter(_target(convolution, 2))


def layer_of(convolution: fx.Node) -> str:
    """Return the name that the net itself gives to a convolution."""
    return _target(convolution, 1).removeprefix("net.").removesuffix(".weight")


def activation_after(node: fx.Node) -> fx.Node | None:
    """Return the activation that converters fuse into `node`, if there is one."""
    return next((user for user in node.users if is_activation(user)), None)


def is_activation(node: fx.Node) -> bool:
    """Return whether a node clips its input and nothing else."""
    return node.op == "call_function" and str(node.target).split(".")[1] in ACTIVATIONS


def has_rounded_weight(node: fx.Node, quantization: Quantization) -> bool:
    """Return whether a node is a convolution whose weight an int8 file keeps in 8 bits."""
    return is_convolution(node) and _is_rounded(node, quantization)


def has_rounded_result(node: fx.Node, quantization: Quantization) -> bool:
    """Return whether an int8 file keeps a node's result in 8 bits.

    What a fused activation reads never exists; what a float operation gives is rounded where a
    rounded one reads it.
    """
    if node.name not in quantization.ranges or activation_after(node):
        return False
    return any(_is_rounded(reader, quantization) for reader in (node, *node.users))


def rounded_range(node: fx.Node, quantization: Quantization) -> tuple[float, float]:
    """Return the range of a rounded result; what only moves levels gives those that it read."""
    if node.op == "call_function" and str(node.target).split(".")[1] in MOVES_LEVELS:
        (read,) = node.all_input_nodes
        if has_rounded_result(read, quantization):
            return rounded_range(read, quantization)
    return quantization.ranges[node.name]


def _is_rounded(node: fx.Node, quantization: Quantization) -> bool:
    return node.op == "call_function" and node.name not in quantization.float_nodes


def _target(convolution: fx.Node, argument: int) -> str:
    return str(cast(fx.Node, convolution.args[argument]).target)
