#!/usr/bin/env bash
# Qualcomm's neural processor pads an image at the right with the beginning of its next row.
#
# One would expect: an ONNX Pad of the net's input at the right and below, with 0.5 or with zeros,
#   gives that number there, as ONNX Runtime's CPU does, or the QNN provider leaves it to the CPU.
# What happens: the provider takes it, with the CPU forbidden. The rows below are right. The columns
#   at the right hold the beginning of the next row, those of the last row the beginning of the
#   first one, whatever the number is. It needs no more than a ReLU or a convolution after it. Sizes
#   matter: 60×60 to 64×64 is wrong, 200×200 to 224×224 right. Padding on both sides is right.
#   Zeros before a convolution are right in float, since ONNX Runtime makes them the convolution's
#   own padding. In an 8-bit file it does not, and they are wrong, too.
# Why it matters: padding at the right and below to a multiple of 32 is how nets take photographs of
#   any size. The bar holds a strip of skin or lesion, the mask beside it follows it, and nothing is
#   said. Sizes and most pixels agree.
# Versions: onnxruntime-qnn 2.7.0 (QNN's HTP backend, simulated for Snapdragon 8 Gen 1 and 8 Gen 3),
#   onnxruntime 1.31.1, onnx 1.23.2, Python 3.11, Linux x86-64; seen on 2026-11-30. Not run on a
#   phone.
# Source: run here; no public report was found.
# Output seen (60×60 to 64×64, each row holds its number; the last column of rows 0, 1, 58, 59):
#   0.5, ReLU            CPU 0.5 0.5 0.5 0.5   8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
#   0, ReLU              CPU 0 0 0 0           8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
#   0.5, Conv            CPU 0.5 0.5 0.5 0.5   8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
#   0, Conv, 8 bits      CPU 0 0 0 0           8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
#   0.5, ReLU, centred   CPU 0.5 0.5 0.5 0.5   8 Gen 1 0.5 0.5 0.5 0.5   8 Gen 3 0.5 0.5 0.5 0.5
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
image = np.arange(60, dtype=np.float32)[:, None].repeat(60, 1)[None, None].repeat(3, 1)
copy = np.zeros((3, 3, 3, 3), np.float32)
copy[range(3), range(3), 1, 1] = 1


def run(nodes, constants, soc):
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 3, side, side))
        for name, side in (("x", 60), ("y", 64))
    ]
    weights = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], initializer=weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options = ort.SessionOptions()
    if soc:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        backend = {"backend_path": onnxruntime_qnn.get_qnn_htp_path(), "soc_model": soc}
        options.add_provider_for_devices(device, backend)
    return ort.InferenceSession(model.SerializeToString(), options).run(None, {"x": image})[0]


def net(number, pads, last, bits=32):
    nodes, constants = [], {"pads": np.array(pads), "number": np.float32(number)}

    def add(kind, *names, **settings):
        names, result = list(names), f"{kind}{len(nodes)}"
        nodes.append(helper.make_node(kind, names, [result], **settings))
        return result

    def rounded(name):
        if bits == 32:
            return name
        constants.update(step=np.float32(0.25), zero=np.uint8(0))
        return add("DequantizeLinear", add("QuantizeLinear", name, "step", "zero"), "step", "zero")

    name = rounded(add("Pad", rounded("x"), "pads", "number"))
    if last == "Conv":
        constants["weight"] = copy if bits == 32 else copy.astype(np.int8)
        weight = "weight"
        if bits == 8:
            constants.update(one=np.float32(1), none=np.int8(0))
            weight = add("DequantizeLinear", weight, "one", "none")
        name = rounded(add("Conv", name, weight, pads=[1, 1, 1, 1]))
    else:
        name = add("Relu", name)
    nodes[-1].output[0] = "y"
    return nodes, constants


right, both = [0, 0, 0, 0, 0, 0, 4, 4], [0, 0, 2, 2, 0, 0, 2, 2]
for title, asked in (
    ("0.5, ReLU", net(0.5, right, "ReLU")),
    ("0, ReLU", net(0, right, "ReLU")),
    ("0.5, Conv", net(0.5, right, "Conv")),
    ("0, Conv, 8 bits", net(0, right, "Conv", 8)),
    ("0.5, ReLU, centred", net(0.5, both, "ReLU")),
):
    line = f"{title:<20}"
    for machine, soc in (("CPU", None), ("8 Gen 1", "36"), ("8 Gen 3", "57")):
        found = run(*asked, soc)[0, 0, [0, 1, 58, 59], -1]
        values = " ".join(f"{round(float(value), 2):g}" for value in found)
        line += f" {machine} {values:<17}"
    print(line.rstrip())
PYTHON
found=$(venv/bin/python look.py 2>/dev/null | grep "CPU")
echo "$found"
[ "$found" = "0.5, ReLU            CPU 0.5 0.5 0.5 0.5   8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
0, ReLU              CPU 0 0 0 0           8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
0.5, Conv            CPU 0.5 0.5 0.5 0.5   8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
0, Conv, 8 bits      CPU 0 0 0 0           8 Gen 1 1 2 59 0          8 Gen 3 1 2 59 0
0.5, ReLU, centred   CPU 0.5 0.5 0.5 0.5   8 Gen 1 0.5 0.5 0.5 0.5   8 Gen 3 0.5 0.5 0.5 0.5" ]
