#!/usr/bin/env bash
# Qualcomm's neural processor computes a convolution wrong whose padding is as wide as its kernel.
#
# One would expect: an ONNX Conv with a kernel of 3×3 and pads of 3 and more gives zeros where its
#   window lies in the padding, as ONNX Runtime's CPU does, or QNN's provider leaves it to the CPU.
# What happens: the provider takes it, with the CPU forbidden. Where zeros belong stand other pixels
#   and sums of pixels. With 3 all around nine of ten values are wrong, inside the image, too. With
#   bars above and below whole rows are wrong, in the bars and below them. With pads of 2 it is
#   right, and so is stride 2.
# Why it matters: nobody writes such a convolution, but torch's exporter and ONNX Runtime make one
#   of `conv(pad(x, ...))` with zeros. A net that makes a photograph of 4:3 square, or pads once for
#   all its valid convolutions, is such a file, and its mask is wrong on the phone alone. In 8 bits
#   the last of the cases below is wrong, too; the second and the fourth are right.
# Versions: onnxruntime-qnn 2.7.0 (QNN's HTP backend, simulated for Snapdragon 8 Gen 1 and 8 Gen 3),
#   onnxruntime 1.31.1, onnx 1.23.2, Python 3.11, Linux x86-64; seen on 2026-11-30. Not run on a
#   phone.
# Source: run here; no public report was found.
# Output seen (the kernel copies the pixel in its middle):
#   28×28, pads 2 2 2 2, stride 1           8 Gen 1 right  8 Gen 3 right
#   28×28, pads 3 3 3 3, stride 1           8 Gen 1 wrong  8 Gen 3 wrong
#   28×28, pads 3 3 3 3, stride 2           8 Gen 1 right  8 Gen 3 right
#   168×224, pads 29 1 29 1, stride 1       8 Gen 1 wrong  8 Gen 3 wrong
#   120×128, pads 5 1 5 1, stride 1         8 Gen 1 wrong  8 Gen 3 wrong
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnxruntime==1.31.1 onnxruntime-qnn==2.7.0 onnx==1.23.2 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnxruntime as ort
import onnxruntime_qnn
from onnx import TensorProto, helper, numpy_helper

NAME = "QNNExecutionProvider"
ort.register_execution_provider_library(NAME, onnxruntime_qnn.get_library_path())
device = [d for d in ort.get_ep_devices() if d.ep_name == NAME][:1]
copy = np.zeros((3, 3, 3, 3), np.float32)
copy[range(3), range(3), 1, 1] = 1


def run(image, pads, stride, soc):
    sides = [(image.shape[at + 2] + pads[at] + pads[at + 2] - 3) // stride + 1 for at in (0, 1)]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
        for name, size in (("x", image.shape), ("y", (1, 3, *sides)))
    ]
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=pads, strides=[stride, stride])
    weights = [numpy_helper.from_array(copy, "w")]
    graph = helper.make_graph([node], "net", ends[:1], ends[1:], initializer=weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options = ort.SessionOptions()
    if soc:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        backend = {"backend_path": onnxruntime_qnn.get_qnn_htp_path(), "soc_model": soc}
        options.add_provider_for_devices(device, backend)
    return ort.InferenceSession(model.SerializeToString(), options).run(None, {"x": image})[0]


for height, width, pads, stride in (
    (28, 28, (2, 2, 2, 2), 1),
    (28, 28, (3, 3, 3, 3), 1),
    (28, 28, (3, 3, 3, 3), 2),
    (168, 224, (29, 1, 29, 1), 1),
    (120, 128, (5, 1, 5, 1), 1),
):
    size = (1, 3, height, width)
    image = np.linspace(1, 2, 3 * height * width, dtype=np.float32).reshape(size)
    right = run(image, pads, stride, None)
    line = f"{height}×{width}, pads {' '.join(map(str, pads))}, stride {stride}".ljust(38)
    for machine, soc in (("8 Gen 1", "36"), ("8 Gen 3", "57")):
        wrong = abs(run(image, pads, stride, soc) - right) > 0.01
        line += f"  {machine} {'wrong' if wrong.mean() > 0.01 else 'right'}"
    print(line)
PYTHON
found=$(venv/bin/python look.py 2>/dev/null | grep "8 Gen")
echo "$found"
[ "$found" = "28×28, pads 2 2 2 2, stride 1           8 Gen 1 right  8 Gen 3 right
28×28, pads 3 3 3 3, stride 1           8 Gen 1 wrong  8 Gen 3 wrong
28×28, pads 3 3 3 3, stride 2           8 Gen 1 right  8 Gen 3 right
168×224, pads 29 1 29 1, stride 1       8 Gen 1 wrong  8 Gen 3 wrong
120×128, pads 5 1 5 1, stride 1         8 Gen 1 wrong  8 Gen 3 wrong" ]
