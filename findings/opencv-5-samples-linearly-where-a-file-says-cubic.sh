#!/usr/bin/env bash
# OpenCV 5 samples linearly where a file of today says cubic.
#
# One would expect: GridSample with mode="cubic" interpolates by Keys' cubic, as ONNX, ONNX Runtime and
#   torch do, or `cv2.dnn.readNetFromONNX` refuses the file.
# What happens: it gives what mode="linear" gives, without a word. Opset 20 (2023) renamed the modes
#   "bilinear" and "bicubic" to "linear" and "cubic". OpenCV samples by cubics for the
#   name "bicubic" alone. The same in opset 16 is right here.
# Why it matters: GridSample turns, warps or unwarps an image or a mask within the net: spatial
#   transformers, deformations, views for an average. Edges come out softer than in training, and
#   thin lines lose a sixth of their height half-way between pixels. Sizes agree.
# What helps: opset 16 to 19.
# Versions: opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report for OpenCV was found. Other readers had trouble with the new names,
#   too (https://github.com/openvinotoolkit/openvino/issues/33531, mended).
# Output seen (a bright column 2, sampled at 1.25, 1.5, 2, 2.5 and 2.75):
#   by hand      cubic              0.262  0.594  1.000  0.594  0.262
#   onnxruntime  bilinear opset 16  0.250  0.500  1.000  0.500  0.250
#   opencv       bilinear opset 16  0.250  0.500  1.000  0.500  0.250
#   onnx         linear   opset 20  0.250  0.500  1.000  0.500  0.250
#   onnxruntime  linear   opset 20  0.250  0.500  1.000  0.500  0.250
#   opencv       linear   opset 20  0.250  0.500  1.000  0.500  0.250
#   onnxruntime  bicubic  opset 16  0.262  0.594  1.000  0.594  0.262
#   opencv       bicubic  opset 16  0.262  0.594  1.000  0.594  0.262
#   onnx         cubic    opset 20  0.262  0.594  1.000  0.594  0.262
#   onnxruntime  cubic    opset 20  0.262  0.594  1.000  0.594  0.262
#   opencv       cubic    opset 20  0.250  0.500  1.000  0.500  0.250
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

image = np.zeros((1, 1, 6, 6), np.float32)
image[..., 2] = 1  # a bright column
columns = np.array([1.25, 1.5, 2, 2.5, 2.75])
grid = np.stack([(columns * 2 + 1) / 6 - 1, 0 * columns], -1)[None, None].astype(np.float32)


def kernel(far, a=-0.75):  # Keys' cubic, with the factor that ONNX and torch take
    far = abs(far)
    if far <= 1:
        return ((a + 2) * far - (a + 3)) * far**2 + 1
    return a * (((far - 5) * far + 8) * far - 4) if far < 2 else 0


print("by hand      cubic            ", *(f"{kernel(column - 2):6.3f}" for column in columns))
for opset, mode in (16, "bilinear"), (20, "linear"), (16, "bicubic"), (20, "cubic"):
    graph = helper.make_graph(
        [helper.make_node("GridSample", ["x", "grid"], ["y"], mode=mode)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, image.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 1, 5])],
        [numpy_helper.from_array(grid, "grid")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "net.onnx")
    reader = cv2.dnn.readNetFromONNX("net.onnx")
    reader.setInput(image)
    found = [
        ("onnxruntime", onnxruntime.InferenceSession("net.onnx").run(None, {"x": image})[0]),
        ("opencv", reader.forward()),
    ]
    if opset == 20:
        found.insert(0, ("onnx", ReferenceEvaluator(model).run(None, {"x": image})[0]))
    for name, y in found:
        print(f"{name:<12} {mode:<8} opset {opset}", *(f"{v:6.3f}" for v in y[0, 0, 0]))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "by hand      cubic              0.262  0.594  1.000  0.594  0.262
onnxruntime  bilinear opset 16  0.250  0.500  1.000  0.500  0.250
opencv       bilinear opset 16  0.250  0.500  1.000  0.500  0.250
onnx         linear   opset 20  0.250  0.500  1.000  0.500  0.250
onnxruntime  linear   opset 20  0.250  0.500  1.000  0.500  0.250
opencv       linear   opset 20  0.250  0.500  1.000  0.500  0.250
onnxruntime  bicubic  opset 16  0.262  0.594  1.000  0.594  0.262
opencv       bicubic  opset 16  0.262  0.594  1.000  0.594  0.262
onnx         cubic    opset 20  0.262  0.594  1.000  0.594  0.262
onnxruntime  cubic    opset 20  0.262  0.594  1.000  0.594  0.262
opencv       cubic    opset 20  0.250  0.500  1.000  0.500  0.250" ]
