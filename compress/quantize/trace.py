"""Reads a traced net: its convolutions, what they are called, and what follows them.

What was changed in a trace goes back into an ordinary checkpoint of the same spec.
"""

from dataclasses import replace
from typing import cast

from torch import Tensor, fx

from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import ExportForm, unfold
from skinseg_mobile.train.quantization import graph_of

ACTIVATIONS = ("hardtanh", "relu", "relu6")


def trace(checkpoint: Checkpoint) -> fx.GraphModule:
    """Return the folded net as a graph, for images of the net's input size."""
    return graph_of(ExportForm(checkpoint.build()), checkpoint.record.spec.size)


def with_weights_of(checkpoint: Checkpoint, graph: fx.GraphModule) -> Checkpoint:
    """Return a checkpoint in memory that computes what its changed trace computes.

    It has no ranges: those were of other weights.
    """
    form = ExportForm(checkpoint.build())
    form.load_state_dict(graph.state_dict(), strict=False)
    net = unfold(checkpoint.build(), form.net)
    return replace(checkpoint, weights=net.state_dict(), quantization=None)


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


def _target(convolution: fx.Node, argument: int) -> str:
    return str(cast(fx.Node, convolution.args[argument]).target)
