"""TFLite: the folded net through litert-torch in NHWC, then litert-quantizer.

fp32  as converted          fp16  float16 weights, float compute
w8    int8 weights, float compute
int8  int8 weights and activations; what stays in float, input and result are float
int8-io  the same with int8 input and result
"""

import re
import tempfile
import types
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from skinseg_mobile.export.source import INPUT, OUTPUT, Source
from skinseg_mobile.export.targets.exporter import Description, Exporter
from skinseg_mobile.export.targets.match import match, probe
from skinseg_mobile.export.targets.tflite.alignment import KEEPS_VALUES, TfliteOperation, align
from skinseg_mobile.export.targets.tflite.versions import write_versions, wrong_versions
from skinseg_mobile.runtime_py.errors import InputError, SkinsegError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import kinds, pack, schema, unpack
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.nets.fold import ExportForm

_QUANTIZERS_NAMES = {"TRANSPOSE_CONV": "CONV_2D_TRANSPOSE"}
"""Kinds of operations that the quantizer calls otherwise than TFLite."""


@dataclass(frozen=True)
class TfliteBase:
    """The float file that every precision starts from."""

    source: Source
    content: bytes

    @cached_property
    def model(self) -> Any:
        """The file's tables, to be read alone."""
        return unpack(self.content)

    @cached_property
    def operations(self) -> list[TfliteOperation]:
        """Those of the net, in execution order."""
        return _operations(self.model, 0)

    @cached_property
    def aligned(self) -> dict[str, str]:
        """Traced nodes by the tensors that carry their results.

        Raises:
            InputError: a net of the house does not have the file's operations.
        """
        try:
            return align(self.operations, self.source.nodes)
        except InputError:
            if not self.source.may_differ:
                raise
        found = match(self.source.form, self.source.size, _run(self))
        for operation in self.operations:
            if operation.output not in found and operation.kind in KEEPS_VALUES:
                before = found.get(operation.inputs[0], INPUT)
                if operation.inputs[0] in {*found, self.operations[0].inputs[0]}:
                    found[operation.output] = before
        return found


class Nhwc(nn.Module):
    """The export form with channels last outside; the converter drops the permutes."""

    def __init__(self, form: ExportForm) -> None:
        super().__init__()
        self.form = form

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """(1, H, W, 3) -> {"probability": (1, H, W, 1)} and the taps."""
        results = self.form(image.permute(0, 3, 1, 2))
        return {
            name: result.permute(0, 2, 3, 1)
            for name, result in zip(self.form.outputs, results, strict=True)
        }


Nhwc.__module__ = "skinseg_mobile.export.tflite"  # the converter writes it into tensor names


def float_file(form: ExportForm, example: Tensor) -> bytes:
    """Return any export form as a float32 TFLite file for inputs like `example` (1, 3, H, W)."""
    litert_torch = vendor("litert_torch", "export")
    channels_last = example.permute(0, 2, 3, 1).contiguous()
    edge = litert_torch.convert(Nhwc(form).eval(), sample_kwargs={INPUT: channels_last})
    with tempfile.TemporaryDirectory() as folder:
        edge.export(str(Path(folder) / "model.tflite"))
        return (Path(folder) / "model.tflite").read_bytes()


class TfliteExporter(Exporter[TfliteBase]):
    """Channels last inside and out."""

    tools = ("numpy", "torch", "litert-torch", "litert-quantizer", "ai-edge-litert")
    built_for = "Python 3.11 to 3.13, on x86-64 Linux or macOS"
    modules = types.MappingProxyType({"litert_torch": "export", "litert_quantizer": "export"})

    @property
    def recipes(self) -> Mapping[Precision, Callable[[TfliteBase], bytes]]:
        """A file of each precision, without metadata."""
        return {
            Precision.FP32: lambda base: base.content,
            Precision.FP16: _in_16_bits,
            Precision.W8: _weights_in_8_bits,
            Precision.INT8: lambda base: _in_8_bits(base, float_edges=True),
            Precision.INT8_IO: lambda base: _in_8_bits(base, float_edges=False),
        }

    def convert(self, source: Source) -> TfliteBase:
        """Convert the folded net to a float32 TFLite file."""
        return TfliteBase(source, float_file(source.form, source.example))

    def write(self, base: TfliteBase, precision: Precision, path: Path) -> None:
        """Write one precision to `path`, with the metadata inside.

        Raises:
            SkinsegError: the file transposes: not all of the net was converted to channels last.
        """
        content = self.recipes[precision](base)
        found = sum(operation.kind == "TRANSPOSE" for operation in operations(content))
        if found and not base.source.may_differ:
            raise SkinsegError(
                f"The TFLite file transposes {found} times. Use the pinned versions of"
                " constraints.txt."
            )
        path.write_bytes(with_metadata(content, base.source.metadata))

    def describe(self, path: Path, precision: Precision) -> Description:
        """Return input, result and operations by type, read back from the file.

        TFLite stores 8-bit results, so an operation is in float where its result is.

        Raises:
            SkinsegError: the versions of its operations are not those that it needs.
        """
        interpreter = vendor("ai_edge_litert.interpreter", "").Interpreter(model_path=str(path))
        runner = interpreter.get_signature_runner()
        given, result = runner.get_input_details()[INPUT], runner.get_output_details()[OUTPUT]
        content = path.read_bytes()
        if wrong := wrong_versions(unpack(content)):
            raise SkinsegError(f"{path} has wrong versions: {', '.join(wrong)}. Export it again.")
        found = operations(content)
        counts = _counted(found)
        passing = ("DEQUANTIZE", *KEEPS_VALUES)
        in_float = [op for op in found if op.gives_float and op.kind not in passing]
        return Description(
            _info(INPUT, given, (0.0, 255.0)),
            _info(OUTPUT, result, (0.0, 1.0)),
            counts,
            _counted(in_float) if precision.rounds_activations else {},
        )


def _counted(found: Iterable[TfliteOperation]) -> dict[str, int]:
    return dict(sorted(Counter(operation.kind for operation in found).items()))


def _info(name: str, details: dict[str, Any], span: tuple[float, float]) -> TensorInfo:
    scale, zero = details["quantization"]
    shape, dtype = tuple(int(n) for n in details["shape"]), np.dtype(details["dtype"]).name
    return TensorInfo(name, shape, dtype, "NHWC", span, float(scale) or 1.0, int(zero))


def _quantizer(base: TfliteBase) -> Any:
    quantizer = vendor("litert_quantizer.quantizer", "export").Quantizer
    return quantizer(bytearray(base.content))


def _in_16_bits(base: TfliteBase) -> bytes:
    qtyping = vendor("litert_quantizer.qtyping", "export")
    config = qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(
            num_bits=16, dtype=qtyping.TensorDataType.FLOAT
        ),
        compute_precision=qtyping.ComputePrecision.FLOAT,
        explicit_dequantize=True,
    )
    quantizer = _quantizer(base)
    quantizer.update_quantization_recipe(
        ".*", qtyping.TFLOperationName.ALL_SUPPORTED, config, "float_casting"
    )
    return bytes(quantizer.quantize().quantized_model)


def _weights_in_8_bits(base: TfliteBase) -> bytes:
    quantizer, recipe = _quantizer(base), vendor("litert_quantizer.recipe", "export")
    quantizer.load_quantization_recipe(recipe.weight_only_wi8_afp32())
    _leave_in_float(quantizer, base)
    return bytes(quantizer.quantize().quantized_model)


def _in_8_bits(base: TfliteBase, *, float_edges: bool) -> bytes:
    quantizer, recipe = _quantizer(base), vendor("litert_quantizer.recipe", "export")
    quantizer.load_quantization_recipe(recipe.static_wi8_ai8())
    if float_edges:
        names = vendor("litert_quantizer.qtyping", "export").TFLOperationName
        for edge in (names.INPUT, names.OUTPUT):
            quantizer.update_quantization_recipe(".*", edge, algorithm_key="no_quantize")
    _leave_in_float(quantizer, base)
    _leave_unknown_in_float(quantizer, base)
    return bytes(quantizer.quantize(_ranges(base)).quantized_model)


def _leave_in_float(quantizer: Any, base: TfliteBase) -> None:
    """Exempt the operations that the checkpoint's quantization names, if it has one.

    Kinds that the quantizer does not know (comparisons, minimum) it never quantizes.
    """
    quantization = base.source.checkpoint.quantization
    kept = quantization.float_nodes if quantization else ()
    _exempt(quantizer, [op for op in base.operations if base.aligned.get(op.output) in kept])


def _leave_unknown_in_float(quantizer: Any, base: TfliteBase) -> None:
    """Exempt the operations of which a tensor has no range: all of those inside another one."""
    known = _constant_tensors(base.model) | {base.operations[0].inputs[0], *base.aligned}
    _exempt(quantizer, [op for op in base.operations if not {op.output, *op.inputs} <= known])
    inner = range(1, len(base.model.subgraphs))  # what a pooling does to two of its values
    _exempt(quantizer, [op for number in inner for op in _operations(base.model, number)])


def _exempt(quantizer: Any, chosen: Sequence[TfliteOperation]) -> None:
    names = vendor("litert_quantizer.qtyping", "export").TFLOperationName
    known = {name.value for name in names}
    for operation in chosen:
        kind = _QUANTIZERS_NAMES.get(operation.kind, operation.kind)
        if kind in known:
            scope = f"^{re.escape(operation.output)};?$"  # the quantizer matches "<tensor>;"
            quantizer.update_quantization_recipe(scope, names(kind), algorithm_key="no_quantize")


def _ranges(base: TfliteBase) -> dict[str, dict[str, Any]]:
    """Return the stored ranges in the quantizer's own form, by tensor."""
    named = {base.operations[0].inputs[0]: "image", **base.aligned}
    return {
        tensor: {
            end: np.full((1, 1, 1, 1), value, np.float32)
            for end, value in zip(("min", "max"), base.source.range_of(node), strict=True)
        }
        for tensor, node in named.items()
    }


def with_metadata(content: bytes, metadata: dict[str, str]) -> bytes:
    """Return the file with `metadata` added to its own, and with the versions that it needs."""
    model = unpack(content)
    write_versions(model)
    model.metadata = [*(model.metadata or [])]
    for key, value in metadata.items():
        buffer, entry = schema().BufferT(), schema().MetadataT()
        buffer.data = np.frombuffer(value.encode(), np.uint8)
        entry.name, entry.buffer = key, len(model.buffers)
        model.buffers.append(buffer)
        model.metadata.append(entry)
    return pack(model)


def _run(base: TfliteBase) -> dict[str, Any]:
    """Return every float tensor that the file computes of the probe."""
    litert = vendor("ai_edge_litert.interpreter", "")
    interpreter = litert.Interpreter(
        model_content=base.content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    details = {tensor["name"]: tensor for tensor in interpreter.get_tensor_details()}
    image = np.ascontiguousarray(probe(base.source.size).transpose(0, 2, 3, 1))
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    found = {
        op.output: interpreter.get_tensor(details[op.output]["index"]) for op in base.operations
    }
    return {name: value for name, value in found.items() if value.dtype == np.float32}


def _constant_tensors(model: Any) -> frozenset[str]:
    """Return the names of the tensors that a TFLite file stores."""
    graph = model.subgraphs[0]
    stored = [t for t in graph.tensors if model.buffers[t.buffer].data is not None]
    return frozenset(tensor.name.decode() for tensor in stored)


def operations(content: bytes) -> list[TfliteOperation]:
    """Return the operations of a TFLite file in execution order."""
    return _operations(unpack(content), 0)


def _operations(model: Any, number: int) -> list[TfliteOperation]:
    """Return those of one subgraph: of the net, or of what an operation calls."""
    graph = model.subgraphs[number]
    tensors = [tensor.name.decode() for tensor in graph.tensors]
    return [
        TfliteOperation(
            kind,
            tuple(tensors[i] for i in op.inputs if i >= 0),
            tensors[op.outputs[0]],
            bool(getattr(op.builtinOptions, "fusedActivationFunction", 0)),
            graph.tensors[op.outputs[0]].type == schema().TensorType.FLOAT32,
        )
        for kind, op in zip(kinds(model, number), graph.operators, strict=True)
    ]
