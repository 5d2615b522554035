#!/usr/bin/env bash
# MNN on a PC says that -1 is less than -2.
#
# One would expect: `background < lesion` of two maps of logits gives in a .mnn file the mask that
#   torch and ONNX Runtime give, on a PC as on a phone.
# What happens: on x86 the mask is inverted where both numbers are negative. MNN compares the bits
#   of the floats as if they were integers. Positive numbers are right, and so is a negative number
#   with a positive one. `lesion > background`, <= and >= are right everywhere. `-0.0 == 0.0` is
#   false. The converter has it, too: it computes what depends on constants alone, and writes the
#   wrong result into the file, which then goes to the phone.
# Why it matters: logits are negative over most of an image. A mask by `<`, `where(x < -1, ...)`,
#   torch's hardshrink and softshrink are wrong there. Who checks a file on a PC rejects a good
#   one. Apps on Windows, on Chromebooks and in Android's emulator show the wrong mask.
# What helps: `>` with the sides swapped.
# Versions: MNN 3.6.1, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30. MNN 3.0.0, 3.2.0 and 3.5.0 have it, too. Not run on a phone. The script
#   calls the converter in MNN's wheel directly: the command around it, mnnconvert, installs
#   another package and reports to MNN's makers.
# Source: run here; no public report was found. In MNN's source/math/Vec.hpp the SSE version of `<`
#   and `==` for floats takes integer comparisons; the one for ARM compares floats.
# Output seen (x is -3 -2 -1 1 2 3):
#   x < -1.5     ONNX Runtime 1 1 0 0 0 0   MNN 0 0 1 0 0 0
#   -1.5 > x     ONNX Runtime 1 1 0 0 0 0   MNN 1 1 0 0 0 0
#   x < 1.5      ONNX Runtime 1 1 1 1 0 0   MNN 1 1 1 1 0 0
#   grid < -1.5  ONNX Runtime 1 1 0 0 0 0   MNN 0 0 1 0 0 0   written into the file
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

x = np.array([-3, -2, -1, 1, 2, 3], dtype=np.float32).reshape(1, 1, 1, 6)


def write(operation, operands, number):
    nodes = [
        helper.make_node(operation, operands, ["b"]),
        helper.make_node("Cast", ["b"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["x", "zero"], ["z"]),
        helper.make_node("Add", ["z", "f"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, x.shape) for n in "xy"]
    constants = [
        numpy_helper.from_array(np.array(number, dtype=np.float32), "number"),
        numpy_helper.from_array(np.array(0, dtype=np.float32), "zero"),
        numpy_helper.from_array(x, "grid"),
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


def in_file(values):
    """Whether the file holds these numbers, as what was computed when it was written."""
    return np.array(values, dtype=np.float32).tobytes() in open("net.mnn", "rb").read()


for name, operation, operands, number in (
    ("x < -1.5", "Less", ["x", "number"], -1.5),
    ("-1.5 > x", "Greater", ["number", "x"], -1.5),
    ("x < 1.5", "Less", ["x", "number"], 1.5),
    ("grid < -1.5", "Less", ["grid", "number"], -1.5),
):
    write(operation, operands, number)
    found = [np.ravel(run()) for run in (on_onnxruntime, on_mnn)]
    there, here = (" ".join(f"{v:.0f}" for v in values) for values in found)
    kept = "   written into the file" if in_file(found[1]) else ""
    print(f"{name:<12} ONNX Runtime {there}   MNN {here}{kept}", flush=True)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep "ONNX Runtime")
echo "$found"
[ "$found" = "x < -1.5     ONNX Runtime 1 1 0 0 0 0   MNN 0 0 1 0 0 0
-1.5 > x     ONNX Runtime 1 1 0 0 0 0   MNN 1 1 0 0 0 0
x < 1.5      ONNX Runtime 1 1 1 1 0 0   MNN 1 1 1 1 0 0
grid < -1.5  ONNX Runtime 1 1 0 0 0 0   MNN 0 0 1 0 0 0   written into the file" ]
