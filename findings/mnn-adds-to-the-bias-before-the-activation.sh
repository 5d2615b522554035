#!/usr/bin/env bash
# MNN's converter takes what is added after a ReLU for a bias, and adds it before the ReLU.
#
# One would expect: `relu(conv(x)) + 1` is 1 and more in the .mnn file, as it is in torch and in
#   ONNX Runtime.
# What happens: it converts and runs without a word, and gives `relu(conv(x) + 1)`. The converter
#   first makes the ReLU part of the convolution. Then it adds to the bias what the file adds
#   behind the convolution, where that has as many values as the convolution has channels. It looks
#   neither for an activation, nor at the axis of the values. So a convolution of one channel loses
#   a number, one of many channels a constant of shape (1, channels, 1, 1). Where maps have as many
#   columns (or rows) as channels, a value for each column goes to a channel. ReLU6, depthwise and
#   transposed convolutions have it, too. Differences and products are right.
# Why it matters: attention of one map, `x * (1 + relu(conv(x)))`, falls below 1. A guard,
#   `log(relu(conv(x)) + 0.000001)`, guards no more: it gives minus infinity. The fault is in the
#   file, so every phone has it. Shapes agree and nothing warns.
# What helps: subtract the negative, `relu(conv(x)) - (-1)`.
# Versions: MNN 3.6.1, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30. MNN 3.0.0 has it, too. The script calls the converter in MNN's wheel
#   directly: the command around it, mnnconvert, installs another package and reports to MNN's
#   makers.
# Source: run here; no public report was found. The cause can be read in MNN's source, in
#   tools/converter/source/optimizer/merge/ConvBiasAdd.cpp. Both of torch 2.13.0's exporters write
#   `F.relu(self.conv(x)) + 1` as the nodes below.
# Output seen (x is -2.0 -0.5 0.0 2.0, in one channel; for columns, in two channels):
#   relu(x) + 1                ONNX Runtime 1.0 1.0 1.0 3.0        MNN 0.0 0.5 1.0 3.0
#   log(relu(x) + 0.000001)    ONNX Runtime -13.8 -13.8 -13.8 0.7  MNN -inf -inf -13.8 0.7
#   relu(x) - (-1)             ONNX Runtime 1.0 1.0 1.0 3.0        MNN 1.0 1.0 1.0 3.0
#   x + (10, 20) on 2 columns  ONNX Runtime 8.0 19.5 10.0 22.0     MNN 8.0 9.5 20.0 22.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  MNN==3.6.1 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import _tools
import MNN.expr
import MNN.nn
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

X = np.array([-2, -0.5, 0, 2], dtype=np.float32)
conv = helper.make_node("Conv", ["x", "eye"], ["c"])
relu = helper.make_node("Relu", ["c"], ["r"])


def write(shape, nodes, number):
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in "xy"]
    eye = np.eye(shape[1], dtype=np.float32).reshape(shape[1], shape[1], 1, 1)
    constants = [
        numpy_helper.from_array(eye, "eye"),
        numpy_helper.from_array(np.array(number, dtype=np.float32), "k"),
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "net.onnx")


def on_onnxruntime(x):
    return onnxruntime.InferenceSession("net.onnx").run(None, {"x": x})[0]


def on_mnn(x):
    words = "mnnconvert -f ONNX --modelFile net.onnx --MNNModel net.mnn --bizCode look"
    _tools.mnnconvert(words.split())
    net = MNN.nn.load_module_from_file("net.mnn", ["x"], ["y"])
    (y,) = net.forward([MNN.expr.const(x, list(x.shape), MNN.expr.NCHW)])
    return np.array(MNN.expr.convert(y, MNN.expr.NCHW).read())


for name, shape, nodes, number in (
    ("relu(x) + 1", (1, 1, 1, 4), [conv, relu, helper.make_node("Add", ["r", "k"], ["y"])], 1),
    (
        "log(relu(x) + 0.000001)",
        (1, 1, 1, 4),
        [
            conv,
            relu,
            helper.make_node("Add", ["r", "k"], ["s"]),
            helper.make_node("Log", ["s"], ["y"]),
        ],
        0.000001,
    ),
    ("relu(x) - (-1)", (1, 1, 1, 4), [conv, relu, helper.make_node("Sub", ["r", "k"], ["y"])], -1),
    (
        "x + (10, 20) on 2 columns",
        (1, 2, 1, 2),
        [conv, helper.make_node("Add", ["c", "k"], ["y"])],
        [10, 20],
    ),
):
    write(shape, nodes, number)
    x = X.reshape(shape)
    found = (np.ravel(run(x)) for run in (on_onnxruntime, on_mnn))
    there, here = (" ".join(f"{v:.1f}" for v in values) for values in found)
    print(f"{name:<26} ONNX Runtime {there:<22} MNN {here}", flush=True)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep "ONNX Runtime")
echo "$found"
[ "$found" = "relu(x) + 1                ONNX Runtime 1.0 1.0 1.0 3.0        MNN 0.0 0.5 1.0 3.0
log(relu(x) + 0.000001)    ONNX Runtime -13.8 -13.8 -13.8 0.7  MNN -inf -inf -13.8 0.7
relu(x) - (-1)             ONNX Runtime 1.0 1.0 1.0 3.0        MNN 1.0 1.0 1.0 3.0
x + (10, 20) on 2 columns  ONNX Runtime 8.0 19.5 10.0 22.0     MNN 8.0 9.5 20.0 22.0" ]
