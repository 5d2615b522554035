#!/usr/bin/env bash
# ExecuTorch's XNNPACK takes softmax over another axis than the net names, behind a convolution.
#
# One would expect: `conv(x).permute(0, 2, 3, 1).softmax(-1)` in a .pte gives the probabilities of
#   the classes at each pixel, and `conv(x).softmax(-1)` one over each row, as torch does.
# What happens: both lower and run without a word. XNNPACK keeps maps as (rows, columns, channels)
#   behind a convolution, pooling or resizing, and softmax runs over what lies last there. So
#   `conv(x).softmax(-1)` runs over the channels, and what was permuted over the rows. Without a
#   convolution before it, or flattened to three axes, it is right. Softmax over axis 1 is left to
#   ExecuTorch's own kernels. They give what torch gives: the same net has two results.
# Why it matters: a softmax over classes behind a permute is how nets give maps to apps that want
#   channels last, and how attention along an axis is written. All results lie between 0 and 1, but
#   those of a pixel do not sum to one.
# What helps: `softmax(1)` before the permute.
# Versions: executorch 1.5.1, torch 2.13.0, torchao 0.18.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (one row of two pixels, two channels; ExecuTorch's own kernels are as torch):
#   conv.permute.softmax(-1) torch 0.12 0.88 0.27 0.73   XNNPACK 1.00 1.00 1.00 1.00
#   conv.softmax(1).permute  torch 0.12 0.88 0.27 0.73   XNNPACK 0.12 0.88 0.27 0.73
#   conv.softmax(-1)         torch 0.50 0.50 0.73 0.27   XNNPACK 0.12 0.27 0.88 0.73
#   x.softmax(-1)            torch 0.50 0.50 0.73 0.27   XNNPACK 0.50 0.50 0.73 0.27
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  executorch==1.5.1 torch==2.13.0 torchao==0.18.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime


class Net(torch.nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps
        self.conv = torch.nn.Conv2d(2, 2, 1, bias=False)
        self.conv.weight.data = torch.eye(2).reshape(2, 2, 1, 1)

    def forward(self, x):
        return self.steps(self.conv, x)


image = torch.tensor([[0.0, 0], [2, 1]]).reshape(1, 2, 1, 2)


def lowered(net, partitioner):
    traced = torch.export.export(net, (image,))
    program = to_edge_transform_and_lower(traced, partitioner=partitioner).to_executorch()
    return Runtime.get().load_program(program.buffer).load_method("forward").execute([image])[0]


last = (0, 2, 3, 1)
for name, steps in (
    ("conv.permute.softmax(-1)", lambda conv, x: conv(x).permute(last).softmax(-1)),
    ("conv.softmax(1).permute", lambda conv, x: conv(x).softmax(1).permute(last)),
    ("conv.softmax(-1)", lambda conv, x: conv(x).softmax(-1)),
    ("x.softmax(-1)", lambda conv, x: x.softmax(-1)),
):
    net = Net(steps).eval()
    line = f"{name:<24}"
    there, here = net(image), lowered(net, [XnnpackPartitioner()])
    assert torch.allclose(there, lowered(net, []))
    for way, found in ("torch", there), ("  XNNPACK", here):
        line += f" {way} " + " ".join(f"{value:.2f}" for value in found.flatten().tolist())
    print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep ' XNNPACK ')
echo "$found"
[ "$found" = "conv.permute.softmax(-1) torch 0.12 0.88 0.27 0.73   XNNPACK 1.00 1.00 1.00 1.00
conv.softmax(1).permute  torch 0.12 0.88 0.27 0.73   XNNPACK 0.12 0.88 0.27 0.73
conv.softmax(-1)         torch 0.50 0.50 0.73 0.27   XNNPACK 0.12 0.27 0.88 0.73
x.softmax(-1)            torch 0.50 0.50 0.73 0.27   XNNPACK 0.50 0.50 0.73 0.27" ]
