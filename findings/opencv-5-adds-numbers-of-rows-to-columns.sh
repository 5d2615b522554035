#!/usr/bin/env bash
# OpenCV 5 adds to the columns what a file adds to the rows, behind a matrix product.
#
# One would expect: MatMul and Add of a constant of shape (rows, 1) add one number to each row, as ONNX
#   broadcasts.
# What happens: `cv2.dnn.readNetFromONNX` makes one step of the two, and takes the constant for a
#   bias of columns where there are as many rows as columns. The first number goes to the first
#   column. Shape (columns) is right, and so is the classic engine (`engine=cv2.dnn.ENGINE_CLASSIC`).
#   Sizes agree and nothing warns.
# Why it matters: maps of 64×64 times a matrix are how nets resize, shift or attend along an axis. A
#   number for each row, as a position code or a threshold, then changes the columns, and a mask's
#   upper part is treated as its left one.
# What helps: the sum before the product, or the constant as a map of its full size.
# Versions: opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (ones times the unit matrix, plus 10, 20, 30; the rows):
#   columns  onnx             [11, 21, 31] [11, 21, 31] [11, 21, 31]
#   columns  onnxruntime      [11, 21, 31] [11, 21, 31] [11, 21, 31]
#   columns  opencv           [11, 21, 31] [11, 21, 31] [11, 21, 31]
#   columns  opencv, classic  [11, 21, 31] [11, 21, 31] [11, 21, 31]
#   rows     onnx             [11, 11, 11] [21, 21, 21] [31, 31, 31]
#   rows     onnxruntime      [11, 11, 11] [21, 21, 21] [31, 31, 31]
#   rows     opencv           [11, 21, 31] [11, 21, 31] [11, 21, 31]
#   rows     opencv, classic  [11, 11, 11] [21, 21, 21] [31, 31, 31]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  opencv-python-headless==5.0.0.93 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

maps = np.ones((1, 1, 3, 3), np.float32)
numbers = np.array([10, 20, 30], np.float32)


def net(shape):
    weights = {"w": np.eye(3, dtype=np.float32), "k": numbers.reshape(shape)}
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["a"]), helper.make_node("Add", ["a", "k"], ["y"])],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, maps.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, maps.shape)],
        [numpy_helper.from_array(weight, name) for name, weight in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def opencv(engine):
    reader = cv2.dnn.readNetFromONNX("net.onnx", engine=engine)
    reader.setInput(maps)
    return reader.forward()


for title, shape in ("columns", (3,)), ("rows", (3, 1)):
    model = net(shape)
    onnx.save(model, "net.onnx")
    for name, y in (
        ("onnx", ReferenceEvaluator(model).run(None, {"x": maps})[0]),
        ("onnxruntime", onnxruntime.InferenceSession("net.onnx").run(None, {"x": maps})[0]),
        ("opencv", opencv(cv2.dnn.ENGINE_AUTO)),
        ("opencv, classic", opencv(cv2.dnn.ENGINE_CLASSIC)),
    ):
        print(f"{title:<8} {name:<16}", *y[0, 0].astype(int).tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "columns  onnx             [11, 21, 31] [11, 21, 31] [11, 21, 31]
columns  onnxruntime      [11, 21, 31] [11, 21, 31] [11, 21, 31]
columns  opencv           [11, 21, 31] [11, 21, 31] [11, 21, 31]
columns  opencv, classic  [11, 21, 31] [11, 21, 31] [11, 21, 31]
rows     onnx             [11, 11, 11] [21, 21, 21] [31, 31, 31]
rows     onnxruntime      [11, 11, 11] [21, 21, 21] [31, 31, 31]
rows     opencv           [11, 21, 31] [11, 21, 31] [11, 21, 31]
rows     opencv, classic  [11, 11, 11] [21, 21, 21] [31, 31, 31]" ]
