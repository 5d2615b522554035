#!/usr/bin/env bash
# torch's ONNX exporter drops `+ 1e-8`: what it keeps from dividing by zero, then divides by zero.
#
# One would expect: `x / (x.sum() + 1e-8)` of zeros is 0 in the exported file, as it is in torch.
# What happens: `torch.onnx.export` optimizes with onnxscript by default. Its rule "x + 0 is x"
#   takes each number up to 1e-8 for 0 (the tolerance of its constants) and drops it: zeros become
#   NaN, and their logarithm minus infinity. `x - 1e-8` is dropped, too, and so is `x * 1.000005`.
#   `+ 1e-7` stays, and with `optimize=False` everything does.
# Why it matters: 1e-8 and less is a common guard: contrast of an even image, a map over its largest
#   value, attention over its sum, the logarithm of a probability. The file is right on ordinary
#   photographs, so checks pass, and gives NaN for an even or black one, where torch gives a mask.
# What helps: a guard of 1e-7 and more, or `clamp(min=1e-8)`, which is not dropped.
# Versions: torch 2.13.0, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.3.5,
#   Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (an image of zeros; the file's operations):
#   x / (sum + 1e-8)         torch 0.0     ONNX nan     ReduceSum Div
#   x / (sum + 1e-7)         torch 0.0     ONNX 0.0     ReduceSum Add Div
#   x / sum.clamp(1e-8)      torch 0.0     ONNX 0.0     ReduceSum Clip Div
#   log(x + 1e-8)            torch -18.4   ONNX -inf    Log
#   even image's contrast    torch 0.0     ONNX nan     ReduceMean Sub Mul ReduceMean Sqrt Div
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnxscript==0.7.2 \
  onnx==1.23.2 onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import onnxruntime as ort
import torch


class Net(torch.nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def forward(self, x):
        return self.steps(x)


def total(x):
    return x.sum((2, 3), keepdim=True)


def contrast(x):
    apart = x - x.mean((2, 3), keepdim=True)
    return apart / ((apart * apart).mean((2, 3), keepdim=True).sqrt() + 1e-8)


zeros = torch.zeros(1, 1, 4, 4)
for name, steps in (
    ("x / (sum + 1e-8)", lambda x: x / (total(x) + 1e-8)),
    ("x / (sum + 1e-7)", lambda x: x / (total(x) + 1e-7)),
    ("x / sum.clamp(1e-8)", lambda x: x / total(x).clamp(1e-8)),
    ("log(x + 1e-8)", lambda x: torch.log(x + 1e-8)),
    ("even image's contrast", contrast),
):
    net = Net(steps).eval()
    model = torch.onnx.export(net, (torch.rand(zeros.shape),), dynamo=True).model_proto
    session = ort.InferenceSession(model.SerializeToString())
    (found,) = session.run(None, {session.get_inputs()[0].name: zeros.numpy()})
    there, here = f"{net(zeros).min():.1f}", f"{found.min():.1f}"
    left = [node.op_type for node in model.graph.node]
    print(f"{name:<24} torch {there:<7} ONNX {here:<7}", *left)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep " torch ")
echo "$found"
[ "$found" = "x / (sum + 1e-8)         torch 0.0     ONNX nan     ReduceSum Div
x / (sum + 1e-7)         torch 0.0     ONNX 0.0     ReduceSum Add Div
x / sum.clamp(1e-8)      torch 0.0     ONNX 0.0     ReduceSum Clip Div
log(x + 1e-8)            torch -18.4   ONNX -inf    Log
even image's contrast    torch 0.0     ONNX nan     ReduceMean Sub Mul ReduceMean Sqrt Div" ]
