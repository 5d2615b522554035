#!/usr/bin/env bash
# ONNX Runtime's quantization drops a Clip whose limits leave zero out, and its limit with it.
#
# One would expect: `quantize_static` of a net with Clip(0.25, 0.75) gives values from 0.25 to 0.75. Its
#   tool removes a Clip behind a convolution, since 8 bits that span its range saturate as it does.
# What happens: 8 bits always span zero, too, so they do not end at 0.25: the Clip is gone from the
#   file, and values below 0.25 pass. Here 0 comes out as 0, half of the range too low. Limits both
#   below zero lose the upper one. With `ActivationSymmetric` the Clip stays, and all is right.
# Why it matters: nets clamp a probability away from 0 before a logarithm, an odds ratio or a
#   division, or give a lower bound to a variance or a temperature. In 8 bits the bound is not
#   there, for exactly those values that it was written for.
# Versions: onnxruntime 1.31.1, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-29.
# Source: run here; no public report was found. Symmetric quantization lost a ReLU for a like reason
#   (microsoft/onnxruntime#11660, mended).
# Output seen (inputs 0, 0.5 and 1; then the operations of the quantized file):
#   Clip(0, 0.75)     float 0.00 0.50 0.75    8 bits 0.00 0.50 0.75    Conv Conv
#   Clip(0.25, 0.75)  float 0.25 0.50 0.75    8 bits 0.00 0.50 0.75    Conv Conv
#   the same, symmetric                       8 bits 0.25 0.50 0.75    Conv Clip Conv
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
from onnx import TensorProto, checker, helper, load, numpy_helper, save
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

logging.disable(logging.CRITICAL)
x = np.array([0, 0.5, 1], np.float32).reshape(1, 1, 1, 3)


class Images(CalibrationDataReader):
    def __init__(self):
        self.left = iter([{"x": x}])

    def get_next(self):
        return next(self.left, None)


def write(low):
    nodes = [
        helper.make_node("Conv", ["x", "one"], ["a"], name="first"),
        helper.make_node("Clip", ["a", "low", "high"], ["b"], name="limits"),
        helper.make_node("Conv", ["b", "one"], ["y"], name="last"),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    constants = {"one": np.ones((1, 1, 1, 1)), "low": np.array(low), "high": np.array(0.75)}
    weights = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model, full_check=True)
    save(model, "float.onnx")


def values(file):
    (found,) = ort.InferenceSession(file).run(None, {"x": x})
    return " ".join(f"{value:.2f}" for value in found.ravel())


def quantized(**options):
    options |= {"weight_type": QuantType.QInt8, "activation_type": QuantType.QInt8}
    quantize_static("float.onnx", "int8.onnx", Images(), **options)
    kinds = [node.op_type for node in load("int8.onnx").graph.node]
    left = " ".join(kind for kind in kinds if "Linear" not in kind)
    return f"8 bits {values('int8.onnx')}    {left}"


write(0)
print("Clip(0, 0.75)     float", values("float.onnx"), "  ", quantized())
write(0.25)
print("Clip(0.25, 0.75)  float", values("float.onnx"), "  ", quantized())
print("the same, symmetric                      ", quantized(extra_options={"ActivationSymmetric": True}))
PYTHON
found=$(venv/bin/python look.py 2>/dev/null)
echo "$found"
[ "$found" = "Clip(0, 0.75)     float 0.00 0.50 0.75    8 bits 0.00 0.50 0.75    Conv Conv
Clip(0.25, 0.75)  float 0.25 0.50 0.75    8 bits 0.00 0.50 0.75    Conv Conv
the same, symmetric                       8 bits 0.25 0.50 0.75    Conv Clip Conv" ]
