#!/usr/bin/env bash
# OpenVINO converts torch's softplus without its beta, when it traces the net.
#
# One would expect: `openvino.convert_model(net, example_input=image)` of a net with
#   `Softplus(beta=10)` gives torch's values, or refuses it.
# What happens: it converts without a word, and computes the softplus of beta 1 whatever beta is:
#   0.69 at zero in place of 0.07, and 0.31 at -1 in place of 0. A threshold of one's own is
#   dropped, too. The same net is right through `torch.export` and through an ONNX file: one package
#   has two results.
# Why it matters: a softplus with a large beta is a smooth ReLU, for a scale, a width or a variance
#   that must stay above zero. Each small value comes out far too large; it is in the file.
# What helps: `openvino.convert_model(torch.export.export(net, (image,)))`, or writing it out as
#   `softplus(beta * x) / beta`.
# Versions: openvino 2026.4.1, torch 2.13.0, onnx 1.23.2, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found.
#   https://github.com/openvinotoolkit/openvino/issues/37951 is about PaddlePaddle, where it is
#   refused.
# Output seen (the softplus of -1, -0.25, 0, 0.25 and 1):
#   beta 1   torch          0.313 0.576 0.693 0.826 1.313
#   beta 1   example_input  0.313 0.576 0.693 0.826 1.313
#   beta 1   torch.export   0.313 0.576 0.693 0.826 1.313
#   beta 1   torch.onnx     0.313 0.576 0.693 0.826 1.313
#   beta 2   torch          0.063 0.237 0.347 0.487 1.063
#   beta 2   example_input  0.313 0.576 0.693 0.826 1.313
#   beta 2   torch.export   0.063 0.237 0.347 0.487 1.063
#   beta 2   torch.onnx     0.063 0.237 0.347 0.487 1.063
#   beta 10  torch          0.000 0.008 0.069 0.258 1.000
#   beta 10  example_input  0.313 0.576 0.693 0.826 1.313
#   beta 10  torch.export   0.000 0.008 0.069 0.258 1.000
#   beta 10  torch.onnx     0.000 0.008 0.069 0.258 1.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export CI=true  # else the converter reports to its vendor
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  openvino==2026.4.1 torch==2.13.0 onnx==1.23.2 numpy==2.3.5 packaging==26.4 2>/dev/null
cat >look.py <<'PYTHON'
import io

import openvino
import torch

LINE = torch.tensor([-1.0, -0.25, 0.0, 0.25, 1.0])


def compiled(model):
    return openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


for beta in 1, 2, 10:
    net = torch.nn.Softplus(beta=beta).eval()
    file = io.BytesIO()
    torch.onnx.export(net, (LINE,), file, dynamo=False)
    program = torch.export.export(net, (LINE,))
    for name, found in (
        ("torch", net(LINE)),
        ("example_input", compiled(openvino.convert_model(net, example_input=LINE))(LINE)[0]),
        ("torch.export", compiled(openvino.convert_model(program))(LINE)[0]),
        ("torch.onnx", compiled(openvino.Core().read_model(file.getvalue()))(LINE)[0]),
    ):
        print(f"beta {beta:<2}  {name:<13}  {' '.join(f'{value:.3f}' for value in found.tolist())}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "beta 1   torch          0.313 0.576 0.693 0.826 1.313
beta 1   example_input  0.313 0.576 0.693 0.826 1.313
beta 1   torch.export   0.313 0.576 0.693 0.826 1.313
beta 1   torch.onnx     0.313 0.576 0.693 0.826 1.313
beta 2   torch          0.063 0.237 0.347 0.487 1.063
beta 2   example_input  0.313 0.576 0.693 0.826 1.313
beta 2   torch.export   0.063 0.237 0.347 0.487 1.063
beta 2   torch.onnx     0.063 0.237 0.347 0.487 1.063
beta 10  torch          0.000 0.008 0.069 0.258 1.000
beta 10  example_input  0.313 0.576 0.693 0.826 1.313
beta 10  torch.export   0.000 0.008 0.069 0.258 1.000
beta 10  torch.onnx     0.000 0.008 0.069 0.258 1.000" ]
