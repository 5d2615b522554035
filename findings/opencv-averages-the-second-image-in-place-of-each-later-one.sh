#!/usr/bin/env bash
# OpenCV counts the second image of a batch in place of each later one, in a mean over the batch.
#
# One would expect: `readNetFromONNX` of `maps.mean((0, 2, 3))`, a ReduceMean over images, rows and
#   columns, gives the mean of each class over the batch, as torch and ONNX define it.
# What happens: from three images on, the first one counts once, the second one for itself and all that
#   follow; those are never read. Images of 1, 2, 3, 4 have the mean (1 + 2 + 2 + 2) / 4 = 1.75 in
#   place of 2.5. It happens for three of the four axes with the batch among them: (0, 2, 3), (0, 1, 3)
#   and (0, 1, 2). Sums and maxima are wrong alike: a lesion in the third view is not found. (0),
#   (2, 3), (1, 2, 3) and all four are right, and so are two images. Nothing warns.
# Why it matters: turned and mirrored views of one photograph are run as a batch; the mean over them
#   and their pixels is a lesion's share of the area, and the maximum says whether any view has
#   one. Of eight views six are then never looked at.
# What helps: two steps, `maps.mean((2, 3)).mean(0)`.
# Versions: opencv-python-headless 5.0.0.93 (4.14.0.94 is wrong, too), onnx 1.23.2, numpy 2.3.5,
#   Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report of it was found. https://github.com/opencv/opencv/issues/25103
#   (closed) was about a mean over one axis. In modules/dnn/src/layers/reduce_layer.cpp,
#   `ReduceInvoker` sets its offset to one step of the outer axis where it should add one.
# Output seen (image n holds n; one value for each class):
#   ReduceMean 2 images   numpy [1.5, 1.5]  onnx [1.5, 1.5]  opencv [1.5, 1.5]  opencv in two steps [1.5, 1.5]
#   ReduceMean 4 images   numpy [2.5, 2.5]  onnx [2.5, 2.5]  opencv [1.75, 1.75]  opencv in two steps [2.5, 2.5]
#   ReduceMean 8 images   numpy [4.5, 4.5]  onnx [4.5, 4.5]  opencv [1.875, 1.875]  opencv in two steps [4.5, 4.5]
#   ReduceMax  2 images   numpy [2.0, 2.0]  onnx [2.0, 2.0]  opencv [2.0, 2.0]  opencv in two steps [2.0, 2.0]
#   ReduceMax  4 images   numpy [4.0, 4.0]  onnx [4.0, 4.0]  opencv [2.0, 2.0]  opencv in two steps [4.0, 4.0]
#   ReduceMax  8 images   numpy [8.0, 8.0]  onnx [8.0, 8.0]  opencv [2.0, 2.0]  opencv in two steps [8.0, 8.0]
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


def net(reduction, shape, steps):
    names = ["x", "a", "y"] if len(steps) == 2 else ["x", "y"]
    graph = helper.make_graph(
        [
            helper.make_node(reduction, [names[i], f"axes{i}"], [names[i + 1]], keepdims=1)
            for i in range(len(steps))
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, shape[1], 1, 1])],
        [numpy_helper.from_array(np.array(axes), f"axes{i}") for i, axes in enumerate(steps)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def opencv(model, maps):
    onnx.save(model, "net.onnx")
    reader = cv2.dnn.readNetFromONNX("net.onnx")
    reader.setInput(maps)
    return reader.forward()


for reduction, numpy in ("ReduceMean", np.mean), ("ReduceMax", np.max):
    for images in 2, 4, 8:
        maps = np.ones((images, 2, 4, 4), np.float32)
        maps *= np.arange(1, images + 1, dtype=np.float32).reshape(-1, 1, 1, 1)
        model = net(reduction, maps.shape, [(0, 2, 3)])
        two = net(reduction, maps.shape, [(2, 3), (0,)])
        found = {
            "numpy": numpy(maps, axis=(0, 2, 3)),
            "onnx": ReferenceEvaluator(model).run(None, {"x": maps})[0],
            "opencv": opencv(model, maps),
            "opencv in two steps": opencv(two, maps),
        }
        print(f"{reduction:<10} {images} images ",
              *(f" {name} {values.ravel().tolist()}" for name, values in found.items()))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "ReduceMean 2 images   numpy [1.5, 1.5]  onnx [1.5, 1.5]  opencv [1.5, 1.5]  opencv in two steps [1.5, 1.5]
ReduceMean 4 images   numpy [2.5, 2.5]  onnx [2.5, 2.5]  opencv [1.75, 1.75]  opencv in two steps [2.5, 2.5]
ReduceMean 8 images   numpy [4.5, 4.5]  onnx [4.5, 4.5]  opencv [1.875, 1.875]  opencv in two steps [4.5, 4.5]
ReduceMax  2 images   numpy [2.0, 2.0]  onnx [2.0, 2.0]  opencv [2.0, 2.0]  opencv in two steps [2.0, 2.0]
ReduceMax  4 images   numpy [4.0, 4.0]  onnx [4.0, 4.0]  opencv [2.0, 2.0]  opencv in two steps [4.0, 4.0]
ReduceMax  8 images   numpy [8.0, 8.0]  onnx [8.0, 8.0]  opencv [2.0, 2.0]  opencv in two steps [8.0, 8.0]" ]
