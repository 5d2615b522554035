#!/usr/bin/env bash
# ExecuTorch's group norm gives an even image another contrast than torch does, or none.
#
# One would expect: `GroupNorm` of an image of 224×224 pixels from 200 to 215 gives torch's values to
#   some decimals: float32 holds such pixels exactly, and torch computes in float32 too.
# What happens: it converts and runs without a word, and the contrast is less than half of torch's.
#   With pixels from 200 to 203 a tenth of it is left, with 200 to 202 every value is NaN. The kernel
#   adds squares one by one in float32 and takes the square of the mean off their mean, which leaves
#   little of a small variance, and may leave less than nothing.
# Why it matters: an image of even skin is an ordinary input of a skin net, and many nets have group
#   or instance norm. Their masks on the phone are then not those that were validated.
# Versions: executorch 1.5.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-29.
# Source: run here; no public report was found (pytorch/executorch#16727 is about float16).
# Output seen:
#   pixels 200 to 215, torch:      -1.63 to 1.63
#   pixels 200 to 215, ExecuTorch: -0.66 to 0.70
#   pixels 200 to 203, torch:      -1.34 to 1.34
#   pixels 200 to 203, ExecuTorch: -0.14 to 0.19
#   pixels 200 to 202, torch:      -1.22 to 1.22
#   pixels 200 to 202, ExecuTorch: nan to nan
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

norm = torch.nn.GroupNorm(1, 3).eval()
steps = torch.arange(3 * 224 * 224).reshape(1, 3, 224, 224)
traced = torch.export.export(norm, (steps.float(),))
program = to_edge_transform_and_lower(traced, partitioner=[XnnpackPartitioner()]).to_executorch()
method = Runtime.get().load_program(program.buffer).load_method("forward")
for levels in (16, 4, 3):
    image = 200.0 + steps % levels
    for name, found in (("torch:     ", norm(image)), ("ExecuTorch:", method.execute([image])[0])):
        low, high = found.min().item(), found.max().item()
        print(f"pixels 200 to {199 + levels}, {name} {low:.2f} to {high:.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep '^pixels')
echo "$found"
[ "$found" = "pixels 200 to 215, torch:      -1.63 to 1.63
pixels 200 to 215, ExecuTorch: -0.66 to 0.70
pixels 200 to 203, torch:      -1.34 to 1.34
pixels 200 to 203, ExecuTorch: -0.14 to 0.19
pixels 200 to 202, torch:      -1.22 to 1.22
pixels 200 to 202, ExecuTorch: nan to nan" ]
