#!/usr/bin/env bash
# tract adds the convolution where an ONNX file subtracts it from a number.
#
# One would expect: `tract.onnx().load(file).into_model().into_runnable().run(...)` gives what ONNX
#   defines: Sub is the first input minus the second, so 10 minus a convolution of 4 is 6.
# What happens: it is 14. A constant for each channel, or one number where the convolution has one
#   channel, is made part of the convolution's bias. What stands first is then the constant minus the
#   bias, but the weights keep their sign. So `constant - conv(x)` becomes `constant + conv(x)`.
#   `constant / conv(x)` is wrong, too: each weight is divided by on its own. Kernels larger than
#   1×1 without groups do it, with any stride and padding. `conv(x) - constant`, 1×1 and a constant
#   map are right. Sizes agree and nothing warns.
# Why it matters: `1 - conv(x)` turns a map of skin into one of the lesion, a gate into its
#   complement, and logits around. The mask is then wrong everywhere, not by a rounding.
# What helps: `-conv(x) + constant`, or the sign in the weights.
# Versions: tract 0.23.9, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found. In sonos/tract it is
#   `declutter_channel_arithmetic_succ` of core/src/ops/cnn/conv/conv.rs.
# Output seen (a pixel of each channel; the convolutions sum four ones):
#   10 - conv, one channel           onnx [6.0]  onnxruntime [6.0]  tract [14.0]
#   (10, 20) - conv, two channels    onnx [6.0, 16.0]  onnxruntime [6.0, 16.0]  tract [14.0, 24.0]
#   conv - 10, one channel           onnx [-6.0]  onnxruntime [-6.0]  tract [-6.0]
#   conv - (10, 20), two channels    onnx [-6.0, -16.0]  onnxruntime [-6.0, -16.0]  tract [-6.0, -16.0]
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
from onnx.reference import ReferenceEvaluator

image = np.ones((1, 1, 4, 4), np.float32)


def net(constant, first):
    channels = len(constant)
    weights = {
        "w": np.ones((channels, 1, 2, 2), np.float32),
        "k": np.array(constant, np.float32).reshape(1, channels, 1, 1),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["c"]),
            helper.make_node("Sub", ["k", "c"] if first else ["c", "k"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, image.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, channels, 3, 3])],
        [numpy_helper.from_array(weight, name) for name, weight in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def pixel(maps):
    assert (maps == maps[:, :, :1, :1]).all()
    return maps[0, :, 0, 0].tolist()


for name, constant, first in (
    ("10 - conv, one channel", [10], True),
    ("(10, 20) - conv, two channels", [10, 20], True),
    ("conv - 10, one channel", [10], False),
    ("conv - (10, 20), two channels", [10, 20], False),
):
    model = net(constant, first)
    onnx.save(model, "net.onnx")
    (expected,) = ReferenceEvaluator(model).run(None, {"x": image})
    (also,) = onnxruntime.InferenceSession("net.onnx").run(None, {"x": image})
    found = tract.onnx().load("net.onnx").into_model().into_runnable().run([image])[0].to_numpy()
    row = (f"{engine} {pixel(y)}" for engine, y in
           (("onnx", expected), ("onnxruntime", also), ("tract", found)))
    print(f"{name:<32}", "  ".join(row))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "10 - conv, one channel           onnx [6.0]  onnxruntime [6.0]  tract [14.0]
(10, 20) - conv, two channels    onnx [6.0, 16.0]  onnxruntime [6.0, 16.0]  tract [14.0, 24.0]
conv - 10, one channel           onnx [-6.0]  onnxruntime [-6.0]  tract [-6.0]
conv - (10, 20), two channels    onnx [-6.0, -16.0]  onnxruntime [-6.0, -16.0]  tract [-6.0, -16.0]" ]
