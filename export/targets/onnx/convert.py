"""ONNX: the folded net through torch's exporter, then fp16 or QDQ int8, made exact."""

import tempfile
import types
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from skinseg_mobile.export.source import INPUT, Source
from skinseg_mobile.export.targets.exporter import Description, Exporter
from skinseg_mobile.export.targets.marked import Graph, Step
from skinseg_mobile.export.targets.match import match, probe
from skinseg_mobile.export.targets.onnx.exact import make_exact
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from skinseg_mobile.runtime_py.vendors import vendor

OPSET = 18


@dataclass(frozen=True)
class OnnxBase:
    """The float model that every precision starts from."""

    source: Source
    model: Any


class OnnxExporter(Exporter[OnnxBase]):
    """Float32 in and out; 8 bits are marked by QuantizeLinear and DequantizeLinear."""

    tools = ("numpy", "torch", "onnx", "onnxscript", "onnxruntime")
    modules = types.MappingProxyType({"onnx": "export", "onnxscript": "export"})

    @property
    def recipes(self) -> Mapping[Precision, Callable[[OnnxBase], Any]]:
        """A model of each precision."""
        return {
            Precision.FP32: _copy,
            Precision.FP16: lambda base: _stored_as("FLOAT16", _copy(base)),
            Precision.INT8: lambda base: _int8(_copy(base), base.source),
        }

    def convert(self, source: Source) -> OnnxBase:
        """Trace the folded net into a float32 ONNX model with a batch of one."""
        program: Any = torch.onnx.export(
            source.form,
            (source.example,),
            dynamo=True,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=list(source.form.outputs),
            external_data=False,
            verbose=False,
        )
        return OnnxBase(source, program.model_proto)

    def write(self, base: OnnxBase, precision: Precision, path: Path) -> None:
        """Write one precision to `path`."""
        onnx = vendor("onnx", "export")
        model = self.recipes[precision](base)
        _forget_sources(model.graph)
        onnx.helper.set_model_props(model, base.source.metadata)
        # as low as its operations allow: ONNX Runtime 1.16 and 1.17 refuse torch's IR version 10
        model.ir_version = onnx.helper.find_min_ir_version_for(model.opset_import, True)
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return input, result and operations by type, read back from the file."""
        graph = vendor("onnx", "export").load(path).graph
        given, result = (
            tuple(d.dim_value for d in v.type.tensor_type.shape.dim)
            for v in (graph.input[0], graph.output[0])
        )
        return Description(
            TensorInfo(graph.input[0].name, given, "float32", "NCHW", (0.0, 255.0)),
            TensorInfo(graph.output[0].name, result, "float32", "NCHW", (0.0, 1.0)),
            dict(sorted(Counter(node.op_type for node in graph.node).items())),
            _in_float(graph) if precision.rounds_activations else {},
        )


def _forget_sources(graph: Any) -> None:
    """Drop what torch notes of each node: it names source files by their place on this machine."""
    for part in (graph, *graph.node, *graph.value_info, *graph.initializer):
        del part.metadata_props[:]


def _copy(base: OnnxBase) -> Any:
    model = vendor("onnx", "export").ModelProto()
    model.CopyFrom(base.model)
    return model


def _in_float(graph: Any) -> dict[str, int]:
    steps = [
        Step(
            node.op_type,
            tuple(filter(None, node.input)),
            tuple(node.output),
            node.input[1] if "Conv" in node.op_type else None,
        )
        for node in graph.node
    ]
    return Graph(steps, frozenset(value.name for value in graph.initializer)).in_float


def _stored_as(kind: str, model: Any) -> Any:
    """Store weights as a smaller kind, and cast them back before they are used.

    In a graph that computes in float16 itself, ONNX Runtime sums in float16 on ARM processors from
    8.2 on and in float32 on all others: two results from one file.
    """
    onnx = vendor("onnx", "export")
    dtype = onnx.helper.tensor_dtype_to_np_dtype(onnx.TensorProto.DataType.Value(kind))
    for weight in model.graph.initializer:
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size > 1:
            stored = onnx.numpy_helper.from_array(values.astype(dtype), f"{weight.name}_stored")
            cast = onnx.helper.make_node(
                "Cast", [stored.name], [weight.name], to=onnx.TensorProto.FLOAT
            )
            model.graph.node.insert(0, cast)
            weight.CopyFrom(stored)
    return model


def _int8(model: Any, source: Source) -> Any:
    """Quantize with stored ranges: they reach ONNX Runtime as its own calibration cache."""
    onnx = vendor("onnx", "export")
    tools = vendor("onnxruntime.quantization", "export")
    calibrate = vendor("onnxruntime.quantization.calibrate", "export")
    traced = _traced(model, source)
    ranges = {
        name: calibrate.TensorData(lowest=np.float32(low), highest=np.float32(high))
        for name, node in traced.items()
        for low, high in [source.range_of(node)]
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        calibrate.save_tensors_data(
            calibrate.TensorsData(tools.CalibrationMethod.MinMax, ranges), folder / "ranges.json"
        )
        tools.quantize_static(
            model,
            str(folder / "int8.onnx"),
            None,
            calibration_cache_path=str(folder / "ranges.json"),
            quant_format=tools.QuantFormat.QDQ,
            per_channel=True,
            activation_type=tools.QuantType.QUInt8,
            weight_type=tools.QuantType.QInt8,
            nodes_to_exclude=_float_operations(model, source, traced),
        )
        quantized = onnx.load(folder / "int8.onnx")
    make_exact(quantized, lambda tensor: source.range_of(traced[tensor]))
    return quantized


def _traced(model: Any, source: Source) -> dict[str, str]:
    """Return traced nodes by tensors; torch's exporter keeps the names of most.

    Raises:
        InputError: a node has no range.
    """
    names = [INPUT, *(name for node in _computing(model) for name in node.output)]
    known = {name: source.node_of(name) for name in names}
    if all(node in source.quantization.ranges for node in known.values()):
        return known
    if not source.may_differ:
        source.range_of(next(n for n in known.values() if n not in source.quantization.ranges))
    return match(source.form, source.size, _run(model, source))


def _computing(model: Any) -> list[Any]:
    return [node for node in model.graph.node if node.op_type != "Constant"]


def _run(model: Any, source: Source) -> dict[str, Any]:
    """Return every float tensor that the model computes of the probe."""
    onnx, runtime = vendor("onnx", "export"), vendor("onnxruntime", "")
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    given = {value.name for value in whole.graph.output}
    names = [name for node in _computing(model) for name in node.output if name not in given]
    whole.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = runtime.InferenceSession(whole.SerializeToString(), options)
    image = probe(source.size)
    values = dict(
        zip([o.name for o in session.get_outputs()], session.run(None, {INPUT: image}), strict=True)
    )
    order = [name for node in _computing(model) for name in node.output]
    floats = {name: values[name] for name in order if values[name].dtype == np.float32}
    return {INPUT: image, **floats}


def _float_operations(model: Any, source: Source, traced: Mapping[str, str]) -> list[str]:
    """Name the nodes that stay in float: as asked, or where a tensor has no range."""
    constants = {value.name for value in model.graph.initializer}
    constants |= {node.output[0] for node in model.graph.node if node.op_type == "Constant"}

    def stays(node: Any) -> bool:
        tensors = [name for name in (*node.input, *node.output) if name and name not in constants]
        if any(name not in traced for name in tensors):
            return True
        return traced[node.output[0]] in source.quantization.float_nodes

    return [node.name for node in _computing(model) if stays(node)]
