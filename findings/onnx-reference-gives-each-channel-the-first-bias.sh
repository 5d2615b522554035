#!/usr/bin/env bash
# onnx's reference evaluator adds the first channel's bias to each channel of a transposed convolution.
#
# One would expect: `ReferenceEvaluator`, by which onnx shows what its operations mean, gives channel c
#   of a ConvTranspose the bias B[c]: "B: 1D bias to be added to the convolution, has size of M".
# What happens: with a group for each channel (group=4 of four channels) each channel gets B[0]. The
#   evaluator runs each group as a convolution of its own, and hands the whole bias to each one, whose
#   only channel then takes the first value. Weights are right, so it is right without a bias, with one
#   group, and for Conv. Groups of two output channels and more end in an error.
# Why it matters: light decoders enlarge by such a convolution, a filter for each channel, as
#   `ConvTranspose2d(4, 4, 2, stride=2, groups=4)` is written. Who checks an exported file or a
#   runtime against the reference sees a good one fail, or takes the wrong numbers for the truth.
# What helps: ONNX Runtime as the measure, or the bias as an Add of its own.
# Versions: onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. The code is ConvTranspose._run in
#   onnx/reference/ops/op_conv_transpose.py.
# Output seen (weights 1, biases 10, 20, 30 and 40; one pixel of each channel, whose input is 1):
#   ConvTranspose 4 groups bias  ONNX Runtime 11 21 31 41  reference 11 11 11 11
#   ConvTranspose 4 groups       ONNX Runtime  1  1  1  1  reference  1  1  1  1
#   ConvTranspose 1 group  bias  ONNX Runtime 14 24 34 44  reference 14 24 34 44
#   Conv          4 groups bias  ONNX Runtime 14 24 34 44  reference 14 24 34 44
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  onnx==1.23.2 onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

image = numpy.ones((1, 4, 2, 2), "float32")
bias = numpy.array([10, 20, 30, 40], "float32")


def look(operation, group, with_bias):
    inner = 4 // group
    weight = numpy.ones((4, inner, 2, 2), "float32")
    node = helper.make_node(
        operation, ["image", "weight"] + ["bias"] * with_bias, ["maps"], group=group, strides=[2, 2]
    )
    graph = helper.make_graph(
        [node],
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, image.shape)],
        [helper.make_tensor_value_info("maps", TensorProto.FLOAT, [1, 4, "rows", "columns"])],
        [numpy_helper.from_array(weight, "weight")] + [numpy_helper.from_array(bias, "bias")] * with_bias,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    checker.check_model(model, full_check=True)
    feed = {"image": image}
    session = onnxruntime.InferenceSession(model.SerializeToString())
    line = f"{operation:<13} {group} group{'s' if group > 1 else ' '} {'bias' if with_bias else '    '}"
    for name, run in ("ONNX Runtime", session.run), ("reference", ReferenceEvaluator(model).run):
        line += f"  {name} {' '.join(f'{value:2.0f}' for value in run(None, feed)[0][0, :, 0, 0])}"
    print(line)


look("ConvTranspose", 4, True)
look("ConvTranspose", 4, False)
look("ConvTranspose", 1, True)
look("Conv", 4, True)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "ConvTranspose 4 groups bias  ONNX Runtime 11 21 31 41  reference 11 11 11 11
ConvTranspose 4 groups       ONNX Runtime  1  1  1  1  reference  1  1  1  1
ConvTranspose 1 group  bias  ONNX Runtime 14 24 34 44  reference 14 24 34 44
Conv          4 groups bias  ONNX Runtime 14 24 34 44  reference 14 24 34 44" ]
