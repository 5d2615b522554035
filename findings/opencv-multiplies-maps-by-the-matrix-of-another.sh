#!/usr/bin/env bash
# OpenCV multiplies a channel's map by the matrix of another channel, from two images on.
#
# One would expect: `readNetFromONNX` of a MatMul of (image, channel, row, column) with a constant of
#   (channel, column, column) multiplies each channel by its own matrix, as ONNX takes it from
#   numpy.matmul. Each image gets the same.
# What happens: one image is right. With two images the third channel of each one gets the second
#   channel's matrix, with three images the second one gets the first's, too. A constant of shape
#   (1, channel, column, column) does the same. Sizes agree and nothing warns.
# Why it matters: a matrix for each channel resizes, blurs or weights maps along an axis. A check on
#   one image passes. Turned and mirrored views, or tiles of a photograph, are run as a batch, and the
#   map of one class is then that of another.
# What helps: one image at a time.
# Versions: opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report of it was found. The product with a constant of fewer axes came with
#   https://github.com/opencv/opencv/pull/22828.
# Output seen (ones; the matrices multiply the channels by 1, 10, 100; the channels of each image):
#   1 image, 3 axes  onnx         [1, 10, 100]
#   1 image, 3 axes  onnxruntime  [1, 10, 100]
#   1 image, 3 axes  opencv       [1, 10, 100]
#   2 images, 3 axes onnx         [1, 10, 100] [1, 10, 100]
#   2 images, 3 axes onnxruntime  [1, 10, 100] [1, 10, 100]
#   2 images, 3 axes opencv       [1, 10, 10] [1, 10, 10]
#   3 images, 3 axes onnx         [1, 10, 100] [1, 10, 100] [1, 10, 100]
#   3 images, 3 axes onnxruntime  [1, 10, 100] [1, 10, 100] [1, 10, 100]
#   3 images, 3 axes opencv       [1, 1, 10] [1, 1, 10] [1, 1, 10]
#   2 images, 4 axes onnx         [1, 10, 100] [1, 10, 100]
#   2 images, 4 axes onnxruntime  [1, 10, 100] [1, 10, 100]
#   2 images, 4 axes opencv       [1, 10, 10] [1, 10, 10]
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

gains = np.array([1, 10, 100], np.float32).reshape(3, 1, 1)
matrices = gains * np.eye(2, dtype=np.float32)  # channel c times 1, 10, 100

for images, constant in (1, matrices), (2, matrices), (3, matrices), (2, matrices[None]):
    maps = np.ones((images, 3, 2, 2), np.float32)  # (image, channel, row, column)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, maps.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, maps.shape)],
        [numpy_helper.from_array(constant, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "net.onnx")
    reader = cv2.dnn.readNetFromONNX("net.onnx")
    reader.setInput(maps)
    for name, y in (
        ("onnx", ReferenceEvaluator(model).run(None, {"x": maps})[0]),
        ("onnxruntime", onnxruntime.InferenceSession("net.onnx").run(None, {"x": maps})[0]),
        ("opencv", reader.forward()),
    ):
        title = f"{images} image{'s' * (images > 1)}, {constant.ndim} axes"
        print(f"{title:<16} {name:<12}", *y[:, :, 0, 0].astype(int).tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "1 image, 3 axes  onnx         [1, 10, 100]
1 image, 3 axes  onnxruntime  [1, 10, 100]
1 image, 3 axes  opencv       [1, 10, 100]
2 images, 3 axes onnx         [1, 10, 100] [1, 10, 100]
2 images, 3 axes onnxruntime  [1, 10, 100] [1, 10, 100]
2 images, 3 axes opencv       [1, 10, 10] [1, 10, 10]
3 images, 3 axes onnx         [1, 10, 100] [1, 10, 100] [1, 10, 100]
3 images, 3 axes onnxruntime  [1, 10, 100] [1, 10, 100] [1, 10, 100]
3 images, 3 axes opencv       [1, 1, 10] [1, 1, 10] [1, 1, 10]
2 images, 4 axes onnx         [1, 10, 100] [1, 10, 100]
2 images, 4 axes onnxruntime  [1, 10, 100] [1, 10, 100]
2 images, 4 axes opencv       [1, 10, 10] [1, 10, 10]" ]
