#!/usr/bin/env bash
# litert-torch leaves the last row and column of a transposed convolution with output padding empty.
#
# One would expect: `ConvTranspose2d(1, 1, 4, stride=2, padding=1, output_padding=1)` in a .tflite
#   gives what torch gives, or the converter refuses it, as it does other paddings.
# What happens: it converts without a word. In the row and the column that output padding adds, the
#   file has zeros (with a bias: the bias alone), where torch sums the kernel as everywhere else.
# Why it matters: decoders of segmentation nets use output padding to come back to an odd size. The
#   mask's lower and right edge on the phone is then not that of the net that was validated.
# Versions: litert-torch 0.10.0, litert-converter 0.5.0, ai-edge-litert 2.3.0, torch 2.13.0, numpy
#   2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-29.
# Source: run here; no public report was found for litert-torch (coreai-torch had another fault of
#   output padding, apple/coreai-torch#57, which is fixed).
# Output seen:
#   torch,  second row: 2 4 4 4 4 2 2
#   LiteRT, second row: 2 4 4 4 4 2 0
#   torch,  last row:   1 2 2 2 2 1 1
#   LiteRT, last row:   0 0 0 0 0 0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  litert-torch==0.10.0 litert-converter==0.5.0 ai-edge-litert==2.3.0 torch==2.13.0 \
  torchao==0.18.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import litert_torch
import torch

net = torch.nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1, output_padding=1, bias=False).eval()
torch.nn.init.ones_(net.weight)
ones = torch.ones(1, 1, 3, 3)
wanted = net(ones)[0, 0]
found = torch.as_tensor(litert_torch.convert(net, (ones,))(ones))[0, 0]
for row, name in ((1, "second row:"), (-1, "last row:  ")):
    print("torch, ", name, *(f"{value:.0f}" for value in wanted[row].tolist()))
    print("LiteRT,", name, *(f"{value:.0f}" for value in found[row].tolist()))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(torch|LiteRT), ')
echo "$found"
[ "$found" = "torch,  second row: 2 4 4 4 4 2 2
LiteRT, second row: 2 4 4 4 4 2 0
torch,  last row:   1 2 2 2 2 1 1
LiteRT, last row:   0 0 0 0 0 0 0" ]
