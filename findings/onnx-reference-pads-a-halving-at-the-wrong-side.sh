#!/usr/bin/env bash
# onnx's reference evaluator pads max pooling at the wrong side, and loses the last column.
#
# One would expect: `ReferenceEvaluator`, by which onnx shows what its operations mean, gives for MaxPool
#   with auto_pad="SAME_LOWER" as many columns as ceil(columns / stride), and puts the odd one of what
#   it adds at the beginning: so ONNX's text says.
# What happens: with a stride above 1 it rounds the size down, and puts the odd column at the end, as
#   for SAME_UPPER. An even number of columns is moved by one, an odd one loses the last column.
#   Stride 1 is right, and so are AveragePool and SAME_UPPER.
# Why it matters: max pooling with stride 2 halves the maps of most encoders. Who checks an exported
#   file or a runtime against the reference sees a good one fail, or builds one that moves maps by one
#   pixel at each halving. ONNX Runtime follows the text.
# What helps: ONNX Runtime as the measure, or pads in place of auto_pad.
# Versions: onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-12-01.
# Source: run here; no public report was found. The code is MaxPool._max_pool in
#   onnx/reference/ops/op_max_pool.py.
# Output seen (columns of 1 to 7, kernels of three columns):
#   stride 1, 6 columns  by hand      2 3 4 5 6 6
#   stride 1, 6 columns  onnxruntime  2 3 4 5 6 6
#   stride 1, 6 columns  onnx         2 3 4 5 6 6
#   stride 1, 7 columns  by hand      2 3 4 5 6 7 7
#   stride 1, 7 columns  onnxruntime  2 3 4 5 6 7 7
#   stride 1, 7 columns  onnx         2 3 4 5 6 7 7
#   stride 2, 6 columns  by hand      2 4 6
#   stride 2, 6 columns  onnxruntime  2 4 6
#   stride 2, 6 columns  onnx         3 5 6
#   stride 2, 7 columns  by hand      2 4 6 7
#   stride 2, 7 columns  onnxruntime  2 4 6 7
#   stride 2, 7 columns  onnx         3 5 7
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnx==1.23.2 onnxruntime==1.32.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

row = np.array([1, 2, 3, 4, 5, 6, 7], np.float32)


def net(stride, columns):
    attributes = {"kernel_shape": [1, 3], "strides": [1, stride], "auto_pad": "SAME_LOWER"}
    graph = helper.make_graph(
        [helper.make_node("MaxPool", ["x"], ["y"], **attributes)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 1, columns])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 1, None])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


for stride in 1, 2:
    for columns in 6, 7:
        x = row[:columns]
        size = -(-columns // stride)
        lost = max((size - 1) * stride + 3 - columns, 0)  # of what is added, the odd one comes first
        around = np.concatenate([[-np.inf] * (lost - lost // 2), x, [-np.inf] * (lost // 2)])
        hand = [around[i * stride : i * stride + 3].max() for i in range(size)]
        model = net(stride, columns)
        maps = {"x": x[None, None, None]}
        session = onnxruntime.InferenceSession(model.SerializeToString())
        for name, y in (
            ("by hand", hand),
            ("onnxruntime", session.run(None, maps)[0]),
            ("onnx", ReferenceEvaluator(model).run(None, maps)[0]),
        ):
            print(f"stride {stride}, {columns} columns  {name:<12}", *np.ravel(y).astype(int).tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "stride 1, 6 columns  by hand      2 3 4 5 6 6
stride 1, 6 columns  onnxruntime  2 3 4 5 6 6
stride 1, 6 columns  onnx         2 3 4 5 6 6
stride 1, 7 columns  by hand      2 3 4 5 6 7 7
stride 1, 7 columns  onnxruntime  2 3 4 5 6 7 7
stride 1, 7 columns  onnx         2 3 4 5 6 7 7
stride 2, 6 columns  by hand      2 4 6
stride 2, 6 columns  onnxruntime  2 4 6
stride 2, 6 columns  onnx         3 5 6
stride 2, 7 columns  by hand      2 4 6 7
stride 2, 7 columns  onnxruntime  2 4 6 7
stride 2, 7 columns  onnx         3 5 7" ]
