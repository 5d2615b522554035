#!/usr/bin/env bash
# OpenCV 5 copies a size from before the last reshape where ONNX says 0.
#
# One would expect: a 0 in the shape of a Reshape copies the size of its own input, as ONNX defines it.
#   Images in tiles (2, 3, classes, rows, columns) become a batch of six by [-1, classes, rows,
#   columns], and [0, 0, -1] lays each of their maps out as one row of pixels.
# What happens: OpenCV 5 joins the two reshapes and reads the zeros from what came before both: the rows
#   are then those of (2, 3, all classes and pixels). A softmax over the pixels of each map, as of a
#   map of attention or of a point, becomes one over all classes of a tile. The last reshape brings
#   the right sizes back, so nothing shows and nothing warns. Sizes written out ([6, 2, 16]) are
#   right, and so are OpenCV 4.14 and, here, `engine=cv2.dnn.ENGINE_CLASSIC`. Maps without tiles are
#   right, too, since their first two sizes stay.
# Why it matters: large photographs are cut into tiles, and zeros are how a file keeps the batch and the
#   classes open. Onnx's own expansion of GroupNormalization lays its groups out with [0, 0, -1]
#   behind another reshape and is wrong in OpenCV 5, too.
# Versions: opencv-python-headless 5.0.0.93, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64; seen
#   on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (sums over the pixels of each map, of two classes in six tiles):
#   [0, 0, -1]  onnx            (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
#   [0, 0, -1]  opencv          (6, 2, 4, 4) [0.5, 0.5] [0.5, 0.5] [0.5, 0.5] [0.5, 0.5] [0.5, 0.5] [0.5, 0.5]
#   [0, 0, -1]  opencv, classic (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
#   [6, 2, 16]  onnx            (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
#   [6, 2, 16]  opencv          (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
#   [6, 2, 16]  opencv, classic (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 \
  onnx==1.23.2 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

tiles = np.zeros((2, 3, 2, 4, 4), np.float32)


def net(rows):
    shapes = {"batch": [-1, 2, 4, 4], "rows": rows}
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["x", "batch"], ["a"]),
            helper.make_node("Reshape", ["a", "rows"], ["b"]),
            helper.make_node("Softmax", ["b"], ["c"], axis=2),
            helper.make_node("Reshape", ["c", "batch"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, tiles.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [6, 2, 4, 4])],
        [numpy_helper.from_array(np.array(shape), name) for name, shape in shapes.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def opencv(model, **options):
    onnx.save(model, "net.onnx")
    reader = cv2.dnn.readNetFromONNX("net.onnx", **options)
    reader.setInput(tiles)
    return reader.forward()


for rows in [0, 0, -1], [6, 2, 16]:
    model = net(rows)
    for name, maps in (
        ("onnx", ReferenceEvaluator(model).run(None, {"x": tiles})[0]),
        ("opencv", opencv(model)),
        ("opencv, classic", opencv(model, engine=cv2.dnn.ENGINE_CLASSIC)),
    ):
        print(f"{str(rows):<11} {name:<15} {maps.shape}", *maps.sum((2, 3)).round(3).tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "[0, 0, -1]  onnx            (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
[0, 0, -1]  opencv          (6, 2, 4, 4) [0.5, 0.5] [0.5, 0.5] [0.5, 0.5] [0.5, 0.5] [0.5, 0.5] [0.5, 0.5]
[0, 0, -1]  opencv, classic (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
[6, 2, 16]  onnx            (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
[6, 2, 16]  opencv          (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]
[6, 2, 16]  opencv, classic (6, 2, 4, 4) [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [1.0, 1.0]" ]
