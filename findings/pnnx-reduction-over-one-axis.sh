#!/usr/bin/env bash
# pnnx loses the axis of an ONNX reduction over one axis: in ncnn the mean of x is then x itself.
#
# One would expect: ReduceMean over the channels of an ONNX file, keepdims=1, gives ncnn the mean that
#   ONNX Runtime computes, or pnnx refuses the node.
# What happens: pnnx ends without a word. The Reduction layer in its param file has an empty list of
#   axes (`-23303=0`), so ncnn reduces nothing: x - mean(x) is 0 everywhere. The same for an axis of
#   height or width, and for ReduceSum. Two axes and more are written right (`-23303=2,1,2`).
# Why it matters: norms over channels, group norm, channel attention and log-sum-exp are such
#   reductions. Shapes agree, so a net with one of them runs on the phone and segments nothing useful.
# Versions: pnnx 20261020, ncnn 1.0.20261020, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python
#   3.11, Linux x86-64; seen on 2026-11-29.
# Source: run here; no public report was found.
# Output seen:
#   x - ReduceMean(x, axis 1):    ONNX Runtime -1.5 -0.5 0.5 1.5    ncnn 0.0 0.0 0.0 0.0
#   x - ReduceMean(x, axes 1 2):  ONNX Runtime -1.5 -0.5 0.5 1.5    ncnn -1.5 -0.5 0.5 1.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  pnnx==20261020 ncnn==1.0.20261020 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import subprocess

import ncnn
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

SHAPE = (1, 4, 1, 1)
x = np.arange(4, dtype=np.float32).reshape(SHAPE)


def write(axes):
    nodes = [
        helper.make_node("Conv", ["x", "eye"], ["r"]),
        helper.make_node("ReduceMean", ["r", "axes"], ["m"], keepdims=1),
        helper.make_node("Sub", ["r", "m"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, SHAPE) for n in "xy"]
    constants = [
        helper.make_tensor("axes", TensorProto.INT64, [len(axes)], axes),
        helper.make_tensor("eye", TensorProto.FLOAT, (4, 4, 1, 1), np.eye(4, dtype="f4").ravel()),
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "net.onnx")


def on_ncnn():
    subprocess.run(["venv/bin/pnnx", "net.onnx"], check=True, capture_output=True)
    net = ncnn.Net()
    net.load_param("net.ncnn.param")
    net.load_model("net.ncnn.bin")
    run = net.create_extractor()
    run.input("in0", ncnn.Mat(x[0]))
    return np.array(run.extract("out0")[1]).ravel()


for axes, name in ([1], "axis 1):"), ([1, 2], "axes 1 2):"):
    write(axes)
    (expected,) = onnxruntime.InferenceSession("net.onnx").run(None, {"x": x})
    both = (" ".join(f"{v:.1f}" for v in np.ravel(found)) for found in (expected, on_ncnn()))
    print(f"x - ReduceMean(x, {name:<12}ONNX Runtime {next(both)}    ncnn {next(both)}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep ReduceMean)
echo "$found"
[ "$found" = "x - ReduceMean(x, axis 1):    ONNX Runtime -1.5 -0.5 0.5 1.5    ncnn 0.0 0.0 0.0 0.0
x - ReduceMean(x, axes 1 2):  ONNX Runtime -1.5 -0.5 0.5 1.5    ncnn -1.5 -0.5 0.5 1.5" ]
