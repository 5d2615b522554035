"""Writes a smaller precision into a traced net, for formats without a quantizer of ours.

Their own quantizers run the net to measure ranges, or move weights off the grid that training put
them on. So each result that an int8 file keeps in 8 bits is followed by the format's operations
with the checkpoint's ranges, and each weight becomes levels and a scale a channel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

import torch
from torch import Tensor, fx

from skinseg_mobile.export.source import OUTPUT, Source
from skinseg_mobile.train.quantization import (
    graph_of,
    has_range,
    has_rounded_result,
    is_convolution,
    rounded_range,
    scale_and_zero,
    weight_of,
)

LEVELS = 127
"""Of a weight to either side of zero."""


@dataclass(frozen=True)
class Levels:
    """A weight in 8 bits: levels times scale is its value."""

    name: str
    """A name for constants, of no other weight."""
    levels: Tensor
    """int8, as the weight's shape, from -127 to 127."""
    scale: Tensor
    """float32, one value a channel, 1 elsewhere in the shape."""
    axis: int
    """Which dimension counts the output's channels."""


RoundResult = Callable[[fx.Node, float, int], None]
"""Round what (node) gives with (scale) and (level of zero, 0 to 255)."""
StoreWeight = Callable[[fx.GraphModule, fx.Node, Levels], fx.Node]
"""Return a new node before (convolution) that gives its weight."""


def rounded_graph(
    source: Source, round_result: RoundResult, store_weight: StoreWeight | None = None
) -> fx.GraphModule:
    """Return the folded net as a graph that rounds what its quantization says.

    Raises:
        InputError: an operation has no range.
    """
    module = graph_of(source.form, source.size)
    for node in list(module.graph.nodes):
        if node.op == "call_function" and has_range(node.meta.get("val")):
            source.range_of(node.name)
        if has_rounded_result(node, source.quantization):
            round_result(node, *scale_and_zero(rounded_range(node, source.quantization)))
    if store_weight:
        _store_weights(module, source, store_weight)
    return _clean(module)


def graph_with_weights(source: Source, store_weight: StoreWeight) -> fx.GraphModule:
    """Return the folded net as a graph whose weights alone are stored otherwise."""
    module = graph_of(source.form, source.size)
    _store_weights(module, source, store_weight)
    return _clean(module)


def half_graph(source: Source) -> fx.GraphModule:
    """Return the folded net as a graph in float16 between its float32 ends.

    Pixels are normalised in float32, and so is the sigmoid: float16 has steps of 0.06 at 128.
    """
    module = graph_of(source.form, source.size)
    results = _results(module)
    wide = {*source.before_convolutions, source.traced[OUTPUT]}
    narrow = {n for n in _calls(module) if n.name not in wide}
    for node in [n for n in module.graph.nodes if n.op == "get_attr"]:
        with module.graph.inserting_before(node):  # a new one: the net keeps its own weights
            value = attrgetter(str(node.target))(module).detach().half()
            constant = new_constant(module, f"half_{node.name}", value)
        for reader in narrow & node.users.keys():
            reader.replace_input_with(node, constant)
    for node in (*_calls(module), results):
        wants_half = node in narrow
        for read in [n for n in node.all_input_nodes if n.op != "get_attr"]:
            if wants_half != (read in narrow):
                with module.graph.inserting_before(node):
                    dtype = torch.float16 if wants_half else torch.float32
                    cast_node = module.graph.call_function(torch.ops.aten.to.dtype, (read, dtype))
                node.replace_input_with(read, cast_node)
    return _clean(module)


def new_constant(module: fx.GraphModule, name: str, value: Tensor) -> fx.Node:
    """Return a node for a new constant, where the graph inserts."""
    module.register_buffer(name, value)
    return module.graph.get_attr(name)


def replace_readers(node: fx.Node, make: Callable[[], fx.Node], *, spared: fx.Node) -> None:
    """Give each reader of `node` but one a node of its own, made just before it.

    Partitioners look for one dequantize a reader; a shared one ties groups into a circle.
    """
    for reader in [reader for reader in node.users if reader is not spared]:
        with node.graph.inserting_before(reader):
            reader.replace_input_with(node, make())


def levels_of(weight: Tensor, axis: int, name: str) -> Levels:
    """Return a weight on the grid of 255 levels of each of its channels; zeros stay zeros.

    >>> levels_of(torch.tensor([[1.0, -0.5], [0.0, 0.0]]), 0, "w").levels.tolist()
    [[127, -64], [0, 0]]
    """
    rest = [dim for dim in range(weight.ndim) if dim != axis]
    scale = weight.abs().amax(rest, keepdim=True).clamp(min=1e-12) / LEVELS
    levels = (weight / scale).round().clamp(-LEVELS, LEVELS).to(torch.int8)
    return Levels(name, levels, scale, axis)


@torch.no_grad()
def _store_weights(module: fx.GraphModule, source: Source, store: StoreWeight) -> None:
    stored: dict[str, Levels] = {}
    for node in [n for n in _calls(module) if is_convolution(n)]:
        held = cast(fx.Node, node.args[1])
        name = str(held.target)
        if name in source.float_weights:
            continue
        if name not in stored:
            axis = int("transpose" in str(node.target))
            stored[name] = levels_of(weight_of(module, node).detach(), axis, f"w{len(stored)}")
        with module.graph.inserting_before(node):
            node.replace_input_with(held, store(module, node, stored[name]))


def _calls(module: fx.GraphModule) -> list[fx.Node]:
    return [node for node in module.graph.nodes if node.op == "call_function"]


def _results(module: fx.GraphModule) -> fx.Node:
    return next(node for node in module.graph.nodes if node.op == "output")


def _clean(module: fx.GraphModule) -> fx.GraphModule:
    """Return it anew, without what nothing reads: export's checks of its input cannot be traced."""
    module.graph.eliminate_dead_code()
    return fx.GraphModule(module, module.graph)
