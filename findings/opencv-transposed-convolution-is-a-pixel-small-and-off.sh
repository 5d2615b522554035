#!/usr/bin/env bash
# OpenCV makes a transposed convolution with auto_pad one pixel too small, and moves it.
#
# One would expect: ConvTranspose with auto_pad="SAME_UPPER" or "SAME_LOWER" pads so that the output is
#   the input times the stride, as ONNX says: 4×4 with stride 2 becomes 8×8.
# What happens: `cv2.dnn.readNetFromONNX` reads and runs it without a word, and gives 7×7. It takes
#   off what stride 1 would need, kernel - 1 in all, and treats upper and lower alike. For 2×2 the
#   last row and column are missing. For 3×3 SAME_UPPER the maps lie one pixel off, too. Its
#   classic engine does the same. The same padding written as pads is right.
# Why it matters: such a layer doubles the maps of a decoder, and Keras' `padding="same"` means it. A
#   mask of 7×7 that is stretched to the frame lies up to a pixel of the map off, which is many pixels
#   of the photograph.
# What helps: pads in place of auto_pad.
# Versions: opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report of it was found.
# Output seen (ones, kernels of ones; the size and the third row):
#   2x2 SAME_UPPER  onnx             (8, 8) 1 1 1 1 1 1 1 1
#   2x2 SAME_UPPER  onnxruntime      (8, 8) 1 1 1 1 1 1 1 1
#   2x2 SAME_UPPER  opencv           (7, 7) 1 1 1 1 1 1 1
#   2x2 SAME_UPPER  opencv, classic  (7, 7) 1 1 1 1 1 1 1
#   2x2 SAME_LOWER  onnx             (8, 8) 1 1 1 1 1 1 1 1
#   2x2 SAME_LOWER  onnxruntime      (8, 8) 1 1 1 1 1 1 1 1
#   2x2 SAME_LOWER  opencv           (7, 7) 1 1 1 1 1 1 1
#   2x2 SAME_LOWER  opencv, classic  (7, 7) 1 1 1 1 1 1 1
#   3x3 SAME_UPPER  onnx             (8, 8) 2 2 4 2 4 2 4 2
#   3x3 SAME_UPPER  onnxruntime      (8, 8) 2 2 4 2 4 2 4 2
#   3x3 SAME_UPPER  opencv           (7, 7) 1 2 1 2 1 2 1
#   3x3 SAME_UPPER  opencv, classic  (7, 7) 1 2 1 2 1 2 1
#   3x3 SAME_LOWER  onnx             (8, 8) 1 2 1 2 1 2 1 1
#   3x3 SAME_LOWER  onnxruntime      (8, 8) 1 2 1 2 1 2 1 1
#   3x3 SAME_LOWER  opencv           (7, 7) 1 2 1 2 1 2 1
#   3x3 SAME_LOWER  opencv, classic  (7, 7) 1 2 1 2 1 2 1
#   4x4 SAME_UPPER  onnx             (8, 8) 2 4 4 4 4 4 4 2
#   4x4 SAME_UPPER  onnxruntime      (8, 8) 2 4 4 4 4 4 4 2
#   4x4 SAME_UPPER  opencv           (7, 7) 2 4 4 4 4 4 4
#   4x4 SAME_UPPER  opencv, classic  (7, 7) 2 4 4 4 4 4 4
#   4x4 SAME_LOWER  onnx             (8, 8) 2 4 4 4 4 4 4 2
#   4x4 SAME_LOWER  onnxruntime      (8, 8) 2 4 4 4 4 4 4 2
#   4x4 SAME_LOWER  opencv           (7, 7) 2 4 4 4 4 4 4
#   4x4 SAME_LOWER  opencv, classic  (7, 7) 2 4 4 4 4 4 4
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

maps = np.ones((1, 1, 4, 4), np.float32)


def net(size, **attributes):
    graph = helper.make_graph(
        [helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], **attributes)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, maps.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, None, None])],
        [numpy_helper.from_array(np.ones((1, 1, size, size), np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def opencv(engine):
    reader = cv2.dnn.readNetFromONNX("net.onnx", engine=engine)
    reader.setInput(maps)
    return reader.forward()


for size in 2, 3, 4:
    for padding in "SAME_UPPER", "SAME_LOWER":
        model = net(size, auto_pad=padding)
        onnx.save(model, "net.onnx")
        for name, y in (
            ("onnx", ReferenceEvaluator(model).run(None, {"x": maps})[0]),
            ("onnxruntime", onnxruntime.InferenceSession("net.onnx").run(None, {"x": maps})[0]),
            ("opencv", opencv(cv2.dnn.ENGINE_AUTO)),
            ("opencv, classic", opencv(cv2.dnn.ENGINE_CLASSIC)),
        ):
            print(f"{size}x{size} {padding}  {name:<16}", y.shape[2:], *y[0, 0, 2].astype(int).tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "2x2 SAME_UPPER  onnx             (8, 8) 1 1 1 1 1 1 1 1
2x2 SAME_UPPER  onnxruntime      (8, 8) 1 1 1 1 1 1 1 1
2x2 SAME_UPPER  opencv           (7, 7) 1 1 1 1 1 1 1
2x2 SAME_UPPER  opencv, classic  (7, 7) 1 1 1 1 1 1 1
2x2 SAME_LOWER  onnx             (8, 8) 1 1 1 1 1 1 1 1
2x2 SAME_LOWER  onnxruntime      (8, 8) 1 1 1 1 1 1 1 1
2x2 SAME_LOWER  opencv           (7, 7) 1 1 1 1 1 1 1
2x2 SAME_LOWER  opencv, classic  (7, 7) 1 1 1 1 1 1 1
3x3 SAME_UPPER  onnx             (8, 8) 2 2 4 2 4 2 4 2
3x3 SAME_UPPER  onnxruntime      (8, 8) 2 2 4 2 4 2 4 2
3x3 SAME_UPPER  opencv           (7, 7) 1 2 1 2 1 2 1
3x3 SAME_UPPER  opencv, classic  (7, 7) 1 2 1 2 1 2 1
3x3 SAME_LOWER  onnx             (8, 8) 1 2 1 2 1 2 1 1
3x3 SAME_LOWER  onnxruntime      (8, 8) 1 2 1 2 1 2 1 1
3x3 SAME_LOWER  opencv           (7, 7) 1 2 1 2 1 2 1
3x3 SAME_LOWER  opencv, classic  (7, 7) 1 2 1 2 1 2 1
4x4 SAME_UPPER  onnx             (8, 8) 2 4 4 4 4 4 4 2
4x4 SAME_UPPER  onnxruntime      (8, 8) 2 4 4 4 4 4 4 2
4x4 SAME_UPPER  opencv           (7, 7) 2 4 4 4 4 4 4
4x4 SAME_UPPER  opencv, classic  (7, 7) 2 4 4 4 4 4 4
4x4 SAME_LOWER  onnx             (8, 8) 2 4 4 4 4 4 4 2
4x4 SAME_LOWER  onnxruntime      (8, 8) 2 4 4 4 4 4 4 2
4x4 SAME_LOWER  opencv           (7, 7) 2 4 4 4 4 4 4
4x4 SAME_LOWER  opencv, classic  (7, 7) 2 4 4 4 4 4 4" ]
