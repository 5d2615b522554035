#!/usr/bin/env bash
# OpenCV 5 moves the maps at each halving of a net that pads as Keras does.
#
# One would expect: `cv2.dnn.readNetFromONNX(file)` computes what ONNX defines: with
#   auto_pad="SAME_UPPER" the padding is what ceil(size / stride) needs, and an odd row or column of it
#   comes at the end. For 3×3 with stride 2 and an even size this is none before and one behind.
# What happens: OpenCV 5 pads half of the kernel before, whatever stride and size are: one pixel.
#   Convolutions, depthwise ones, max and average pooling see the maps one pixel off at each
#   halving: by 1, 3, 7, 15 pixels of the image after 1, 2, 3, 4 of them. Kernels of 5×5 do it, too;
#   2×2 and odd sizes are right. Its classic engine (`engine=cv2.dnn.ENGINE_CLASSIC`), OpenCV 4.14, and
#   the same padding written as pads=[0, 0, 1, 1] are right. Sizes agree and nothing warns.
# Why it matters: a Keras net for images of any size (`Input((None, None, 3))`, padding="same") is
#   written this way by `model.export(path, format="onnx")`, which was tried here with Keras 3.15.1
#   and tf2onnx 1.17.0. An encoder of four halvings hands its decoder maps that lie 15 pixels off, beside
#   skip connections that lie less: the outlines are then wrong.
# Versions: opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found. In opencv/opencv it is `getPadding` of
#   modules/dnn/src/layers/conv2_common.cpp, which is given neither the stride nor the size.
# Output seen (the column of the image that the first columns of the maps show, after 1, 2 and 4 halvings):
#   1 onnx                  (32, 32) [1, 3, 5, 7]
#   1 onnxruntime           (32, 32) [1, 3, 5, 7]
#   1 opencv                (32, 32) [0, 2, 4, 6]
#   1 opencv, classic       (32, 32) [1, 3, 5, 7]
#   1 opencv, pads written  (32, 32) [1, 3, 5, 7]
#   2 onnx                  (16, 16) [3, 7, 11, 15]
#   2 onnxruntime           (16, 16) [3, 7, 11, 15]
#   2 opencv                (16, 16) [0, 4, 8, 12]
#   2 opencv, classic       (16, 16) [3, 7, 11, 15]
#   2 opencv, pads written  (16, 16) [3, 7, 11, 15]
#   4 onnx                  (4, 4) [15, 31, 47, 63]
#   4 onnxruntime           (4, 4) [15, 31, 47, 63]
#   4 opencv                (4, 4) [0, 16, 32, 48]
#   4 opencv, classic       (4, 4) [15, 31, 47, 63]
#   4 opencv, pads written  (4, 4) [15, 31, 47, 63]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 \
  onnx==1.23.2 onnxruntime==1.32.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

image = np.tile(np.arange(64, dtype=np.float32), (64, 1))[None, None]  # each pixel says its column
middle = np.zeros((1, 1, 3, 3), np.float32)
middle[..., 1, 1] = 1


def net(halvings, **padding):
    nodes = [
        helper.make_node("Conv", [f"x{i}", "w"], [f"x{i + 1}"], strides=[2, 2], **padding)
        for i in range(halvings)
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, [1, 1, "rows", "columns"])],
        [helper.make_tensor_value_info(f"x{halvings}", TensorProto.FLOAT, [1, 1, None, None])],
        [numpy_helper.from_array(middle, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def opencv(model, **options):
    onnx.save(model, "net.onnx")
    reader = cv2.dnn.readNetFromONNX("net.onnx", **options)
    reader.setInput(image)
    return reader.forward()


for halvings in 1, 2, 4:
    model = net(halvings, auto_pad="SAME_UPPER")
    session = onnxruntime.InferenceSession(model.SerializeToString())
    for name, maps in (
        ("onnx", ReferenceEvaluator(model).run(None, {"x0": image})[0]),
        ("onnxruntime", session.run(None, {"x0": image})[0]),
        ("opencv", opencv(model)),
        ("opencv, classic", opencv(model, engine=cv2.dnn.ENGINE_CLASSIC)),
        ("opencv, pads written", opencv(net(halvings, pads=[0, 0, 1, 1]))),
    ):
        print(halvings, f"{name:<21}", maps.shape[2:], maps[0, 0, 0, :4].astype(int).tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "1 onnx                  (32, 32) [1, 3, 5, 7]
1 onnxruntime           (32, 32) [1, 3, 5, 7]
1 opencv                (32, 32) [0, 2, 4, 6]
1 opencv, classic       (32, 32) [1, 3, 5, 7]
1 opencv, pads written  (32, 32) [1, 3, 5, 7]
2 onnx                  (16, 16) [3, 7, 11, 15]
2 onnxruntime           (16, 16) [3, 7, 11, 15]
2 opencv                (16, 16) [0, 4, 8, 12]
2 opencv, classic       (16, 16) [3, 7, 11, 15]
2 opencv, pads written  (16, 16) [3, 7, 11, 15]
4 onnx                  (4, 4) [15, 31, 47, 63]
4 onnxruntime           (4, 4) [15, 31, 47, 63]
4 opencv                (4, 4) [0, 16, 32, 48]
4 opencv, classic       (4, 4) [15, 31, 47, 63]
4 opencv, pads written  (4, 4) [15, 31, 47, 63]" ]
