#!/usr/bin/env bash
# tract computes CELU without the factor that keeps it small.
#
# One would expect: `tract.onnx().load(file).into_model().into_runnable().run(...)` gives what ONNX
#   defines for Celu: max(0, x) + min(0, alpha * (exp(x / alpha) - 1)). It never falls below -alpha.
# What happens: tract divides by alpha and leaves out the product with it, so each negative value is
#   1 / alpha times too large. It ends at -1 whatever alpha is. With alpha 1, the default, it is
#   right, and so is Elu with any alpha. Sizes agree and nothing warns.
# Why it matters: a small alpha, as torch's `CELU(alpha=0.1)`, is a smooth ReLU that hardly goes
#   below zero. In tract its negative values are ten times too large, in each layer of the net, and
#   the mask is then another one. A check with the default finds nothing.
# What helps: Elu(x / alpha) * alpha, written as three nodes.
# Versions: tract 0.23.9, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (the values of -4, -2, -1, -0.5 and 1):
#   alpha 1.0  onnx  -0.982 -0.865 -0.632 -0.393  1.000
#   alpha 1.0  tract -0.982 -0.865 -0.632 -0.393  1.000
#   alpha 0.5  onnx  -0.500 -0.491 -0.432 -0.316  1.000
#   alpha 0.5  tract -1.000 -0.982 -0.865 -0.632  1.000
#   alpha 0.1  onnx  -0.100 -0.100 -0.100 -0.099  1.000
#   alpha 0.1  tract -1.000 -1.000 -1.000 -0.993  1.000
#   alpha 2.0  onnx  -1.729 -1.264 -0.787 -0.442  1.000
#   alpha 2.0  tract -0.865 -0.632 -0.393 -0.221  1.000
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
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.array([-4, -2, -1, -0.5, 1], np.float32)
for alpha in 1.0, 0.5, 0.1, 2.0:
    graph = helper.make_graph(
        [helper.make_node("Celu", ["x"], ["y"], alpha=alpha)],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, x.shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "net.onnx")
    hand = np.maximum(x, 0) + np.minimum(0, alpha * (np.exp(x / alpha) - 1))
    (expected,) = ReferenceEvaluator(model).run(None, {"x": x})
    (also,) = onnxruntime.InferenceSession("net.onnx").run(None, {"x": x})
    assert np.allclose(hand, expected, atol=1e-5) and np.allclose(hand, also, atol=1e-5)
    found = tract.onnx().load("net.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    for name, values in ("onnx", hand), ("tract", found):
        print(f"alpha {alpha}  {name:<5}", *(f"{value:6.3f}" for value in values))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "alpha 1.0  onnx  -0.982 -0.865 -0.632 -0.393  1.000
alpha 1.0  tract -0.982 -0.865 -0.632 -0.393  1.000
alpha 0.5  onnx  -0.500 -0.491 -0.432 -0.316  1.000
alpha 0.5  tract -1.000 -0.982 -0.865 -0.632  1.000
alpha 0.1  onnx  -0.100 -0.100 -0.100 -0.099  1.000
alpha 0.1  tract -1.000 -1.000 -1.000 -0.993  1.000
alpha 2.0  onnx  -1.729 -1.264 -0.787 -0.442  1.000
alpha 2.0  tract -0.865 -0.632 -0.393 -0.221  1.000" ]
