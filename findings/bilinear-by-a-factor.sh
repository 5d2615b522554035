#!/usr/bin/env bash
# litert-torch and ExecuTorch's XNNPACK ignore the factor by which torch resizes bilinearly.
#
# One would expect: `interpolate(x, scale_factor=0.5, mode="bilinear")` of a row of seven pixels gives
#   the three values that torch gives, in a .tflite and in a .pte too, or the converter refuses it.
# What happens: both convert without a word, and resize by 3/7 in place of 1/2. ExecuTorch's own
#   kernels, without XNNPACK, give what torch gives: the same program has two results.
# Why it matters: a segmentation net that halves an odd size by a factor computes shifted maps on
#   the phone. The shift grows towards the right and the lower edge; shapes agree and nothing warns.
# Versions: litert-torch 0.10.0, executorch 1.5.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux
#   x86-64; seen on 2026-11-29.
# Source: run here; no public report was found for either (ncnn has the same one, Tencent/ncnn#6836).
# Output seen:
#   torch:                     0.500 2.500 4.500
#   litert-torch:              0.667 3.000 5.333
#   ExecuTorch with XNNPACK:   0.667 3.000 5.333
#   ExecuTorch, its own:       0.500 2.500 4.500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  litert-torch==0.10.0 litert-converter==0.5.0 ai-edge-litert==2.3.0 executorch==1.5.1 \
  torch==2.13.0 torchao==0.18.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import litert_torch
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime


class Half(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.interpolate(x, scale_factor=0.5, mode="bilinear")


def executorch(*partitioner):
    traced = torch.export.export(Half(), (row,))
    program = to_edge_transform_and_lower(traced, partitioner=[*partitioner]).to_executorch()
    return Runtime.get().load_program(program.buffer).load_method("forward").execute([row])[0]


def show(name, found):
    print(f"{name:<26}", *(f"{value:.3f}" for value in found[0, 0, 0].tolist()))


row = torch.arange(7.0).expand(1, 1, 2, 7).contiguous()
show("torch:", Half()(row))
show("litert-torch:", torch.as_tensor(litert_torch.convert(Half().eval(), (row,))(row)))
show("ExecuTorch with XNNPACK:", executorch(XnnpackPartitioner()))
show("ExecuTorch, its own:", executorch())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(torch|litert-torch|ExecuTorch.*):')
echo "$found"
[ "$found" = "torch:                     0.500 2.500 4.500
litert-torch:              0.667 3.000 5.333
ExecuTorch with XNNPACK:   0.667 3.000 5.333
ExecuTorch, its own:       0.500 2.500 4.500" ]
