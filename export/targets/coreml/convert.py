"""Core ML: the folded net traced into an ML Program package, then weight compression.

Writing needs no Mac; running does. 8-bit weights and 6-bit palettes need iOS 16 or later, results
in 8 bits iOS 17, 4-bit palettes iOS 18.
"""

import json
import shutil
import types
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from skinseg_mobile.export.source import INPUT, OUTPUT, Source
from skinseg_mobile.export.targets.coreml.trace import traced
from skinseg_mobile.export.targets.exporter import Description, Exporter
from skinseg_mobile.export.targets.marked import Graph, Step
from skinseg_mobile.export.targets.rounded import rounded_graph
from skinseg_mobile.runtime_py.errors import InputError, MissingExtraError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.storage.atomic import read_json, write_file
from skinseg_mobile.runtime_py.targets.coreml import BUILT_FOR, lacks_compiled_part
from skinseg_mobile.runtime_py.targets.coreml.interpreter.parse import ARRAYS
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from skinseg_mobile.runtime_py.vendors import vendor

SCALE_AND_SHIFT = frozenset({"const", "cast", "mul", "add"})
OF_STATISTICS = frozenset(
    {"reduce_mean", "sub", "mul", "square", "add", "reshape", "tile", "expand_dims", "pow"}
)
IOS_VERSIONS = (15, 16, 17, 18)
DEFAULT_IOS = 16
OLDEST_IOS = {
    Precision.FP32: 15,
    Precision.FP16: 15,
    Precision.W8: 16,
    Precision.PAL6: 16,
    Precision.INT8: 17,
    Precision.PAL4: 18,
}
PALETTE_FROM = 6144
"""Fewer values gain little and cost most: 4-bit masks agree 0.85 with them, 0.988 without."""
PALETTE_GROUP = 4
"""Channels that share a palette of 16 values; palettes of groups came with iOS 18."""
CONVERSION_DATE = "com.github.apple.coremltools.conversion_date"
WEIGHT_THRESHOLD = 512  # vendors' 2048 would silently leave most of a lean net uncompressed


@dataclass(frozen=True)
class CoremlBase:
    """The traced net; programs are made on first use and shared by the precisions built on them."""

    source: Source
    traced: Any

    @cached_property
    def half(self) -> Any:
        """The program in float16."""
        return _program(self.source, self.traced, Precision.FP16)

    @cached_property
    def single(self) -> Any:
        """The program in float32."""
        return _program(self.source, self.traced, Precision.FP32)

    @cached_property
    def newest(self) -> Any:
        """The program in float16 for the iOS that has palettes of channel groups."""
        return _program(self.source, self.traced, Precision.PAL4)

    @cached_property
    def rounded(self) -> Any:
        """The program in float16 whose results are rounded to 8 bits."""
        with torch.no_grad():
            net = traced(rounded_graph(self.source, _round_after), self.source.example)
        return _program(self.source, net, Precision.INT8)


class CoremlExporter(Exporter[CoremlBase]):
    """ML Program packages; `Source.ios` is the option of this target alone."""

    tools = ("numpy", "torch", "coremltools", "scikit-learn")
    built_for = BUILT_FOR
    takes_ios = True
    modules = types.MappingProxyType({"coremltools": "coreml"})
    shrinks_above = types.MappingProxyType(
        {
            Precision.W8: WEIGHT_THRESHOLD,
            Precision.PAL6: PALETTE_FROM,
            Precision.PAL4: PALETTE_FROM,
        }
    )

    @property
    def recipes(self) -> Mapping[Precision, Callable[[CoremlBase], Any]]:
        """A program of each precision."""
        return {
            Precision.FP32: lambda base: base.single,
            Precision.FP16: lambda base: base.half,
            # all weights: what is rounded has ranges, small or not
            Precision.INT8: lambda base: _in_8_bits(base.rounded, base, 0),
            Precision.W8: lambda base: _in_8_bits(base.half, base, WEIGHT_THRESHOLD),
            Precision.PAL6: lambda base: _palettized(base.half, base, nbits=6),
            # 16 values cannot serve a whole tensor
            Precision.PAL4: lambda base: _palettized(
                base.newest,
                base,
                nbits=4,
                granularity="per_grouped_channel",
                group_size=PALETTE_GROUP,
            ),
        }

    def convert(self, source: Source) -> CoremlBase:
        """Trace the folded net; scale and shift stay one operation: pixels stay in float32."""
        source = source.with_scale
        with torch.no_grad():
            return CoremlBase(source, traced(source.form, source.example))

    def write(self, base: CoremlBase, precision: Precision, path: Path) -> None:
        """Write one precision to the package folder `path`."""
        program = self.recipes[precision](base)
        program.short_description = (
            f"{base.source.checkpoint.record.name}, skin segmentation; not a medical device"
        )
        program.license = base.source.checkpoint.record.licence
        program.user_defined_metadata.update(base.source.metadata)
        shutil.rmtree(path, ignore_errors=True)
        program.save(str(path))
        _make_reproducible(path)

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return input, result and operations by type, read back from the saved package."""
        spec = vendor("coremltools", "coreml").utils.load_spec(str(path))
        result = next(found for found in spec.description.output if found.name == OUTPUT)
        (function,) = spec.mlProgram.functions.values()
        (block,) = function.block_specializations.values()
        return Description(
            _info(spec.description.input[0], (0.0, 255.0)),
            _info(result, (0.0, 1.0)),
            dict(sorted(Counter(op.type for op in block.operations).items())),
            _in_float(block.operations) if precision.rounds_activations else {},
        )

    def require(self, source: Source) -> None:
        """Check also the iOS asked for, and that coremltools can write weights."""
        super().require(source)
        if reason := lacks_compiled_part():
            raise MissingExtraError(reason)
        if source.ios not in (*IOS_VERSIONS, None):
            known = ", ".join(map(str, IOS_VERSIONS))
            raise InputError(f"There is no --ios {source.ios}. Choose {known}.")

    def unfit(self, source: Source, precision: Precision) -> str | None:
        """Say that the iOS asked for is too old, or that the precision changes no weight."""
        needed = OLDEST_IOS[precision]
        if source.ios and source.ios < needed:
            return f"{precision} does not load on iOS {source.ios}. Use --ios {needed} or later."
        return super().unfit(source, precision)

    def noted(self, source: Source, precision: Precision) -> dict[str, Any]:
        """Return the oldest iOS that loads the file."""
        return {"ios": ios_of(source.ios, precision)}


def _round_after(node: torch.fx.Node, scale: float, zero: int) -> None:
    """Put torch's own quantize and dequantize after a node: the converter knows them."""
    graph, readers = node.graph, list(node.users)
    arguments: Any = (node, scale, zero, torch.quint8)
    with graph.inserting_after(node):
        levels = graph.call_function(torch.quantize_per_tensor, arguments)
    with graph.inserting_after(levels):
        rounded = graph.call_method("dequantize", (levels,))
    for reader in readers:
        reader.replace_input_with(node, rounded)


def _in_float(operations: Sequence[Any]) -> dict[str, int]:
    return Graph([_step(operation) for operation in operations], frozenset()).in_float


def _step(operation: Any) -> Step:
    reads = {
        name: binding.name
        for name, argument in operation.inputs.items()
        for binding in argument.arguments
        if binding.name
    }
    gives = tuple(value.name for value in operation.outputs)
    return Step(operation.type, tuple(reads.values()), gives, reads.get("weight"))


def ios_of(asked: int | None, precision: Precision) -> int:
    """Return the oldest iOS that a file of `precision` is for: as asked, or as old as it can be."""
    return asked or max(DEFAULT_IOS, OLDEST_IOS[precision])


def _info(feature: Any, span: tuple[float, float]) -> TensorInfo:
    array = feature.type.multiArrayType
    return TensorInfo(feature.name, tuple(array.shape), ARRAYS[array.dataType], "NCHW", span)


def _make_reproducible(path: Path) -> None:
    """Write a package anew: the vendor draws ids, leaves maps unordered and notes the day.

    Its tools write Manifest.json as they read a package, so it gets their own form: then reading
    changes no byte.
    """
    listing = read_json(path / "Manifest.json")
    ids = {
        old: str(uuid.uuid5(uuid.NAMESPACE_URL, item["path"]))
        for old, item in listing["itemInfoEntries"].items()
    }
    items = {ids[old]: item for old, item in listing["itemInfoEntries"].items()}
    listing["itemInfoEntries"] = items
    listing["rootModelIdentifier"] = ids[listing["rootModelIdentifier"]]
    write_file(path / "Manifest.json", json.dumps(listing, indent=4, sort_keys=True) + "\n")
    model = path / "Data" / "com.apple.CoreML" / "model.mlmodel"
    proto = vendor("coremltools.proto.Model_pb2", "coreml").Model.FromString(model.read_bytes())
    proto.description.metadata.userDefined.pop(CONVERSION_DATE, None)
    write_file(model, proto.SerializeToString(deterministic=True))


def _palettized(program: Any, base: CoremlBase, **settings: Any) -> Any:
    """Cluster on one thread: the order of scikit-learn's sums, so the bytes, depends on threads."""
    cto = vendor("coremltools.optimize.coreml", "coreml")
    config = cto.OpPalettizerConfig(mode="kmeans", weight_threshold=WEIGHT_THRESHOLD, **settings)
    spared = [*_left_in_float(base, program), *_unfit_for_palettes(program)]
    options = cto.OptimizationConfig(config, None, dict.fromkeys(spared))
    with vendor("threadpoolctl", "coreml").threadpool_limits(1):
        return cto.palettize_weights(program, options)


def _in_8_bits(program: Any, base: CoremlBase, threshold: int) -> Any:
    """Round the weights of more than `threshold` values per channel.

    The vendor divides by the scale of a channel of zeros; it stays zero.
    """
    cto = vendor("coremltools.optimize.coreml", "coreml")
    config = cto.OpLinearQuantizerConfig(mode="linear_symmetric", weight_threshold=threshold)
    spared = dict.fromkeys(_left_in_float(base, program))
    with np.errstate(divide="ignore", invalid="ignore"):
        return cto.linear_quantize_weights(program, cto.OptimizationConfig(config, None, spared))


def _left_in_float(base: CoremlBase, program: Any) -> list[str]:
    """Name the weights of the operations that the checkpoint's quantization leaves in float."""
    weights = vendor("coremltools.optimize.coreml", "coreml").get_weights_metadata(program, 1)
    kept = tuple(name.replace(".", "_") for name in base.source.float_weights)
    return [name for name in weights if name.startswith(kept)] if kept else []


def _unfit_for_palettes(program: Any) -> list[str]:
    """Name the weights that stay float16: depthwise ones and those with few values.

    One palette a tensor must serve all channels, and folding batch norm spreads their scales.
    """
    weights = vendor("coremltools.optimize.coreml", "coreml").get_weights_metadata(program, 1)
    return [
        name
        for name, weight in weights.items()
        if weight.val.size <= PALETTE_FROM or (weight.val.ndim == 4 and weight.val.shape[1] == 1)
    ]


def _program(source: Source, traced: Any, precision: Precision) -> Any:
    ct = vendor("coremltools", "coreml")
    ios = ios_of(source.ios, precision)
    return ct.convert(
        traced,
        convert_to="mlprogram",
        # no image: those hold 8 bits, and rounding pixels to them is no part of the contract
        inputs=[ct.TensorType(INPUT, tuple(source.example.shape), np.float32)],
        outputs=[ct.TensorType(name=name) for name in source.form.outputs],
        compute_precision=_precision(precision),
        minimum_deployment_target=getattr(ct.target, f"iOS{ios}"),
        skip_model_load=True,
        pass_pipeline=_passes(precision),
    )


def _passes(precision: Precision) -> Any:
    """Leave out what costs float32 its precision; float16 rounds by more than that.

    The vendor rewrites x·a + b, our normalisation, as a batch norm whose epsilon of 1e-5 takes
    5e-6 off x; a deep net makes 2e-3 of its probability of that. Its folding of norms and factors
    mixes the channels of transposed convolutions of groups; ours has folded what can be.
    """
    passes = vendor("coremltools", "coreml").PassPipeline.DEFAULT
    passes.remove_passes({"common::fuse_conv_batchnorm", "common::fuse_conv_scale"})
    if precision is Precision.FP32:
        passes.remove_passes({"common::fuse_elementwise_to_batchnorm"})
    return passes


def _precision(precision: Precision) -> Any:
    ct = vendor("coremltools", "coreml")
    if precision is Precision.FP32:
        return ct.precision.FLOAT32
    return ct.transform.FP16ComputePrecision(op_selector=_may_be_half)


def _may_be_half(operation: Any) -> bool:
    """Return whether an operation may compute in float16.

    What leads to the first convolution may not where it is more than a scale and a shift: a mean
    taken off float16 pixels leaves their rounding, ten times larger against the deviation. For the
    same reason no map's own mean and deviation may (instance, group and layer norm).
    """
    if _leads_to_root(operation) or any(_is_root(given) for given in _givers(operation)):
        return False
    kinds: set[str] = set()
    leads = False
    for op in takewhile(_is_no_convolution, operation.enclosing_block.operations):
        kinds.add(op.op_type)
        leads |= op is operation
    return not leads or kinds <= SCALE_AND_SHIFT


def _leads_to_root(operation: Any) -> bool:
    """Return whether a square root is taken of what an operation gives, or of statistics of it."""
    if _is_root(operation):
        return True
    if operation.op_type not in OF_STATISTICS:
        return False
    return any(_leads_to_root(op) for output in operation.outputs for op in output.child_ops)


def _givers(operation: Any) -> list[Any]:
    """Return the operations whose results an operation reads."""
    values = operation.inputs.values()
    return [value.op for value in values if getattr(value, "op", None) is not None]


def _is_root(operation: Any) -> bool:
    return operation.op_type in ("sqrt", "rsqrt")


def _is_no_convolution(operation: Any) -> bool:
    return operation.op_type != "conv"
