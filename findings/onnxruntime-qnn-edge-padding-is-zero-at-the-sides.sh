#!/usr/bin/env bash
# Qualcomm's neural processor pads with zeros at the left and right where ONNX says mode="edge".
#
# One would expect: an ONNX Pad with mode="edge" repeats the outermost pixels on all four sides, as ONNX
#   Runtime's CPU does, or the QNN provider leaves it to the CPU.
# What happens: the provider takes it, with the CPU forbidden. The rows above and below are right, the
#   columns at the left and right are 0. Padding with mode="reflect" and with a constant is right.
# Why it matters: padding_mode="replicate" is how nets avoid dark edges; on the phone two of the four
#   edges are dark, and shapes and most pixels agree.
# Versions: onnxruntime-qnn 2.7.0 (QNN's HTP backend, simulated for Snapdragon 8 Gen 1 and 8 Gen 3),
#   onnxruntime 1.31.1, onnx 1.23.2, Python 3.11, Linux x86-64; seen on 2026-11-29. Not run on a
#   phone.
# Source: run here; no public report was found.
# Output seen (each map's rows):
#   CPU:      [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
#   8 Gen 1:  [[0, 1, 2, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 3, 4, 0]]
#   8 Gen 3:  [[0, 1, 2, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 3, 4, 0]]
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
from onnx import TensorProto, helper

NAME = "QNNExecutionProvider"
ort.register_execution_provider_library(NAME, onnxruntime_qnn.get_library_path())
device = [d for d in ort.get_ep_devices() if d.ep_name == NAME][:1]


def run(node, x, shape, soc, constants=()):
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
        for name, size in (("x", x.shape), ("y", shape))
    ]
    graph = helper.make_graph([node], "net", ends[:1], ends[1:], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options = ort.SessionOptions()
    if soc:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        backend = {"backend_path": onnxruntime_qnn.get_qnn_htp_path(), "soc_model": soc}
        options.add_provider_for_devices(device, backend)
    return ort.InferenceSession(model.SerializeToString(), options).run(None, {"x": x})[0][0, 0]


pads = helper.make_tensor("pads", TensorProto.INT64, [8], [0, 0, 1, 1, 0, 0, 1, 1])
pad = helper.make_node("Pad", ["x", "pads"], ["y"], mode="edge")
x = np.tile(np.array([[1, 2], [3, 4]], np.float32), (1, 4, 1, 1))
for name, soc in ("CPU:", None), ("8 Gen 1:", "36"), ("8 Gen 3:", "57"):
    print(f"{name:<10}{run(pad, x, (1, 4, 4, 4), soc, [pads]).round().astype(int).tolist()}")
PYTHON
found=$(venv/bin/python look.py 2>/dev/null | grep -E "^(CPU|8 Gen)")
echo "$found"
wrong="[[0, 1, 2, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 3, 4, 0]]"
[ "$found" = "CPU:      [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
8 Gen 1:  $wrong
8 Gen 3:  $wrong" ]
