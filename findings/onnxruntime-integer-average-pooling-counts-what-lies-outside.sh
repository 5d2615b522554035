#!/usr/bin/env bash
# ONNX Runtime's integer average pooling divides by cells outside the image where sizes round up.
#
# One would expect: AveragePool with ceil_mode=1 of ones is one everywhere, in 8 bits, too. It is what
#   torch writes for `AvgPool2d(2, 2, ceil_mode=True)`, with count_include_pad=1: cells beyond the
#   padding are not padding, and do not count.
# What happens: the file that `quantize_static` writes is right without the session's optimizers. With
#   them (the default) the pooling becomes QLinearAveragePool, which divides the last row and column by
#   the whole window: a half at the edge, a quarter in the corner. The float file is right.
# Why it matters: this pooling is how ResNet-D halves its size. Where a size is odd, the lower and
#   right edge of the features are a half too small on every processor, in 8 bits only.
# Versions: onnxruntime 1.31.1, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-29.
# Source: run here; no public report of the integer kernel was found. The float one had the fault and
#   was mended (microsoft/onnxruntime pull request 29629).
# Output seen:
#   float                       [1.0, 1.0, 1.0] [1.0, 1.0, 1.0] [1.0, 1.0, 1.0]
#   8 bits, without optimizers  [1.0, 1.0, 1.0] [1.0, 1.0, 1.0] [1.0, 1.0, 1.0]
#   8 bits                      [1.0, 1.0, 0.5] [1.0, 1.0, 0.5] [0.5, 0.5, 0.25]
#   8 bits, padding left out    [1.0, 1.0, 1.0] [1.0, 1.0, 1.0] [1.0, 1.0, 1.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnxruntime==1.31.1 onnx==1.23.2 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import logging

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, checker, helper, save
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

logging.disable(logging.CRITICAL)
ones = np.ones((1, 1, 5, 5), np.float32)


class Images(CalibrationDataReader):
    def __init__(self):
        self.left = iter([{"x": ones}])

    def get_next(self):
        return next(self.left, None)


def write(padding_counts):
    window = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "one"], ["a"]),  # times one
            helper.make_node("AveragePool", ["a"], ["y"], count_include_pad=padding_counts, **window),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ones.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 3, 3])],
        [helper.make_tensor("one", TensorProto.FLOAT, [1, 1, 1, 1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model, full_check=True)
    save(model, "float.onnx")
    types = {"weight_type": QuantType.QInt8, "activation_type": QuantType.QInt8}
    quantize_static("float.onnx", "int8.onnx", Images(), **types)


def rows(file, level=ort.GraphOptimizationLevel.ORT_ENABLE_ALL):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    return ort.InferenceSession(file, options).run(None, {"x": ones})[0][0, 0].round(2).tolist()


off = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
write(1)
print("float                      ", *rows("float.onnx"))
print("8 bits, without optimizers ", *rows("int8.onnx", off))
print("8 bits                     ", *rows("int8.onnx"))
write(0)
print("8 bits, padding left out   ", *rows("int8.onnx"))
PYTHON
found=$(venv/bin/python look.py 2>/dev/null)
echo "$found"
right="[1.0, 1.0, 1.0] [1.0, 1.0, 1.0] [1.0, 1.0, 1.0]"
[ "$found" = "float                       $right
8 bits, without optimizers  $right
8 bits                      [1.0, 1.0, 0.5] [1.0, 1.0, 0.5] [0.5, 0.5, 0.25]
8 bits, padding left out    $right" ]
