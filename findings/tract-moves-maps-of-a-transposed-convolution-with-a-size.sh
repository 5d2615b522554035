#!/usr/bin/env bash
# tract moves the maps of a transposed convolution whose size the file names.
#
# One would expect: ConvTranspose with output_shape crops what is too much on both sides, in halves,
#   as ONNX defines it: total_padding // 2 at one side, the rest at the other. An odd row comes off at
#   the beginning, unless auto_pad is SAME_UPPER.
# What happens: tract gives the size that was asked for, but takes all of it off at the end. For 4×4
#   with stride 2 the maps lie one pixel off, for 6×6 two, for 3×3 one. The same crop written as pads
#   is right. Nothing warns.
# Why it matters: a decoder climbs back to the size of the image by such layers. Each of them moves
#   the maps to the lower right, and the last one by whole pixels of the mask: against the skip
#   connections, and against the lesion. Sizes agree.
# What helps: pads in place of output_shape.
# Versions: tract 0.23.9, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (the rows of 8 that one bright pixel of 4×4, at row 1, fills):
#   4x4 output_shape  onnxruntime rows [1, 2, 3, 4]  tract rows [2, 3, 4, 5]
#   4x4 pads          onnxruntime rows [1, 2, 3, 4]  tract rows [1, 2, 3, 4]
#   6x6 output_shape  onnxruntime rows [0, 1, 2, 3, 4, 5]  tract rows [2, 3, 4, 5, 6, 7]
#   6x6 pads          onnxruntime rows [0, 1, 2, 3, 4, 5]  tract rows [0, 1, 2, 3, 4, 5]
#   3x3 output_shape  onnxruntime rows [1, 2, 3]  tract rows [2, 3, 4]
#   3x3 pads          onnxruntime rows [1, 2, 3]  tract rows [1, 2, 3]
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

maps = np.zeros((1, 1, 4, 4), np.float32)
maps[0, 0, 1, 1] = 1  # one bright pixel


def net(size, **attributes):
    kernel = np.ones((1, 1, size, size), np.float32)
    graph = helper.make_graph(
        [helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], **attributes)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, maps.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 8, 8])],
        [numpy_helper.from_array(kernel, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def rows(y):
    return np.flatnonzero(y[0, 0].any(1)).tolist()


for size, pads in (4, [1, 1, 1, 1]), (6, [2, 2, 2, 2]), (3, [1, 1, 0, 0]):
    for name, attributes in ("output_shape", {"output_shape": [8, 8]}), ("pads", {"pads": pads}):
        onnx.save(net(size, **attributes), "net.onnx")
        (expected,) = onnxruntime.InferenceSession("net.onnx").run(None, {"x": maps})
        ready = tract.onnx().load("net.onnx").into_model().into_runnable()
        found = ready.run([maps])[0].to_numpy()
        assert expected.shape == found.shape == (1, 1, 8, 8)
        print(f"{size}x{size} {name:<12}  onnxruntime rows {rows(expected)}  tract rows {rows(found)}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "4x4 output_shape  onnxruntime rows [1, 2, 3, 4]  tract rows [2, 3, 4, 5]
4x4 pads          onnxruntime rows [1, 2, 3, 4]  tract rows [1, 2, 3, 4]
6x6 output_shape  onnxruntime rows [0, 1, 2, 3, 4, 5]  tract rows [2, 3, 4, 5, 6, 7]
6x6 pads          onnxruntime rows [0, 1, 2, 3, 4, 5]  tract rows [0, 1, 2, 3, 4, 5]
3x3 output_shape  onnxruntime rows [1, 2, 3]  tract rows [2, 3, 4]
3x3 pads          onnxruntime rows [1, 2, 3]  tract rows [1, 2, 3]" ]
