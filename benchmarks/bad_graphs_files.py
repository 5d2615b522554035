"""Writes a graph of `bad_graphs_list` as a file of each format."""

import copy
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import coremltools
import litert_torch
import numpy as np
import torch
from litert_quantizer import qtyping, recipe
from litert_quantizer.quantizer import Quantizer
from torch import Tensor, nn

from benchmarks.bad_graphs_list import BadGraph, Numbers
from benchmarks.bad_graphs_nets import Round, RoundedConv, RoundResult, RoundWeight, filled
from skinseg_mobile.runtime_py.vendors import vendor

INPUT, OUTPUT = "image", "probability"
PORTABLE = "portable kernels"
"""What a graph's operations run on that ExecuTorch's delegate does not take."""


class _Nhwc(nn.Module):
    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return {OUTPUT: self.net(image.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)}


class _Half(nn.Module):
    """Half precision between float32 ends."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net.half()

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image.half()).float()


def net_of(graph: BadGraph) -> nn.Module:
    """Return the float net; what rounds has seen its range, and does not round yet.

    Nets of float numbers begin with a convolution that changes nothing: pnnx tells by it which
    axis is the batch.
    """
    net = graph.net()
    if graph.numbers in (Numbers.FP32, Numbers.FP16):
        channels = graph.shape[1]
        net = nn.Sequential(filled(nn.Conv2d(channels, channels, 1, groups=channels), 1.0), net)
    net = net.eval()
    with torch.no_grad():
        net(graph.given)
    return _rounded(net, lambda x, scale, zero: x, None)


def right_answer(graph: BadGraph) -> Any:
    """Return what the float net gives in torch."""
    with torch.no_grad():
        return net_of(graph)(graph.given).double().numpy()


def _rounded(
    net: nn.Module,
    result: RoundResult,
    weight: RoundWeight | None,
) -> nn.Module:
    """Return the net with its rounding switched on."""
    net = copy.deepcopy(net)
    for part in net.modules():
        if isinstance(part, Round):
            part.how = result
        elif isinstance(part, RoundedConv):
            part.how = weight
    return net


def _decomposed(net: nn.Module) -> nn.Module:
    """Return the net with the operations of torch's own 8-bit graphs (PT2E)."""
    vendor("torch.ao.quantization.fx._decomposed", "export")
    ops: Any = torch.ops.quantized_decomposed

    def result(x: Tensor, scale: float, zero: int) -> Tensor:
        about = (scale, zero, -128, 127, torch.int8)
        return ops.dequantize_per_tensor(ops.quantize_per_tensor(x, *about), *about)

    def weight(conv: RoundedConv) -> Tensor:
        ends = (-127, 127, torch.int8)
        if conv.step is not None:
            return ops.dequantize_per_tensor(conv.levels, conv.step, 0, *ends)
        return ops.dequantize_per_channel(conv.levels, conv.scale, conv.zeros, 0, *ends)

    return _rounded(net, result, weight)


def _plain_weight(conv: RoundedConv) -> Tensor:
    return conv.levels.float() * conv.scale.reshape(-1, 1, 1, 1)


def _prepared(graph: BadGraph) -> nn.Module:
    """Return what ONNX and ExecuTorch convert."""
    in_8_bits = graph.numbers in (Numbers.INT8, Numbers.W8)
    return _decomposed(net_of(graph)) if in_8_bits else net_of(graph)


def write_onnx(graph: BadGraph, folder: Path) -> Path:
    """Write an ONNX file, in float32 or with 8 bits marked in it."""
    path = folder / "model.onnx"
    program: Any = torch.onnx.export(
        _prepared(graph), (graph.given,), dynamo=True, opset_version=18, input_names=[INPUT],
        output_names=[OUTPUT], external_data=False, verbose=False,
    )  # fmt: skip
    path.write_bytes(program.model_proto.SerializeToString())
    return path


def write_tflite(graph: BadGraph, folder: Path) -> Path:
    """Write a TFLite file; 8 bits are those of LiteRT's quantizer."""
    path = folder / "model.tflite"
    given = graph.given.permute(0, 2, 3, 1).contiguous()
    edge = litert_torch.convert(_Nhwc(net_of(graph)).eval(), sample_kwargs={INPUT: given})
    edge.export(str(path))
    if graph.numbers in (Numbers.INT8, Numbers.W8):
        path.write_bytes(_in_8_bits(path.read_bytes(), graph, given.numpy()))
    return path


def _in_8_bits(content: bytes, graph: BadGraph, given: Any) -> bytes:
    quantizer: Any = Quantizer(bytearray(content))
    if graph.numbers is Numbers.W8:
        quantizer.load_quantization_recipe(recipe.weight_only_wi8_afp32())
        return bytes(quantizer.quantize().quantized_model)
    quantizer.load_quantization_recipe(recipe.static_wi8_ai8())
    if any(isinstance(m, RoundedConv) and m.step for m in graph.net().modules()):
        _weights_of_one_scale(quantizer)
    for edge in (qtyping.TFLOperationName.INPUT, qtyping.TFLOperationName.OUTPUT):
        quantizer.update_quantization_recipe(".*", edge, algorithm_key="no_quantize")
    ranges = quantizer.calibrate({"serving_default": [{INPUT: given}]}, num_threads=1)
    return bytes(quantizer.quantize(ranges).quantized_model)


def _weights_of_one_scale(quantizer: Any) -> None:
    tensor = qtyping.TensorQuantizationConfig
    config = qtyping.OpQuantizationConfig(
        activation_tensor_config=tensor(num_bits=8, symmetric=False),
        weight_tensor_config=tensor(num_bits=8, granularity=qtyping.QuantGranularity.TENSORWISE),
        compute_precision=qtyping.ComputePrecision.INTEGER,
    )
    kind = qtyping.TFLOperationName.DEPTHWISE_CONV_2D
    quantizer.update_quantization_recipe(".*", kind, config)


def write_coreml(graph: BadGraph, folder: Path) -> Path:
    """Write a Core ML package for iOS 17."""

    def levels(x: Tensor, scale: float, zero: int) -> Tensor:
        return torch.quantize_per_tensor(x, scale, zero + 128, torch.quint8).dequantize()

    net = _rounded(net_of(graph), levels, _plain_weight)
    half = graph.numbers is not Numbers.FP32
    precision = coremltools.precision
    with torch.no_grad():
        model: Any = coremltools.convert(
            torch.jit.trace(net, graph.given),
            inputs=[coremltools.TensorType(name=INPUT, shape=graph.shape)],
            outputs=[coremltools.TensorType(name=OUTPUT)],
            compute_precision=precision.FLOAT16 if half else precision.FLOAT32,
            minimum_deployment_target=coremltools.target.iOS17,
            skip_model_load=True,
        )
    path = folder / "model.mlpackage"
    model.save(str(path))
    return path


def write_coreai(graph: BadGraph, folder: Path) -> Path:
    """Write a Core AI asset."""
    coreai = vendor("coreai_torch", "coreai")
    vendor("coreai_torch._compression.custom_layers", "coreai")
    ops: Any = torch.ops.coreai

    def levels(x: Tensor, scale: float, zero: int) -> Tensor:
        about = torch.tensor(scale), torch.tensor(zero, dtype=torch.int8)
        return ops.dequantize(ops.quantize(x, about[0], torch.int8, about[1]), *about)

    net = _rounded(net_of(graph), levels, _plain_weight)
    net = _Half(net) if graph.numbers is Numbers.FP16 else net
    traced = torch.export.export(net, (graph.given,))
    converter = coreai.TorchConverter(mode=coreai.TorchConverter.Mode.RELEASE)
    names = {"input_names": [INPUT], "output_names": [OUTPUT]}
    program = converter.add_exported_program(
        traced.run_decompositions(coreai.get_decomp_table()), **names
    )
    path = folder / "model.aimodel"
    program.to_coreai().save_asset(path)
    return path


def write_executorch(graph: BadGraph, folder: Path) -> Path:
    """Write an ExecuTorch program for XNNPACK, and beside it what XNNPACK leaves."""
    exir = vendor("executorch.exir", "executorch")
    place = "executorch.backends.xnnpack.partition.xnnpack_partitioner"
    net = _prepared(graph)
    net = _Half(net) if graph.numbers is Numbers.FP16 else net
    names = {"inputs": [INPUT], "outputs": [OUTPUT]}
    lowered = exir.to_edge_transform_and_lower(
        torch.export.export(net, (graph.given,)),
        partitioner=[vendor(place, "executorch").XnnpackPartitioner()],
        constant_methods={"tensors": json.dumps(names)},
    )
    calls = [n for n in lowered.exported_program().graph.nodes if n.op == "call_function"]
    kinds = Counter(str(getattr(n.target, "_name", n.target)) for n in calls)
    left = {k: n for k, n in kinds.items() if "delegate" not in k and "getitem" not in k}
    (folder / "left.json").write_text(json.dumps(left))
    path = folder / "model.pte"
    path.write_bytes(lowered.to_executorch().buffer)
    return path


WRITERS: Mapping[str, Callable[[BadGraph, Path], Path]] = {
    "onnx": write_onnx,
    "tflite": write_tflite,
    "coreml": write_coreml,
    "coreai": write_coreai,
    "executorch": write_executorch,
}
"""By target."""


def stored(target: str, given: Tensor) -> Any:
    """Return the input as a file of this target takes it."""
    value = given.permute(0, 2, 3, 1) if target == "tflite" else given
    return np.ascontiguousarray(value.numpy(), np.float32)


def read(target: str, found: Any) -> Any:
    """Return a result with channels first."""
    value = np.asarray(found, np.float64)
    return value.transpose(0, 3, 1, 2) if target == "tflite" else value
