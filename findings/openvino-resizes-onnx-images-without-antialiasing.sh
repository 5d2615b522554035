#!/usr/bin/env bash
# OpenVINO resizes an ONNX image without antialiasing, and stretches one that was to keep its shape.
#
# One would expect: an ONNX Resize with antialias=1 averages what one pixel of the small image
#   covers, and keep_aspect_ratio_policy="not_larger" fits an image of 96 x 128 into 64 x 64 as 48 x
#   64, or OpenVINO refuses the file.
# What happens: it reads and runs without a word, and leaves both out, as if the file had been
#   written before opset 18, which brought them. Lines of two pixels become a plain surface here: 1
#   in place of 0.5. The image is stretched to 64 x 64. The same resize is right through
#   `openvino.convert_model` of the torch net: one package has two results.
# Why it matters: torch writes antialias=1 for `interpolate(..., antialias=True)`, which is how nets
#   shrink a photograph in the way they were trained on. Hair and skin texture turn into false
#   patterns, and a stretched lesion has another outline. Even images do not show it.
# What helps: resizing before the net, or converting from torch.
# Versions: openvino 2026.4.1, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux
#   x86-64; seen on 2026-11-30.
# Source: run here. https://github.com/openvinotoolkit/openvino/issues/35893 is open; it reports
#   antialias of mode="cubic". No report of "linear" or of the stretching was found.
# Output seen (lines of ones and zeros, each two pixels wide; sizes as rows x columns):
#   linear antialias=0  ONNX Runtime 24 x 32, middle 1.00  OpenVINO 24 x 32, middle 1.00
#   linear antialias=1  ONNX Runtime 24 x 32, middle 0.50  OpenVINO 24 x 32, middle 1.00
#   cubic antialias=1   ONNX Runtime 24 x 32, middle 0.50  OpenVINO 24 x 32, middle 1.19
#   stretch             ONNX Runtime 64 x 64, middle 0.50  OpenVINO 64 x 64, middle 0.50
#   not_larger          ONNX Runtime 48 x 64, middle 0.50  OpenVINO 64 x 64, middle 0.50
#   not_smaller         ONNX Runtime 64 x 85, middle 0.75  OpenVINO 64 x 64, middle 0.50
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


def file(mode, size, **attributes):
    node = helper.make_node(
        "Resize", ["image", "", "", "size"], ["y"], mode=mode, axes=[2, 3], **attributes
    )
    ends = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 1, 96, 128)),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 1, "rows", "columns")),
    ]
    held = [numpy_helper.from_array(np.array(size), "size")]
    graph = helper.make_graph([node], "net", ends[:1], ends[1:], held)
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


image = np.zeros((1, 1, 96, 128), np.float32)
image[..., 1::4] = image[..., 2::4] = 1  # lines two pixels wide, two pixels apart
for name, model in (
    ("linear antialias=0", file("linear", (24, 32))),
    ("linear antialias=1", file("linear", (24, 32), antialias=1, exclude_outside=1)),
    ("cubic antialias=1", file("cubic", (24, 32), antialias=1, exclude_outside=1)),
    ("stretch", file("linear", (64, 64))),
    ("not_larger", file("linear", (64, 64), keep_aspect_ratio_policy="not_larger")),
    ("not_smaller", file("linear", (64, 64), keep_aspect_ratio_policy="not_smaller")),
):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    compiled = openvino.compile_model(openvino.Core().read_model(model), "CPU")
    row = f"{name:<18}"
    for engine, y in (
        ("ONNX Runtime", session.run(None, {"image": image})[0]),
        ("OpenVINO", compiled(image)[0]),
    ):
        row += f"  {engine} {y.shape[2]} x {y.shape[3]}, middle {y[0, 0, 12, 12]:.2f}"
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "linear antialias=0  ONNX Runtime 24 x 32, middle 1.00  OpenVINO 24 x 32, middle 1.00
linear antialias=1  ONNX Runtime 24 x 32, middle 0.50  OpenVINO 24 x 32, middle 1.00
cubic antialias=1   ONNX Runtime 24 x 32, middle 0.50  OpenVINO 24 x 32, middle 1.19
stretch             ONNX Runtime 64 x 64, middle 0.50  OpenVINO 64 x 64, middle 0.50
not_larger          ONNX Runtime 48 x 64, middle 0.50  OpenVINO 64 x 64, middle 0.50
not_smaller         ONNX Runtime 64 x 85, middle 0.75  OpenVINO 64 x 64, middle 0.50" ]
