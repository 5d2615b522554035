#!/usr/bin/env bash
# Qualcomm's neural processor gives zeros for average pooling of maps of 28×28 to 56×56.
#
# One would expect: an ONNX AveragePool 3×3 with pads=1 of ones, its padding left out of the average
#   (count_include_pad=0, ONNX's default), is one everywhere at every size, as ONNX Runtime's CPU
#   computes it, or the QNN provider leaves it to the CPU.
# What happens: the provider takes it, with the CPU forbidden. Maps of 24×24 and 64×64 are right. Of
#   maps of 28×28 to 56×56 whole rows are 0, the first one among them; others are a ninth or two
#   thirds. With the padding counted (count_include_pad=1), and without padding, all is right.
# Why it matters: 28×28 and 56×56 are the maps of most nets at 224×224. A check of the operation on a
#   small input passes, and the net computes zeros at its real size, without a word.
# Versions: onnxruntime-qnn 2.7.0 (QNN's HTP backend, simulated for Snapdragon 8 Gen 1 and 8 Gen 3),
#   onnxruntime 1.31.1, onnx 1.23.2, Python 3.11, Linux x86-64; seen on 2026-11-29. Not run on a
#   phone.
# Source: run here; no public report was found.
# Output seen (values that are not one, of each map):
#   24×24   CPU 0   8 Gen 1 0     8 Gen 3 0
#   28×28   CPU 0   8 Gen 1 192   8 Gen 3 192
#   56×56   CPU 0   8 Gen 1 384   8 Gen 3 384
#   64×64   CPU 0   8 Gen 1 0     8 Gen 3 0
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


pool = helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
for side in (24, 28, 56, 64):
    ones = np.ones((1, 4, side, side), np.float32)
    bad = [int((abs(run(pool, ones, ones.shape, s) - 1) > 0.01).sum()) for s in (None, "36", "57")]
    print(f"{side}×{side}   CPU {bad[0]:<4}8 Gen 1 {bad[1]:<6}8 Gen 3 {bad[2]}")
PYTHON
found=$(venv/bin/python look.py 2>/dev/null | grep "CPU")
echo "$found"
[ "$found" = "24×24   CPU 0   8 Gen 1 0     8 Gen 3 0
28×28   CPU 0   8 Gen 1 192   8 Gen 3 192
56×56   CPU 0   8 Gen 1 384   8 Gen 3 384
64×64   CPU 0   8 Gen 1 0     8 Gen 3 0" ]
