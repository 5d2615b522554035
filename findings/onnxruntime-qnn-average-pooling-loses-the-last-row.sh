#!/usr/bin/env bash
# Qualcomm's neural processor computes the last row wrong where average pooling rounds its size up.
#
# One would expect: an ONNX AveragePool with ceil_mode=1 of ones is one everywhere, as ONNX defines
#   it and ONNX Runtime's CPU computes it, or the QNN provider leaves it to the CPU.
# What happens: the provider takes it, with the CPU forbidden, and the row whose windows reach beyond
#   the image is 0. The last column, whose windows reach beyond it, too, is right. Without
#   ceil_mode all is right; so is MaxPool with it.
# Why it matters: `AvgPool2d(2, 2, ceil_mode=True)` is how ResNet-D halves its size. Where a size is
#   odd, the lowest row of the features is lost, and nothing says so.
# Versions: onnxruntime-qnn 2.7.0 (QNN's HTP backend, simulated for Snapdragon 8 Gen 1 and 8 Gen 3),
#   onnxruntime 1.31.1, onnx 1.23.2, Python 3.11, Linux x86-64; seen on 2026-11-29. Not run on a
#   phone.
# Source: run here; no public report was found.
# Output seen:
#   CPU:       [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]
#   8 Gen 1:   [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
#   8 Gen 3:   [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
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
ones = np.ones((1, 4, 7, 7), np.float32)
pool = helper.make_node(
    "AveragePool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1
)
tensor = helper.make_tensor_value_info
graph = helper.make_graph(
    [pool],
    "pool",
    [tensor("x", TensorProto.FLOAT, ones.shape)],
    [tensor("y", TensorProto.FLOAT, [1, 4, 4, 4])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
ort.register_execution_provider_library(NAME, onnxruntime_qnn.get_library_path())
device = [d for d in ort.get_ep_devices() if d.ep_name == NAME][:1]


def run(soc):
    options = ort.SessionOptions()
    if soc:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        backend = {"backend_path": onnxruntime_qnn.get_qnn_htp_path(), "soc_model": soc}
        options.add_provider_for_devices(device, backend)
    session = ort.InferenceSession(model.SerializeToString(), options)
    return session.run(None, {"x": ones})[0][0, 0].round(2).tolist()


print("CPU:      ", run(None))
print("8 Gen 1:  ", run("36"))
print("8 Gen 3:  ", run("57"))
PYTHON
found=$(venv/bin/python look.py 2>/dev/null | grep -E '^(CPU|8 Gen)')
echo "$found"
full="[1.0, 1.0, 1.0, 1.0]"
[ "$found" = "CPU:       [$full, $full, $full, $full]
8 Gen 1:   [$full, $full, $full, [0.0, 0.0, 0.0, 0.0]]
8 Gen 3:   [$full, $full, $full, [0.0, 0.0, 0.0, 0.0]]" ]
