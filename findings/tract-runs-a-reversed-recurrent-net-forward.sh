#!/usr/bin/env bash
# tract runs a recurrent layer forward that the file runs backward.
#
# One would expect: an ONNX RNN, GRU or LSTM with direction="reverse" begins at the last step and
#   ends at the first one, in tract as in ONNX Runtime, or tract refuses it.
# What happens: tract reads the file and runs it without a word, and takes the steps from the first
#   to the last one, as if the direction were not written. All three layers do it. With
#   direction="bidirectional" both ways are right, so the attribute is known. Sizes agree.
# Why it matters: layers that sweep over the rows or columns of an image give each pixel its context,
#   and a sweep from below or from the right is written as a reversed layer beside a plain one. In
#   tract a pixel then knows what is above it twice, and what is below it never.
# What helps: one layer of both directions, or Slice with a step of -1 before and behind a plain one.
# Versions: tract 0.23.9, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report of it was found. https://github.com/sonos/tract/issues/2751 (open)
#   is about other attributes of these layers that are ignored.
# Output seen (four rows of which the third is bright; "both" shows the backward one of two):
#   RNN   reverse hand  0.57 0.64 0.76 0.00
#   RNN   reverse ort   0.57 0.64 0.76 0.00
#   RNN   reverse tract 0.00 0.00 0.76 0.64
#   RNN   both    ort   0.57 0.64 0.76 0.00
#   RNN   both    tract 0.57 0.64 0.76 0.00
#   GRU   reverse ort   0.13 0.16 0.20 0.00
#   GRU   reverse tract 0.00 0.00 0.20 0.16
#   GRU   both    ort   0.13 0.16 0.20 0.00
#   GRU   both    tract 0.13 0.16 0.20 0.00
#   LSTM  reverse ort   0.25 0.29 0.37 0.00
#   LSTM  reverse tract 0.00 0.00 0.37 0.29
#   LSTM  both    ort   0.25 0.29 0.37 0.00
#   LSTM  both    tract 0.25 0.29 0.37 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  tract==0.23.9 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import tract
from onnx import TensorProto, helper, numpy_helper

rows = np.array([0, 0, 1, 0], np.float32).reshape(4, 1, 1)  # four rows of an image, the third bright


def net(kind, direction):
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    sides = 2 if direction == "bidirectional" else 1
    weights = {name: np.ones((sides, gates, 1), np.float32) for name in "wr"}
    graph = helper.make_graph(
        [helper.make_node(kind, ["x", "w", "r"], ["y"], hidden_size=1, direction=direction)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, rows.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, sides, 1, 1])],
        [numpy_helper.from_array(weight, name) for name, weight in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def show(name, y):
    print(f"{name:<19}", *(f"{value:.2f}" for value in y[:, -1].ravel()))


back = [0.0] * 5
for row in (3, 2, 1, 0):  # by hand: the plain net, from the last row to the first one
    back[row] = np.tanh(rows[row, 0, 0] + back[row + 1])
show("RNN   reverse hand", np.array(back[:4]).reshape(4, 1))
for kind in "RNN", "GRU", "LSTM":
    for direction in "reverse", "bidirectional":
        model = net(kind, direction)
        onnx.save(model, "net.onnx")
        (also,) = onnxruntime.InferenceSession("net.onnx").run(None, {"x": rows})
        if (kind, direction) == ("RNN", "reverse"):
            assert np.allclose(also.ravel(), back[:4], atol=1e-5)
        ready = tract.onnx().load("net.onnx").into_model().into_runnable()
        found = ready.run([rows])[0].to_numpy()
        way = "reverse" if direction == "reverse" else "both"
        show(f"{kind:<5} {way:<7} ort", also)
        show(f"{kind:<5} {way:<7} tract", found)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "RNN   reverse hand  0.57 0.64 0.76 0.00
RNN   reverse ort   0.57 0.64 0.76 0.00
RNN   reverse tract 0.00 0.00 0.76 0.64
RNN   both    ort   0.57 0.64 0.76 0.00
RNN   both    tract 0.57 0.64 0.76 0.00
GRU   reverse ort   0.13 0.16 0.20 0.00
GRU   reverse tract 0.00 0.00 0.20 0.16
GRU   both    ort   0.13 0.16 0.20 0.00
GRU   both    tract 0.13 0.16 0.20 0.00
LSTM  reverse ort   0.25 0.29 0.37 0.00
LSTM  reverse tract 0.00 0.00 0.37 0.29
LSTM  both    ort   0.25 0.29 0.37 0.00
LSTM  both    tract 0.25 0.29 0.37 0.00" ]
