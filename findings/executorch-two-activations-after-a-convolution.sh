#!/usr/bin/env bash
# ExecuTorch's XNNPACK drops the first of two activations that follow a convolution, and its limits.
#
# One would expect: `relu(relu6(conv(x)))` in a .pte gives values from 0 to 6, as in torch.
# What happens: it lowers and runs without a word, and the limit of 6 is gone. A ReLU or hardtanh
#   becomes the limits of the convolution before it. The next one then finds the convolution before
#   it, and writes its own limits over those, so the last one holds alone: of
#   `relu6(hardtanh(y, 2, 8))` the 2 is lost. A sum before them does the same. ExecuTorch's own
#   kernels, without XNNPACK, give what torch gives: the same net has two results.
# Why it matters: a block that ends with ReLU6 before one that begins with ReLU, or a clamp written
#   as hardtanh before a ReLU, are ordinary. Features and probabilities then pass the limit they
#   were trained with, and only bright or rare inputs show it.
# What helps: one hardtanh of the limits that both leave; `clamp` is not taken for one.
# Versions: executorch 1.5.1, torch 2.13.0, torchao 0.18.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (the convolution copies -1, 1, 4 and 9):
#   relu(relu6(conv))            torch 0 1 4 6   own kernels 0 1 4 6   XNNPACK 0 1 4 9
#   relu6(hardtanh(conv, 2, 8))  torch 2 2 4 6   own kernels 2 2 4 6   XNNPACK 0 1 4 6
#   relu(hardtanh(x + x, -1, 1)) torch 0 1 1 1   own kernels 0 1 1 1   XNNPACK 0 2 8 18
#   relu6(relu(conv))            torch 0 1 4 6   own kernels 0 1 4 6   XNNPACK 0 1 4 6
#   relu(clamp(conv, 2, 8))      torch 2 2 4 8   own kernels 2 2 4 8   XNNPACK 2 2 4 8
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
from torch.nn.functional import hardtanh, relu, relu6


class Net(torch.nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps
        self.conv = torch.nn.Conv2d(1, 1, 1, bias=False)
        self.conv.weight.data.fill_(1)

    def forward(self, x):
        return self.steps(self.conv, x)


image = torch.tensor([-1.0, 1, 4, 9]).reshape(1, 1, 2, 2)


def lowered(net, partitioner):
    traced = torch.export.export(net, (image,))
    program = to_edge_transform_and_lower(traced, partitioner=partitioner).to_executorch()
    return Runtime.get().load_program(program.buffer).load_method("forward").execute([image])[0]


for name, steps in (
    ("relu(relu6(conv))", lambda conv, x: relu(relu6(conv(x)))),
    ("relu6(hardtanh(conv, 2, 8))", lambda conv, x: relu6(hardtanh(conv(x), 2, 8))),
    ("relu(hardtanh(x + x, -1, 1))", lambda conv, x: relu(hardtanh(x + x, -1, 1))),
    ("relu6(relu(conv))", lambda conv, x: relu6(relu(conv(x)))),
    ("relu(clamp(conv, 2, 8))", lambda conv, x: relu(conv(x).clamp(2, 8))),
):
    net = Net(steps).eval()
    line = f"{name:<28}"
    for way, found in (
        ("torch", net(image)),
        ("  own kernels", lowered(net, [])),
        ("  XNNPACK", lowered(net, [XnnpackPartitioner()])),
    ):
        line += f" {way} " + " ".join(f"{value:g}" for value in found.flatten().tolist())
    print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep ' XNNPACK ')
echo "$found"
[ "$found" = "relu(relu6(conv))            torch 0 1 4 6   own kernels 0 1 4 6   XNNPACK 0 1 4 9
relu6(hardtanh(conv, 2, 8))  torch 2 2 4 6   own kernels 2 2 4 6   XNNPACK 0 1 4 6
relu(hardtanh(x + x, -1, 1)) torch 0 1 1 1   own kernels 0 1 1 1   XNNPACK 0 2 8 18
relu6(relu(conv))            torch 0 1 4 6   own kernels 0 1 4 6   XNNPACK 0 1 4 6
relu(clamp(conv, 2, 8))      torch 2 2 4 8   own kernels 2 2 4 8   XNNPACK 2 2 4 8" ]
