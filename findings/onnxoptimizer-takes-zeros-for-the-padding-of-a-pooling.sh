#!/usr/bin/env bash
# onnxoptimizer takes zeros around a map for the padding of a pooling, which is no zeros.
#
# One would expect: `onnxoptimizer.optimize(model)` gives a file that computes the same. Pad with zeros
#   and MaxPool give the largest of each window, the zeros among them. Of MaxPool's own padding ONNX
#   says that it is never the largest.
# What happens: by default the zeros become the pooling's own padding. A window at the frame's edge
#   whose values are all negative then gives a negative number in place of 0. Before AveragePool
#   the zeros are moved, too, and `count_include_pad` is set. Without padding of its own that is
#   right. One that pads itself and leaves this out of the average (ONNX's default) now counts it.
# Why it matters: torch.onnx.export writes Pad and MaxPool for `max_pool2d(pad(x, (0, 1, 0, 1)), 2)`, as
#   nets for odd sizes have it. Logits are mostly negative at the frame's edge, where lesions are cut off: maps
#   change there and in all that is computed from them. Sizes agree and nothing warns.
# What helps: `optimize(model, passes)` without "fuse_pad_into_pool".
# Versions: onnxoptimizer 0.4.2, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-12-01.
# Source: run here. Reported for MaxPool as https://github.com/onnx/optimizer/pull/318 (open); no
#   report of the average was found. The pass is onnxoptimizer/passes/fuse_pad_into_pool.h.
# Output seen (maps of minus one; rows of the result):
#   MaxPool                  [0.00, 0.00, 0.00] [0.00, -1.00, 0.00] [0.00, 0.00, 0.00]
#   MaxPool, by numpy        [0.00, 0.00, 0.00] [0.00, -1.00, 0.00] [0.00, 0.00, 0.00]
#   MaxPool, optimized       [-1.00, -1.00, -1.00] [-1.00, -1.00, -1.00] [-1.00, -1.00, -1.00]
#   AveragePool              [-0.44, -0.44] [-0.44, -0.44]
#   AveragePool, by numpy    [-0.44, -0.44] [-0.44, -0.44]
#   AveragePool, optimized   [-0.25, -0.25] [-0.25, -0.25]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnxoptimizer==0.4.2 onnx==1.23.2 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnx
import onnxoptimizer
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

maps = -np.ones((1, 1, 4, 4), np.float32)


def net(pooling, kernel, padding):
    options = {"kernel_shape": [kernel] * 2, "strides": [kernel] * 2, "pads": [padding] * 4}
    size = (6 + 2 * padding) // kernel
    graph = helper.make_graph(
        [
            helper.make_node("Pad", ["x", "zeros"], ["a"]),
            helper.make_node(pooling, ["a"], ["y"], **options),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, maps.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, size, size])],
        [numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1]), "zeros")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def by_numpy(reduce, kernel, padding):
    around = np.pad(np.pad(maps[0, 0], 1), padding, constant_values=np.nan)
    size = len(around) // kernel
    return reduce(around.reshape(size, kernel, size, kernel), axis=(1, 3))


def show(name, rows):
    print(f"{name:<24}", *("[" + ", ".join(f"{v:.2f}" for v in row + 0.0) + "]" for row in rows))


for pooling, reduce, kernel, padding in (
    ("MaxPool", np.nanmax, 2, 0),
    ("AveragePool", np.nanmean, 4, 1),
):
    model = net(pooling, kernel, padding)
    show(pooling, ReferenceEvaluator(model).run(None, {"x": maps})[0][0, 0])
    show(f"{pooling}, by numpy", by_numpy(reduce, kernel, padding))
    optimized = onnxoptimizer.optimize(model)
    onnx.checker.check_model(optimized, full_check=True)
    show(f"{pooling}, optimized", ReferenceEvaluator(optimized).run(None, {"x": maps})[0][0, 0])
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "MaxPool                  [0.00, 0.00, 0.00] [0.00, -1.00, 0.00] [0.00, 0.00, 0.00]
MaxPool, by numpy        [0.00, 0.00, 0.00] [0.00, -1.00, 0.00] [0.00, 0.00, 0.00]
MaxPool, optimized       [-1.00, -1.00, -1.00] [-1.00, -1.00, -1.00] [-1.00, -1.00, -1.00]
AveragePool              [-0.44, -0.44] [-0.44, -0.44]
AveragePool, by numpy    [-0.44, -0.44] [-0.44, -0.44]
AveragePool, optimized   [-0.25, -0.25] [-0.25, -0.25]" ]
