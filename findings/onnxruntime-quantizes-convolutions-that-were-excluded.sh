#!/usr/bin/env bash
# ONNX Runtime quantizes, when it opens a file, the convolution that was excluded from quantization,
# with one scale for all its channels.
#
# One would expect: `quantize_static(..., per_channel=True, nodes_to_exclude=["middle"])` leaves the
#   weights of `middle` in float, and the session computes with them. It is the usual mend for a
#   layer that loses too much in 8 bits.
# What happens: the file holds the float weights, but an optimizer of the session (on by default)
#   sees a convolution between DequantizeLinear and QuantizeLinear and gives its weights 8 bits,
#   with one scale for the whole tensor. A channel of small weights becomes 0. Quantizing the layer,
#   too, is right, since that has a scale for each channel; so is the excluded file with the optimizers
#   off.
# Why it matters: leaving the worst layer in float can make a net worse than leaving none, and the
#   file does not show it. Convolutions that average many channels beside one that copies, as the
#   heads of segmentation nets have, lose whole channels.
# What helps: an operation between DequantizeLinear and the convolution, such as a product with a
#   constant. One behind the convolution does not help.
# Versions: onnxruntime 1.31.1, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-29.
# Source: run here. The optimizer (WeightBiasQuantization) is described in microsoft/onnxruntime pull
#   requests 22969 and 24537; no public report of excluded nodes was found.
# Output seen (the mean of each of two channels):
#   float               [0.5, 0.5]
#   all in 8 bits       [0.5, 0.5]
#   middle excluded     [0.5, 0.0]
#   without optimizers  [0.5, 0.5]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnxruntime==1.31.1 onnx==1.23.2 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper, save
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

images = np.random.default_rng(0).random((8, 64, 16, 16), np.float32)
copy_and_mean = np.zeros((2, 64, 3, 3), np.float32)
copy_and_mean[0, 0, 1, 1] = 1
copy_and_mean[1] = 1 / (64 * 9)
weights = {
    "first": np.eye(64, dtype=np.float32)[..., None, None],
    "middle": copy_and_mean,
    "last": np.eye(2, dtype=np.float32)[..., None, None],
}
values = ["x", "a", "b", "y"]
graph = helper.make_graph(
    [
        helper.make_node("Conv", [values[at], f"{name}.w"], [values[at + 1]], name=name)
        for at, name in enumerate(weights)
    ],
    "net",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, images.shape)],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [8, 2, 14, 14])],
    [numpy_helper.from_array(weight, f"{name}.w") for name, weight in weights.items()],
)
opset = [helper.make_opsetid("", 18)]
save(helper.make_model(graph, opset_imports=opset, ir_version=9), "float.onnx")


class Images(CalibrationDataReader):
    def __init__(self):
        self.left = iter([{"x": images}])

    def get_next(self):
        return next(self.left, None)


def quantize(file, **options):
    options |= {"per_channel": True, "weight_type": QuantType.QInt8}
    quantize_static("float.onnx", file, Images(), **options)


def means(file, level=ort.GraphOptimizationLevel.ORT_ENABLE_ALL):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": images})
    return [round(float(mean), 2) for mean in found.mean((0, 2, 3))]


quantize("all.onnx")
quantize("excluded.onnx", nodes_to_exclude=["middle"])
print("float              ", means("float.onnx"))
print("all in 8 bits      ", means("all.onnx"))
print("middle excluded    ", means("excluded.onnx"))
off = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
print("without optimizers ", means("excluded.onnx", off))
PYTHON
found=$(venv/bin/python look.py 2>/dev/null)
echo "$found"
[ "$found" = "float               [0.5, 0.5]
all in 8 bits       [0.5, 0.5]
middle excluded     [0.5, 0.0]
without optimizers  [0.5, 0.5]" ]
