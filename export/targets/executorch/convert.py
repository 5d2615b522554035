"""ExecuTorch: the folded net lowered to one XNNPACK delegate.

8 bits come from our own ranges, written into the graph as PT2E's quantize and dequantize: its
default recipe keeps the stem and the last upsampling in 8 bits and measures other ranges (masks
agree 0.94 with the net's).
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import fx

from skinseg_mobile.export.source import INPUT, Source
from skinseg_mobile.export.targets.exporter import Description, Exporter
from skinseg_mobile.export.targets.rounded import (
    LEVELS,
    Levels,
    half_graph,
    new_constant,
    replace_readers,
    rounded_graph,
)
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.executorch.delegate import delegate_of
from skinseg_mobile.runtime_py.targets.executorch.engine import NAMES
from skinseg_mobile.runtime_py.vendors import vendor

LOW, HIGH, ZERO = -128, 127, 128
"""Levels of a result, and what our level of zero is less in int8."""

_MAY_STAY = ("executorch_call_delegate", "getitem", "_to_dim_order_copy")
"""Beside the delegate: casts to float16 and back, which XNNPACK leaves to the caller."""


class ExecutorchExporter(Exporter[Source]):
    """Float32 in and out; XNNPACK computes everything between."""

    tools = ("numpy", "torch", "executorch")

    @property
    def recipes(self) -> Mapping[Precision, Callable[[Source], Any]]:
        """A graph of each precision."""
        return {
            Precision.FP32: lambda source: source.form,
            Precision.FP16: half_graph,
            Precision.INT8: lambda source: rounded_graph(source, _round_result, _store_weight),
        }

    def write(self, base: Source, precision: Precision, path: Path) -> None:
        """Write one precision to `path`.

        Raises:
            SkinsegError: XNNPACK does not take all of the net, which would run 100 times slower.
        """
        lowered = lower(base, self.recipes[precision](base))
        require_delegated(lowered.exported_program().graph)
        path.write_bytes(lowered.to_executorch().buffer)

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return input, result and operations by type, read back from the file."""
        found, delegate = super().describe(path, precision), delegate_of(path.read_bytes())
        in_float = delegate.in_float if precision.rounds_activations else {}
        return Description(found.input, found.output, delegate.operations, in_float)


def lower(source: Source, net: torch.nn.Module) -> Any:
    """Return a net as a program in which XNNPACK has what it takes, and portable kernels the rest.

    Texts are methods that return them.
    """
    exir = vendor("executorch.exir", "executorch")
    partitioner = vendor("executorch.backends.xnnpack.partition.xnnpack_partitioner", "executorch")
    vendor("torch.ao.quantization.fx._decomposed", "executorch")  # registers the operations
    names = {"inputs": [INPUT], "outputs": source.form.outputs}
    return exir.to_edge_transform_and_lower(
        torch.export.export(net, (source.example,)),
        partitioner=[partitioner.XnnpackPartitioner()],
        constant_methods={**source.metadata, NAMES: json.dumps(names)},
    )


def require_delegated(graph: fx.Graph) -> None:
    """Raise SkinsegError where operations of a lowered graph stay outside XNNPACK's delegate."""
    calls = [
        getattr(node.target, "_name", str(node.target))
        for node in graph.nodes
        if node.op == "call_function"
    ]
    left = sorted({name for name in calls if not any(part in name for part in _MAY_STAY)})
    if left:
        raise SkinsegError(
            f"XNNPACK does not take {', '.join(left)} of the net, which would run on portable"
            " kernels, 100 times slower. Choose another target."
        )


def _round_result(node: fx.Node, scale: float, zero: int) -> None:
    ops: Any = torch.ops.quantized_decomposed
    about = (scale, zero - ZERO, LOW, HIGH, torch.int8)
    with node.graph.inserting_after(node):
        levels = node.graph.call_function(ops.quantize_per_tensor.default, (node, *about))
    real = ops.dequantize_per_tensor.default
    replace_readers(node, lambda: node.graph.call_function(real, (levels, *about)), spared=levels)


def _store_weight(module: fx.GraphModule, node: fx.Node, weight: Levels) -> fx.Node:
    ops: Any = torch.ops.quantized_decomposed
    scale = weight.scale.flatten()
    name = f"{weight.name}_{node.name}"
    levels = new_constant(module, f"{name}_levels", weight.levels)
    scales = new_constant(module, f"{name}_scales", scale)
    zeros = new_constant(module, f"{name}_zeros", torch.zeros(len(scale), dtype=torch.int64))
    about = (levels, scales, zeros, weight.axis, -LEVELS, LEVELS, torch.int8)
    return module.graph.call_function(ops.dequantize_per_channel.default, about)
