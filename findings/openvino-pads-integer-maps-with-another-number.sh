#!/usr/bin/env bash
# OpenVINO pads 8-bit maps with a number that is not 0, before an average and where told to pad.
#
# One would expect: the 8-bit file that ONNX Runtime's `quantize_static` writes gives on OpenVINO
#   what it gives on ONNX Runtime, to a step or two of 8 bits. Zeros around the maps are 0.
# What happens: it reads and runs without a word. `AvgPool2d(3, 1, 1)`, whose zeros count by
#   torch's default, and a Pad that leaves its value to ONNX's default of 0, are computed on the
#   integers. OpenVINO pads these with the integer 0, or with the lowest one, not with the integer
#   that stands for 0. Here that is 1 in the average, and -1 in the Pad. The inside is right, the
#   float file is right, and a convolution's own padding is right. In these files so is a Pad with
#   its value written out, and an average whose zeros do not count.
# Why it matters: `quantize_static` gives maps of uneven range another integer for 0 by default:
#   maps behind a ReLU, a leaky ReLU, a hard swish. Along the frame's edge the maps are then off by
#   up to a large part of their range, wherever pooling pyramids or pads (by `F.pad(x, ...)` and
#   torch's older exporter) stand. Scores on whole images hardly show it.
# What helps: `count_include_pad=False`, and a value for `F.pad`.
# Versions: openvino 2026.4.1 on the CPU, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python
#   3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (a row of ones; the net was calibrated with -1 to 3, so -64 stands for 0):
#   Pad          ONNX Runtime, 8 bits  0.00 1.00 1.00 1.00 1.00 0.00
#   Pad          OpenVINO, float       0.00 1.00 1.00 1.00 1.00 0.00
#   Pad          OpenVINO, 8 bits      -1.00 1.00 1.00 1.00 1.00 -1.00
#   AveragePool  ONNX Runtime, 8 bits  0.67 1.00 1.00 0.67
#   AveragePool  OpenVINO, float       0.67 1.00 1.00 0.67
#   AveragePool  OpenVINO, 8 bits      1.00 1.00 1.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  openvino==2026.4.1 onnx==1.23.2 onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, quantize_static

ones = np.ones((1, 1, 1, 4), dtype=np.float32)
conv = helper.make_node("Conv", ["x", "one"], ["c"])
last = helper.make_node("Conv", ["p", "one"], ["y"])
pads = [0, 0, 0, 1, 0, 0, 0, 1]


class Photographs(CalibrationDataReader):
    def __init__(self):
        self.left = [{"x": ones * value} for value in (-1, 3)]

    def get_next(self):
        return self.left.pop() if self.left else None


def write(node, columns):
    ends = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ones.shape),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 1, 1, columns)),
    ]
    constants = [
        numpy_helper.from_array(np.ones((1, 1, 1, 1), dtype=np.float32), "one"),
        numpy_helper.from_array(np.array(pads), "pads"),
    ]
    graph = helper.make_graph([conv, node, last], "g", ends[:1], ends[1:], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "float.onnx")
    quantize_static("float.onnx", "integer.onnx", Photographs())


def on_onnxruntime():
    return onnxruntime.InferenceSession("integer.onnx").run(None, {"x": ones})[0]


def on_openvino(file):
    net = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return net([ones])[net.outputs[0]]


zeros = helper.make_node("Pad", ["c", "pads"], ["p"])
window = {"kernel_shape": [1, 3], "pads": [0, 1, 0, 1], "count_include_pad": 1}
average = helper.make_node("AveragePool", ["c"], ["p"], **window)
for name, node, columns in ("Pad", zeros, 6), ("AveragePool", average, 4):
    write(node, columns)
    for engine, found in (
        ("ONNX Runtime, 8 bits", on_onnxruntime()),
        ("OpenVINO, float", on_openvino("float.onnx")),
        ("OpenVINO, 8 bits", on_openvino("integer.onnx")),
    ):
        print(f"{name:<11}  {engine:<20} ", *(f"{v:.2f}" for v in found.ravel()), flush=True)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E "ONNX Runtime|OpenVINO")
echo "$found"
[ "$found" = "Pad          ONNX Runtime, 8 bits  0.00 1.00 1.00 1.00 1.00 0.00
Pad          OpenVINO, float       0.00 1.00 1.00 1.00 1.00 0.00
Pad          OpenVINO, 8 bits      -1.00 1.00 1.00 1.00 1.00 -1.00
AveragePool  ONNX Runtime, 8 bits  0.67 1.00 1.00 0.67
AveragePool  OpenVINO, float       0.67 1.00 1.00 0.67
AveragePool  OpenVINO, 8 bits      1.00 1.00 1.00 1.00" ]
