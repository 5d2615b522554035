#!/usr/bin/env bash
# onnxslim takes a weight for each column or row for one for each channel, where the counts agree.
#
# One would expect: `onnxslim.slim` gives a smaller file that computes the same. A product with a
#   constant of shape (columns) broadcasts along the last axis, as ONNX defines Mul.
# What happens: behind a Conv whose channels are as many as the constant's values, onnxslim multiplies
#   the weights of each output channel instead and drops the product. Which axis the constant lies on
#   is not looked at: it is squeezed, and its length is compared with the number of channels. Rows
#   (shape (rows, 1)) are taken for channels, too, also behind ConvTranspose. onnxsim 0.8.1 and ONNX
#   Runtime's own optimizers are right.
# Why it matters: maps of 64×64 with 64 channels are common in segmentation nets. Windows that fade
#   towards the frame's edge, weights of rows, or position weights then scale channels. Sizes agree and
#   nothing warns; popular exporters run onnxslim by default.
# Versions: onnxslim 0.1.98, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-29.
# Source: run here; no public report was found. The rewrite came with inisis/OnnxSlim pull request 209.
# Output seen (the rows of both channels; ones, times 1 and 0):
#   columns          [1.0, 0.0] [1.0, 0.0]   [1.0, 0.0] [1.0, 0.0]
#   columns, slim    [1.0, 1.0] [1.0, 1.0]   [0.0, 0.0] [0.0, 0.0]
#   rows             [1.0, 1.0] [0.0, 0.0]   [1.0, 1.0] [0.0, 0.0]
#   rows, slim       [1.0, 1.0] [1.0, 1.0]   [0.0, 0.0] [0.0, 0.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnxslim==0.1.98 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnxruntime as ort
import onnxslim
from onnx import TensorProto, checker, helper, numpy_helper

ones = np.ones((1, 1, 2, 2), np.float32)


def net(shape):
    weights = {"w": np.ones((2, 1, 1, 1), np.float32), "k": np.array([1, 0], np.float32)}
    weights["k"] = weights["k"].reshape(shape)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["a"]), helper.make_node("Mul", ["a", "k"], ["y"])],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ones.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, 2, 2])],
        [numpy_helper.from_array(weight, name) for name, weight in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model, full_check=True)
    return model


def show(name, model):
    (found,) = ort.InferenceSession(model.SerializeToString()).run(None, {"x": ones})
    first, second = found[0].tolist()
    print(f"{name:<16}", *first, " ", *second)


for name, shape in ("columns", (2,)), ("rows", (2, 1)):
    show(name, net(shape))
    show(f"{name}, slim", onnxslim.slim(net(shape)))
PYTHON
found=$(venv/bin/python look.py 2>/dev/null | grep -E '^(columns|rows)')
echo "$found"
[ "$found" = "columns          [1.0, 0.0] [1.0, 0.0]   [1.0, 0.0] [1.0, 0.0]
columns, slim    [1.0, 1.0] [1.0, 1.0]   [0.0, 0.0] [0.0, 0.0]
rows             [1.0, 1.0] [0.0, 0.0]   [1.0, 1.0] [0.0, 0.0]
rows, slim       [1.0, 1.0] [1.0, 1.0]   [0.0, 0.0] [0.0, 0.0]" ]
