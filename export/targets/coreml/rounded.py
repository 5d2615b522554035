"""Writes 8-bit rounding into a traced net as operations that the Core ML converter knows.

Core ML has no quantizer that takes stored ranges without running the net, which needs a Mac. So
each result that an int8 file keeps in 8 bits is followed by torch's own quantize and dequantize
with the checkpoint's ranges, and the converter turns those into the ones of iOS 17.
"""

from typing import Any

import torch
from torch import fx

from skinseg_mobile.export.source import Source
from skinseg_mobile.train.quantization import (
    graph_of,
    has_rounded_result,
    rounded_range,
    scale_and_zero,
)


def rounded_graph(source: Source) -> fx.GraphModule:
    """Return the folded net as a graph that rounds what its quantization says.

    Raises:
        InputError: an operation has no range.
    """
    module = graph_of(source.form, source.size)
    for node in list(module.graph.nodes):
        if node.op == "call_function":
            source.range_of(node.name)
        if has_rounded_result(node, source.quantization):
            _round_after(node, rounded_range(node, source.quantization))
    return fx.GraphModule(
        module, module.graph
    )  # anew: export's checks of its input cannot be traced


def _round_after(node: fx.Node, span: tuple[float, float]) -> None:
    graph, readers = node.graph, list(node.users)
    scale, zero = scale_and_zero(span)
    arguments: Any = (node, scale, zero, torch.quint8)
    with graph.inserting_after(node):
        levels = graph.call_function(torch.quantize_per_tensor, arguments)
    with graph.inserting_after(levels):
        rounded = graph.call_method("dequantize", (levels,))
    for reader in readers:
        reader.replace_input_with(node, rounded)
