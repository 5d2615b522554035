"""Which operations of a net stay in float: the few that 8 bits hurt most, told from ranges alone.

- What follows the last convolution: bilinear upsampling in int8 moves the outline.
- Where no upsampling follows, the convolutions that give the logit too: 256 levels over its span
  are visible steps of the probability, and nothing smooths them.
- What leads to the first convolution, where it is more than a scale and a shift: statistics of the
  image (paper B) and colour spaces (`fcdn`) have spans that 8 bits cannot hold.
- Convolutions of which an activation keeps only a small part. Rounding a weight moves the result
  in proportion to its whole span, and the error is felt in what the activation keeps. Folding
  batch norm makes such spans in the first layers of EfficientNet-Lite: 27 and 43 times 0..6.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import cast

from torch import fx

ACTIVATIONS = ("hardtanh", "relu", "relu6")
KEPT_AT_LEAST = 1 / 20
Ranges = Mapping[str, tuple[float, float]]


def float_nodes(graph: fx.GraphModule, ranges: Ranges) -> tuple[str, ...]:
    """Return the names of the nodes to leave in float, in graph order."""
    nodes = [node for node in graph.graph.nodes if node.op == "call_function"]
    convolutions = [node for node in nodes if "conv" in str(node.target)]
    chosen = {node.name for node in _tail(graph, nodes, convolutions)}
    for convolution in convolutions:
        activation = activation_after(convolution)
        if activation and _span(ranges, activation) < KEPT_AT_LEAST * _span(ranges, convolution):
            chosen |= {convolution.name, activation.name}
    front = nodes[: nodes.index(convolutions[0])]
    if convolutions[0].name in chosen or not all(_is_scale_or_shift(node) for node in front):
        chosen |= {node.name for node in front}  # before a float convolution: rounded for nothing
    return tuple(node.name for node in nodes if node.name in chosen)


def _tail(
    graph: fx.GraphModule, nodes: Sequence[fx.Node], convolutions: Sequence[fx.Node]
) -> Sequence[fx.Node]:
    """Return what follows the last wide convolution, or the last of all if upsampling follows."""
    after_last = nodes[nodes.index(convolutions[-1]) + 1 :]
    if any("upsample" in str(node.target) for node in after_last):
        return after_last
    logit = list(takewhile(lambda node: _width(graph, node) == 1, reversed(convolutions)))
    return nodes[nodes.index(logit[-1]) :] if logit else after_last


def _width(graph: fx.GraphModule, convolution: fx.Node) -> int:
    weight = cast(fx.Node, convolution.args[1])
    return graph.get_parameter(str(weight.target)).shape[0]


def _is_scale_or_shift(node: fx.Node) -> bool:
    return str(node.target).split(".")[1] in ("mul", "add")


def activation_after(node: fx.Node) -> fx.Node | None:
    """Return the activation that converters fuse into `node`, if there is one."""
    return next((user for user in node.users if is_activation(user)), None)


def is_activation(node: fx.Node) -> bool:
    """Return whether a node clips its input and nothing else."""
    return node.op == "call_function" and str(node.target).split(".")[1] in ACTIVATIONS


def _span(ranges: Ranges, node: fx.Node) -> float:
    low, high = ranges[node.name]
    return high - low
