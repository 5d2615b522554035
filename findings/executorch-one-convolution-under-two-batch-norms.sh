#!/usr/bin/env bash
# ExecuTorch's XNNPACK gives a convolution that is used twice the batch norm of its first use.
#
# One would expect: `first_norm(conv(x)), second_norm(conv(x))` with one convolution and two batch
#   norms gives in a .pte what torch gives.
# What happens: it lowers and runs without a word, and the second result has the first norm. The
#   pass that folds a norm into the weights names what it folds after the weights alone, so all
#   uses of one convolution read what was folded first. ExecuTorch's own kernels, without XNNPACK,
#   give what torch gives: the same net has two results.
# Why it matters: heads that share weights between the levels of a pyramid keep a norm for each
#   level (EfficientDet), and so do nets with a norm for each domain or each step of a loop. All
#   levels but the first are scaled wrongly, channel by channel.
# What helps: fold the norms before, or one copy of the convolution for each norm.
# Versions: executorch 1.5.1, torch 2.13.0, torchao 0.18.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (the convolution copies ones; the norms multiply by 2, 3 and 5):
#   torch           2.0 3.0 5.0
#   own kernels     2.0 3.0 5.0
#   XNNPACK         2.0 2.0 2.0
#   XNNPACK, copies 2.0 3.0 5.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  executorch==1.5.1 torch==2.13.0 torchao==0.18.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import copy

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime


class Net(torch.nn.Module):
    def __init__(self, factors, copies):
        super().__init__()
        conv = torch.nn.Conv2d(1, 1, 1, bias=False)
        conv.weight.data.fill_(1)
        convs = [copy.deepcopy(conv) if copies else conv for _ in factors]
        self.convs = torch.nn.ModuleList(convs)
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm2d(1, eps=0) for _ in factors)
        for norm, factor in zip(self.norms, factors):
            norm.weight.data.fill_(factor)

    def forward(self, x):
        return tuple(norm(conv(x)) for conv, norm in zip(self.convs, self.norms))


ones = torch.ones(1, 1, 2, 2)


def lowered(net, partitioner):
    traced = torch.export.export(net, (ones,))
    program = to_edge_transform_and_lower(traced, partitioner=partitioner).to_executorch()
    return Runtime.get().load_program(program.buffer).load_method("forward").execute([ones])


net, copies = (Net((2, 3, 5), copies).eval() for copies in (False, True))
for name, found in (
    ("torch", net(ones)),
    ("own kernels", lowered(net, [])),
    ("XNNPACK", lowered(net, [XnnpackPartitioner()])),
    ("XNNPACK, copies", lowered(copies, [XnnpackPartitioner()])),
):
    print(f"{name:<15}", *(round(float(result.mean()), 4) for result in found))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(torch|own|XNNPACK)')
echo "$found"
[ "$found" = "torch           2.0 3.0 5.0
own kernels     2.0 3.0 5.0
XNNPACK         2.0 2.0 2.0
XNNPACK, copies 2.0 3.0 5.0" ]
