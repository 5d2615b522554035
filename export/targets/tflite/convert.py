"""TFLite: the folded net through litert-torch in NHWC, then litert-quantizer.

fp32  as converted          fp16  float16 weights, float compute
w8    int8 weights, float compute
int8  int8 weights and activations; what stays in float, input and result are float
int8-io  the same with int8 input and result
"""

import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from skinseg_mobile.export.alignment import align
from skinseg_mobile.export.source import INPUT, OUTPUT, Source
from skinseg_mobile.export.targets.tflite.flatbuffer import operations, with_metadata
from skinseg_mobile.runtime_py.artifact.manifest import TensorInfo
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.nets.fold import ExportForm


@dataclass(frozen=True)
class TfliteBase:
    """The float file that every precision starts from."""

    source: Source
    content: bytes


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


def convert(source: Source) -> TfliteBase:
    """Convert the folded net to a float32 TFLite file."""
    return TfliteBase(source, float_file(source.form, source.example))


def float_file(form: ExportForm, example: Tensor) -> bytes:
    """Return any export form as a float32 TFLite file for inputs like `example` (1, 3, H, W)."""
    litert_torch = vendor("litert_torch", "export")
    channels_last = example.permute(0, 2, 3, 1).contiguous()
    edge = litert_torch.convert(Nhwc(form).eval(), sample_kwargs={INPUT: channels_last})
    with tempfile.TemporaryDirectory() as folder:
        edge.export(str(Path(folder) / "model.tflite"))
        return (Path(folder) / "model.tflite").read_bytes()


def write(base: TfliteBase, precision: Precision, path: Path) -> None:
    """Write one precision to `path`, with the metadata inside."""
    content = base.content
    if precision is not Precision.FP32:
        content = _quantize(base, precision)
    path.write_bytes(with_metadata(content, base.source.metadata))


def describe(path: Path) -> tuple[TensorInfo, TensorInfo, dict[str, int]]:
    """Return input, result and operations by type, read back from the file.

    Raises:
        SkinsegError: the file transposes: the net was not converted to channels last throughout.
    """
    interpreter = vendor("ai_edge_litert.interpreter", "").Interpreter(model_path=str(path))
    runner = interpreter.get_signature_runner()
    given, result = runner.get_input_details()[INPUT], runner.get_output_details()[OUTPUT]
    counts = dict(sorted(Counter(op.kind for op in operations(path.read_bytes())).items()))
    if "TRANSPOSE" in counts:
        raise SkinsegError(
            f"a TFLite file must not transpose, this one does {counts['TRANSPOSE']} times"
        )
    return _info(INPUT, given, (0.0, 255.0)), _info(OUTPUT, result, (0.0, 1.0)), counts


def _info(name: str, details: dict[str, Any], span: tuple[float, float]) -> TensorInfo:
    scale, zero = details["quantization"]
    shape, dtype = tuple(int(n) for n in details["shape"]), np.dtype(details["dtype"]).name
    return TensorInfo(name, shape, dtype, "NHWC", span, float(scale) or 1.0, int(zero))


def _quantize(base: TfliteBase, precision: Precision) -> bytes:
    quantizer = vendor("litert_quantizer.quantizer", "export").Quantizer(bytearray(base.content))
    recipe = vendor("litert_quantizer.recipe", "export")
    if precision is Precision.FP16:
        _float16(quantizer)
        return bytes(quantizer.quantize().quantized_model)
    aligned = align(operations(base.content), base.source.nodes)
    if precision is Precision.W8:
        quantizer.load_quantization_recipe(recipe.weight_only_wi8_afp32())
        _leave_in_float(quantizer, base, aligned)
        return bytes(quantizer.quantize().quantized_model)
    quantizer.load_quantization_recipe(recipe.static_wi8_ai8())
    if precision is Precision.INT8:
        names = vendor("litert_quantizer.qtyping", "export").TFLOperationName
        for edge in (names.INPUT, names.OUTPUT):
            quantizer.update_quantization_recipe(".*", edge, algorithm_key="no_quantize")
    _leave_in_float(quantizer, base, aligned)
    return bytes(quantizer.quantize(_ranges(base, aligned)).quantized_model)


def _float16(quantizer: Any) -> None:
    qtyping = vendor("litert_quantizer.qtyping", "export")
    config = qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(
            num_bits=16, dtype=qtyping.TensorDataType.FLOAT
        ),
        compute_precision=qtyping.ComputePrecision.FLOAT,
        explicit_dequantize=True,
    )
    quantizer.update_quantization_recipe(
        ".*", qtyping.TFLOperationName.ALL_SUPPORTED, config, "float_casting"
    )


def _leave_in_float(quantizer: Any, base: TfliteBase, aligned: dict[str, str]) -> None:
    """Exempt the operations that the checkpoint's quantization names, if it has one.

    Kinds that the quantizer does not know (comparisons, minimum) it never quantizes.
    """
    names = vendor("litert_quantizer.qtyping", "export").TFLOperationName
    known = {name.value for name in names}
    quantization = base.source.checkpoint.quantization
    kept = quantization.float_nodes if quantization else ()
    for operation in operations(base.content):
        if aligned[operation.output] in kept and operation.kind in known:
            scope = f"^{re.escape(operation.output)};?$"  # the quantizer matches "<tensor>;"
            quantizer.update_quantization_recipe(
                scope, names(operation.kind), algorithm_key="no_quantize"
            )


def _ranges(base: TfliteBase, aligned: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the stored ranges in the quantizer's own form, by tensor."""
    image = operations(base.content)[0].inputs[0]
    named = {image: "image", **aligned}
    return {
        tensor: {
            end: np.full((1, 1, 1, 1), value, np.float32)
            for end, value in zip(("min", "max"), base.source.range_of(node), strict=True)
        }
        for tensor, node in named.items()
    }
