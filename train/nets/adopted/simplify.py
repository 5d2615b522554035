"""Leaves out of a traced net what changes none of its values, and what converters get wrong."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import fx

from skinseg_mobile.train.nets.adopted.rewrites import kind_of

BROADCASTING = ("add", "div", "maximum", "minimum", "mul", "sub")
LARGEST: Mapping[Any, Any] = {
    torch.ops.aten.max.dim: torch.ops.aten.amax.default,
    torch.ops.aten.min.dim: torch.ops.aten.amin.default,
}


def simplify(graph: fx.GraphModule) -> None:
    """Leave out expansions, a sigmoid that the logits undo, and places that nothing reads."""
    _drop_expansions(graph)
    _drop_sigmoid(graph)
    graph.graph.eliminate_dead_code()
    _drop_places(graph)


def _drop_expansions(graph: fx.GraphModule) -> None:
    """Leave out `expand_as` where the operation that reads it broadcasts: TFLite's is wrong."""
    for node in graph.graph.find_nodes(op="call_function", target=torch.ops.aten.expand.default):
        given = cast(fx.Node, node.args[0])
        if all(_broadcasts_to(node, user) for user in node.users):
            node.replace_all_uses_with(given)


def _broadcasts_to(expanded: fx.Node, reader: fx.Node) -> bool:
    """Whether a product, sum or such reads a map of the size that a node is expanded to."""
    if kind_of(reader.target) not in BROADCASTING:
        return False
    sizes = [n.meta["val"].shape for n in reader.all_input_nodes if n is not expanded]
    return any(size == expanded.meta["val"].shape for size in sizes)


def _drop_sigmoid(graph: fx.GraphModule) -> None:
    """Where the logits are log(p / (1 - p)) of a sigmoid's p, take what the sigmoid read."""
    output = graph.graph.output_node()
    *stages, logits = cast(Any, output.args[0])
    chain, node = list[fx.Node](), logits
    for kind in ("log", "div", "clamp"):
        if kind_of(node.target) != kind:
            return
        node = node.args[0]
    while kind_of(node.target) == "slice":
        chain.append(node)
        node = node.args[0]
    if kind_of(node.target) != "sigmoid":
        return
    found = node.args[0]
    with graph.graph.inserting_before(output):
        for part in reversed(chain):
            found = graph.graph.call_function(cast(Any, part.target), (found, *part.args[1:]))
    output.args = ((*stages, found),)


def _drop_places(graph: fx.GraphModule) -> None:
    """Ask for the largest values alone, where nothing reads where they were."""
    for old, new in LARGEST.items():
        for node in graph.graph.find_nodes(op="call_function", target=old):
            values = [user for user in node.users if [*user.args][1] == 0]
            if len(values) < len(node.users):
                continue
            given, dim, *keeps = node.args
            with graph.graph.inserting_before(node):
                found = graph.graph.call_function(new, (given, [dim], *keeps))
            for value in values:
                value.replace_all_uses_with(found)
                graph.graph.erase_node(value)
            graph.graph.erase_node(node)
