#!/usr/bin/env bash
# coremltools changes the sign of a constant for all its other uses once it is taken off a convolution.
#
# One would expect: `cat([conv(x) - k, x - k], 1)` with one parameter k of shape (1, channels, 1, 1)
#   takes k off both.
# What happens: the pass fuse_conv_bias folds the first difference into the bias of the convolution. To
#   do so it negates k in place (`bias_value *= -1`), and what else reads k reads -k from then on: the
#   second difference is `x + k`, a product `x * k` has the other sign. Two convolutions without a
#   bias that share k both add it. Sums are right.
# Why it matters: a mean colour, a threshold or a learned offset that is used twice (two branches, a
#   forward and a backward map, heads that share weights) is right in one place and wrong in
#   the other. Shapes agree and nothing warns; float32 has it, too.
# What helps: `conv(x) + (-k)`, or leave out `common::fuse_conv_bias`.
# Versions: coremltools 9.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-29.
#   Not run on a Mac: what the converted program holds is shown.
# Source: run here; no public report was found.
# Output seen (k is 1 and 2 in the net):
#   conv(x) - k, x - k          bias of conv -1 -2    sub -1 -2
#   conv(x) - k, x * k          bias of conv -1 -2    mul -1 -2
#   conv(x) - k, conv(x) - k    bias of conv 1 2    bias of conv 1 2
#   conv(x) + k, x * k          bias of conv 1 2    mul 1 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  coremltools==9.0 torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import coremltools as ct
import torch


class Net(torch.nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.k = torch.nn.Parameter(torch.tensor([1.0, 2.0]).reshape(1, 2, 1, 1))
        self.first = torch.nn.Conv2d(2, 2, 1, bias=False)
        self.second = torch.nn.Conv2d(2, 2, 1, bias=False)
        self.steps = steps

    def forward(self, x):
        return torch.cat(self.steps(self, x), 1)


def numbers(value):
    return " ".join(f"{number:g}" for number in value.ravel().tolist())


x = torch.ones(1, 2, 1, 1)
for name, steps in {
    "conv(x) - k, x - k": lambda net, x: [net.first(x) - net.k, x - net.k],
    "conv(x) - k, x * k": lambda net, x: [net.first(x) - net.k, x * net.k],
    "conv(x) - k, conv(x) - k": lambda net, x: [net.first(x) - net.k, net.second(x) - net.k],
    "conv(x) + k, x * k": lambda net, x: [net.first(x) + net.k, x * net.k],
}.items():
    program = ct.convert(
        torch.jit.trace(Net(steps).eval(), x),
        inputs=[ct.TensorType(shape=x.shape)],
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )._mil_program
    held = []
    for op in program.functions["main"].operations:
        if op.op_type == "conv":
            held.append(f"bias of conv {numbers(op.bias.val)}")
        elif op.op_type in ("add", "sub", "mul"):
            held.append(f"{op.op_type} {numbers(op.y.val)}")
    print(f"{name:<24}", *held, sep="    ")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep '^conv')
echo "$found"
[ "$found" = "conv(x) - k, x - k          bias of conv -1 -2    sub -1 -2
conv(x) - k, x * k          bias of conv -1 -2    mul -1 -2
conv(x) - k, conv(x) - k    bias of conv 1 2    bias of conv 1 2
conv(x) + k, x * k          bias of conv 1 2    mul 1 2" ]
