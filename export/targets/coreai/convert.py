"""Core AI: the folded net as Apple's program for iOS 27 and macOS 27.

All but fp16 compute in float32. 8 bits and palettes stand in the file as Core AI's own quantize,
dequantize, scale and look-up operations, with the checkpoint's ranges and on the weights' own grid.
"""

import json
import re
import types
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import fx

from skinseg_mobile.export.source import INPUT, Source
from skinseg_mobile.export.targets.coreai.palette import groups_of, palette_of
from skinseg_mobile.export.targets.exporter import Description, Exporter
from skinseg_mobile.export.targets.marked import Graph, Step
from skinseg_mobile.export.targets.rounded import (
    Levels,
    graph_with_weights,
    half_graph,
    new_constant,
    replace_readers,
    rounded_graph,
)
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.storage.atomic import read_json, write_file
from skinseg_mobile.runtime_py.vendors import vendor

ZERO = 128
"""Our level of zero less that of int8."""
DATE = "20270101T000000Z"
"""In place of the day: the same net gives the same bytes."""
PALETTE = 64
PALETTE_OF = 1024
"""Least values that share a palette; weights with fewer, and depthwise ones, stay in 8 bits: they
gain little and cost most."""
_KINDS = {
    "blockwise_shift_scale": "constexpr_blockwise_shift_scale",
    "lut_to_dense": "constexpr_lut_to_dense",
    "constant": "const",
    "maximum": "clip",
    "minimum": "clip",
}
"""What `marked` calls them."""
_HAVE_WEIGHTS = ("conv2d", "conv_transpose2d")
_BELONGS_TO: dict[str, tuple[str, ...]] = {"add": _HAVE_WEIGHTS, "minimum": ("maximum",)}
"""A bias to its convolution, the second half of a relu6 to the first."""


class CoreaiExporter(Exporter[Source]):
    """Float32 in and out."""

    tools = ("numpy", "torch", "coreai-core", "coreai-torch")
    shrinks_above = types.MappingProxyType({Precision.PAL6: PALETTE_OF - 1})

    @property
    def recipes(self) -> Mapping[Precision, Callable[[Source], Any]]:
        """A graph of each precision."""
        return {
            Precision.FP32: lambda source: source.form,
            Precision.FP16: half_graph,
            Precision.INT8: lambda source: rounded_graph(source, _round_result, _store_levels),
            Precision.W8: lambda source: graph_with_weights(source, _store_levels),
            Precision.PAL6: lambda source: graph_with_weights(source, _store_palette),
        }

    def write(self, base: Source, precision: Precision, path: Path) -> None:
        """Write one precision to the folder `path`."""
        vendor("coreai_torch._compression.custom_layers", "coreai")  # registers the operations
        program = _named_alike(_program(base, self.recipes[precision](base)))
        about = vendor("coreai.runtime", "coreai").AIModelAssetMetadata()
        about.license = base.checkpoint.record.licence
        about.model_description = (
            f"{base.checkpoint.record.name}, skin segmentation; not a medical device"
        )
        for key, text in base.metadata.items():
            about.set_custom(key, text)
        program.save_asset(path, metadata=about)
        noted = {**read_json(path / "metadata.json"), "creationDate": DATE}
        write_file(path / "metadata.json", json.dumps(noted, indent=1, sort_keys=True) + "\n")

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return input, result and operations by type, read back from the file."""
        found, graph = super().describe(path, precision), read_back(path)
        in_float = graph.in_float if precision.rounds_activations else {}
        return Description(found.input, found.output, graph.operations, in_float)


def _program(source: Source, net: torch.nn.Module) -> Any:
    """Convert; the vendor's own default notes source files by their place on this machine."""
    coreai = vendor("coreai_torch", "coreai")
    traced = torch.export.export(net, (source.example,))
    traced = traced.run_decompositions(coreai.get_decomp_table())
    converter = coreai.TorchConverter(mode=coreai.TorchConverter.Mode.RELEASE)
    names = {"input_names": [INPUT], "output_names": list(source.form.outputs)}
    return converter.add_exported_program(traced, **names).to_coreai()


def _named_alike(program: Any) -> Any:
    """Return the program with its constants numbered: the vendor names them by a changing hash."""
    asset = vendor("coreai.authoring.asset", "coreai")
    context = vendor("coreai.authoring.context", "coreai").Context()._mlir_context
    text, numbers = str(program._module._mlir_module), dict[str, str]()
    text = re.sub(
        r"\bresource_\d+\b",
        lambda found: numbers.setdefault(found[0], f"weights_{len(numbers):04}"),
        text,
    )
    return asset.AIProgram._from_mlir_module(asset.MLIRModule.parse(text, context))


def _round_result(node: fx.Node, scale: float, zero: int) -> None:
    module: Any = node.graph.owning_module
    ops: Any = torch.ops.coreai
    with node.graph.inserting_before(node.next):
        step = new_constant(module, f"{node.name}_scale", torch.tensor(scale))
        level = torch.tensor(zero - ZERO, dtype=torch.int8)
        origin = new_constant(module, f"{node.name}_zero", level)
        arguments = (node, step, torch.int8, origin)
        levels = node.graph.call_function(ops.quantize.default, arguments)
    real = partial(node.graph.call_function, ops.dequantize.default, (levels, step, origin))
    replace_readers(node, real, spared=levels)


def _store_levels(module: fx.GraphModule, node: fx.Node, weight: Levels) -> fx.Node:
    levels = new_constant(module, f"{weight.name}_{node.name}_levels", weight.levels)
    return _scaled(module, node, weight, levels)


def _store_palette(module: fx.GraphModule, node: fx.Node, weight: Levels) -> fx.Node:
    """Store indices into 64 of the weight's levels; each channel keeps its own scale.

    Neighbouring channels share a palette.
    """
    if weight.levels.numel() < PALETTE_OF or weight.levels.shape[1] == 1:
        return _store_levels(module, node, weight)
    ops: Any = torch.ops.coreai
    groups = groups_of(weight.levels.shape[weight.axis], weight.levels.numel() // PALETTE_OF)
    parts = np.split(weight.levels.numpy(), groups, weight.axis)
    found = [palette_of(part, PALETTE) for part in parts]
    values = np.stack([palette for palette, _ in found])
    indices = np.concatenate([places for _, places in found], weight.axis)
    shape = [1] * weight.levels.ndim + [PALETTE, 1]
    shape[weight.axis] = groups
    name = f"{weight.name}_{node.name}"  # the vendor knows the two by "lut" and "indices"
    table = new_constant(module, f"{name}_lut", torch.from_numpy(values).reshape(shape))
    places = new_constant(module, f"{name}_indices", torch.from_numpy(indices))
    levels = module.graph.call_function(ops.lut_to_dense.default, (places, table, 0))
    return _scaled(module, node, weight, levels)


def _scaled(module: fx.GraphModule, node: fx.Node, weight: Levels, levels: fx.Node) -> fx.Node:
    ops: Any = torch.ops.coreai
    scale = new_constant(module, f"{weight.name}_{node.name}_scale", weight.scale)
    return module.graph.call_function(ops.constexpr_blockwise_shift_scale.default, (levels, scale))


@dataclass(frozen=True)
class ReadBack:
    """The operations of an asset."""

    operations: dict[str, int]
    in_float: dict[str, int]
    """Of an 8-bit file: those that compute in float, by type."""


def read_back(path: Path) -> ReadBack:
    """Read an asset that was written here: what others wrote is opened in a process of its own."""
    asset = vendor("coreai.authoring.asset", "coreai").AIModelAsset.load(path)
    program = asset.program  # holds what its graphs point to
    graph = program._get_graph("main")
    found = [_operation(op) for op in graph.bodyRegion.blocks[0].operations]
    found = [step for step in found if step.kind != "output"]
    counts = Counter(step.kind for step in found)
    return ReadBack(dict(sorted(counts.items())), Graph(_joined(found), frozenset()).in_float)


def _operation(op: Any) -> Step:
    kind = op.name.rpartition(".")[2].removeprefix("broadcasting_")
    reads = tuple(value.get_name() for value in op.operands)
    gives = tuple(value.get_name() for value in op.results)
    return Step(kind, reads, gives, reads[1] if kind in _HAVE_WEIGHTS else None)


def _joined(steps: list[Step]) -> list[Step]:
    """Return the steps without those that belong to another: a pad, a bias, half a relu6."""
    made_by = {name: step for step in steps for name in step.gives}
    same: dict[str, str] = {}
    kept: list[Step] = []
    for step in steps:
        maker = made_by.get(step.reads[0]) if step.reads else None
        if step.kind == "pad" or (maker and maker.kind in _BELONGS_TO.get(step.kind, ())):
            same[step.gives[0]] = same.get(step.reads[0], step.reads[0])
            continue
        reads = tuple(same.get(name, name) for name in step.reads)
        kept.append(replace(step, kind=_KINDS.get(step.kind, step.kind), reads=reads))
    return kept
