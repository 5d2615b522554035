#!/usr/bin/env bash
# onnx converts a softmax over classes for an older runtime into one over all pixels of all classes.
#
# One would expect: `version_converter.convert_version(model, 12)` of an opset 13 file computes what
#   the file did: Softmax with axis=1 of (image, class, row, column) sums to 1 over the classes.
# What happens: Softmax of opset 12 and older flattens all axes from `axis` on into one. The
#   converter keeps axis=1, so the probabilities of the whole mask sum to 1, not those of each
#   pixel. LogSoftmax does the same. Converted back, the file is no longer what it was. Up from 12
#   to 13 is right. A net with Relu, Add or BatchNormalization is refused, since the converter knows
#   no way down for those.
# Why it matters: converting down is for runtimes and chip tools that stop at opset 11 or 12. The
#   file passes the checker, names and shapes agree, and the class of the largest value in a pixel
#   is still the same. But each probability is tiny, so a threshold of 0.5 finds nothing.
# What helps: a transpose to channels last before the softmax, and one back behind it.
# Versions: onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report of the wrong result was found. The adapter came with
#   https://github.com/onnx/onnx/pull/6608; https://github.com/onnx/onnx/issues/6340 says what it
#   needs.
# Output seen (a small net with three classes on an image of 16 x 16):
#   Softmax     opset 13       sum over a pixel's classes, at most 1.000  pixels above 0.5 250
#   Softmax     to opset 12    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
#   Softmax     to opset 11    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
#   Softmax     12 back to 13  sum over a pixel's classes, at most 0.267  pixels above 0.5 0
#   LogSoftmax  opset 13       sum over a pixel's classes, at most 1.000  pixels above 0.5 250
#   LogSoftmax  to opset 12    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
#   LogSoftmax  to opset 11    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
#   LogSoftmax  12 back to 13  sum over a pixel's classes, at most 0.267  pixels above 0.5 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 \
  onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, version_converter

SHAPE = (1, 3, 16, 16)
numbers = np.random.default_rng(0)
image = numbers.random(SHAPE, np.float32)
weights = {
    "first": numbers.standard_normal((8, 3, 3, 3), np.float32),
    "second": numbers.standard_normal((8, 3, 2, 2), np.float32),
}


def net(last):
    nodes = [
        helper.make_node("Conv", ["image", "first"], ["a"], pads=[1] * 4),
        helper.make_node("LeakyRelu", ["a"], ["b"]),
        helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("ConvTranspose", ["c", "second"], ["d"], strides=[2, 2]),
        helper.make_node(last, ["d"], ["mask"], axis=1),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, SHAPE) for n in ("image", "mask")]
    held = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)


def run(model):
    onnx.checker.check_model(model, full_check=True)
    model = model.SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"image": image})[0]


for last in "Softmax", "LogSoftmax":
    model = net(last)
    older = version_converter.convert_version(model, 12)
    for name, file in (
        ("opset 13", model),
        ("to opset 12", older),
        ("to opset 11", version_converter.convert_version(model, 11)),
        ("12 back to 13", version_converter.convert_version(older, 13)),
    ):
        mask = np.exp(run(file)) if last == "LogSoftmax" else run(file)
        print(
            f"{last:<10}  {name:<13}  sum over a pixel's classes, at most"
            f" {mask.sum(1).max():.3f}"
            f"  pixels above 0.5 {(mask.max(1) > 0.5).sum()}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "Softmax     opset 13       sum over a pixel's classes, at most 1.000  pixels above 0.5 250
Softmax     to opset 12    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
Softmax     to opset 11    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
Softmax     12 back to 13  sum over a pixel's classes, at most 0.267  pixels above 0.5 0
LogSoftmax  opset 13       sum over a pixel's classes, at most 1.000  pixels above 0.5 250
LogSoftmax  to opset 12    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
LogSoftmax  to opset 11    sum over a pixel's classes, at most 0.267  pixels above 0.5 0
LogSoftmax  12 back to 13  sum over a pixel's classes, at most 0.267  pixels above 0.5 0" ]
