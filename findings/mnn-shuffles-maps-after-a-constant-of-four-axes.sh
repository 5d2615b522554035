#!/usr/bin/env bash
# MNN shuffles channels and pixels where a constant of shape (1, 1, 1, 1) stands before the maps.
#
# One would expect: `gain * conv(x)` with a parameter `torch.ones(1, 1, 1, 1)` gives in a .mnn file
#   what `conv(x) * gain` gives.
# What happens: it converts and runs without a word, and values land in other channels and at other
#   pixels. Behind a convolution, batch norm, ReLU or sigmoid, MNN keeps maps in blocks of
#   channels. Where the first operand is such a constant, the result lies in blocks, too, but what
#   follows takes it for plain maps. What only fills up a block comes to light, as zeros, and as
#   many values are lost. Products, sums, differences and quotients have it, at any number of
#   channels. Constants of no to three axes are right, and so is a constant after the maps.
# Why it matters: a learned gain, a temperature or the weight of a branch is often made with four
#   axes, and written before the maps. Shapes and the range of values agree, and the mask is a
#   jumble.
# What helps: `conv(x) * gain`, or a gain of shape (1).
# Versions: MNN 3.6.1, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux x86-64 with
#   AVX2 (blocks of eight channels); seen on 2026-11-30. MNN 3.0.0 and 3.5.0 have it, too. Not run
#   on a phone. The script calls the converter in MNN's wheel directly: the command around it,
#   mnnconvert, installs another package and reports to MNN's makers.
# Source: run here; no public report was found. Both of torch 2.13.0's exporters write `self.gain *
#   self.conv(x)` as the nodes below, in this order.
# Output seen (x has two channels of three pixels, the convolution changes nothing, the gain is 10):
#   conv(x) * gain   ONNX Runtime 10 20 30 40 50 60   MNN 10 20 30 40 50 60
#   gain * conv(x)   ONNX Runtime 10 20 30 40 50 60   MNN 10 40 0 0 0 0
#   gain - conv(x)   ONNX Runtime 9 8 7 6 5 4         MNN 9 6 10 10 10 10
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

x = np.arange(1, 7, dtype=np.float32).reshape(1, 2, 1, 3)


def write(operation, operands):
    nodes = [
        helper.make_node("Conv", ["x", "eye"], ["c"]),
        helper.make_node(operation, operands, ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, x.shape) for n in "xy"]
    constants = [
        numpy_helper.from_array(np.eye(2, dtype=np.float32).reshape(2, 2, 1, 1), "eye"),
        numpy_helper.from_array(np.full((1, 1, 1, 1), 10, dtype=np.float32), "gain"),
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "net.onnx")


def on_onnxruntime():
    return onnxruntime.InferenceSession("net.onnx").run(None, {"x": x})[0]


def on_mnn():
    words = "mnnconvert -f ONNX --modelFile net.onnx --MNNModel net.mnn --bizCode look"
    _tools.mnnconvert(words.split())
    net = MNN.nn.load_module_from_file("net.mnn", ["x"], ["y"])
    (y,) = net.forward([MNN.expr.const(x, list(x.shape), MNN.expr.NCHW)])
    return np.array(MNN.expr.convert(y, MNN.expr.NCHW).read())


for name, operation, operands in (
    ("conv(x) * gain", "Mul", ["c", "gain"]),
    ("gain * conv(x)", "Mul", ["gain", "c"]),
    ("gain - conv(x)", "Sub", ["gain", "c"]),
):
    write(operation, operands)
    found = (np.ravel(run()) for run in (on_onnxruntime, on_mnn))
    there, here = (" ".join(f"{v:.0f}" for v in values) for values in found)
    print(f"{name:<16} ONNX Runtime {there:<19} MNN {here}", flush=True)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep "ONNX Runtime")
echo "$found"
[ "$found" = "conv(x) * gain   ONNX Runtime 10 20 30 40 50 60   MNN 10 20 30 40 50 60
gain * conv(x)   ONNX Runtime 10 20 30 40 50 60   MNN 10 40 0 0 0 0
gain - conv(x)   ONNX Runtime 9 8 7 6 5 4         MNN 9 6 10 10 10 10" ]
