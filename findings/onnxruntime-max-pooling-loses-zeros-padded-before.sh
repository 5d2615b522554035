#!/usr/bin/env bash
# ONNX Runtime takes zeros that a file pads with before max pooling for the pooling's own padding.
#
# One would expect: Pad with zeros and MaxPool, as torch.onnx.export writes them for
#   `max_pool2d(pad(x, (1, 1, 1, 1)), 3, 1)`, gives the largest of each window, the zeros among them.
#   ONNX says of MaxPool's own padding that it is never the largest.
# What happens: an optimizer of the session (on by default, from the basic level on) moves the padding
#   into MaxPool. Where all values of a window at the frame's edge are negative, the result is
#   negative in place of 0. Without optimizers it is right, and with padding of any other value.
# Why it matters: `ZeroPad2d` and a pooling without padding is how nets ported from Caffe or
#   TensorFlow halve their size. Behind a ReLU nothing is seen; behind a batch norm, a leaky ReLU or a
#   hard swish the frame's edge is another one than in training. Shapes agree.
# Versions: onnxruntime 1.31.1, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-29.
# Source: run here. Known: microsoft/onnxruntime#24737 was closed for its age, not mended. onnxoptimizer
#   0.4.2 does the same (onnx/optimizer pull request 318, open).
# Output seen:
#   without optimizers  [0.0, 0.0, 0.0] [0.0, -1.0, 0.0] [0.0, 0.0, 0.0]
#   basic               [-1.0, -1.0, -2.0] [-1.0, -1.0, -2.0] [-4.0, -4.0, -5.0]
#   default             [-1.0, -1.0, -2.0] [-1.0, -1.0, -2.0] [-4.0, -4.0, -5.0]
#   default, -0.5       [-0.5, -0.5, -0.5] [-0.5, -1.0, -0.5] [-0.5, -0.5, -0.5]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnxruntime==1.31.1 onnx==1.23.2 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnxruntime as ort
from onnx import TensorProto, checker, helper

x = -np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)


def run(level, value):
    constants = [
        helper.make_tensor("pads", TensorProto.INT64, [8], [0, 0, 1, 1, 0, 0, 1, 1]),
        helper.make_tensor("value", TensorProto.FLOAT, [], [value]),
    ]
    nodes = [
        helper.make_node("Pad", ["x", "pads", "value"], ["wide"]),
        helper.make_node("MaxPool", ["wide"], ["y"], kernel_shape=[3, 3]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model, full_check=True)
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    session = ort.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {"x": x})[0][0, 0].tolist()


levels = ort.GraphOptimizationLevel
print("without optimizers ", *run(levels.ORT_DISABLE_ALL, 0))
print("basic              ", *run(levels.ORT_ENABLE_BASIC, 0))
print("default            ", *run(levels.ORT_ENABLE_ALL, 0))
print("default, -0.5      ", *run(levels.ORT_ENABLE_ALL, -0.5))
PYTHON
found=$(venv/bin/python look.py 2>/dev/null)
echo "$found"
wrong="[-1.0, -1.0, -2.0] [-1.0, -1.0, -2.0] [-4.0, -4.0, -5.0]"
[ "$found" = "without optimizers  [0.0, 0.0, 0.0] [0.0, -1.0, 0.0] [0.0, 0.0, 0.0]
basic               $wrong
default             $wrong
default, -0.5       [-0.5, -0.5, -0.5] [-0.5, -1.0, -0.5] [-0.5, -0.5, -0.5]" ]
