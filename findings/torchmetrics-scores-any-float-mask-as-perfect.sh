#!/usr/bin/env bash
# torchmetrics scores every float mask of one channel as perfect: it takes one channel's argmax.
#
# One would expect: `DiceScore(num_classes=1)` of masks (N, 1, H, W) of 0 and 1 is the same for bool
#   and float, as it was in torchmetrics 1.8.0, or float masks of one channel are refused.
# What happens: since 1.8.1 each float tensor passes through `argmax(dim=1)` and one-hot coding. The
#   argmax over one channel is 0 everywhere, and the code of the only class is 1 everywhere. So
#   prediction and truth become full masks: Dice and IoU are 1, the Hausdorff distance is 0, for
#   disjoint and empty masks alike. A float prediction beside a bool truth counts as full. There is
#   no warning.
# Why it matters: a lesion net has one channel, and its loss wants a float truth. So a training loop
#   has `(probability > 0.5).float()` and the float truth at hand. Its scores are perfect from the
#   first epoch on, choose no epoch, and hide a net that finds nothing.
# What helps: `.bool()` or `.long()` for both masks. The documentation speaks of bool, the code of
#   "logits or probabilities", too.
# Versions: torchmetrics 1.9.0 and 1.8.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen
#   on 2026-11-30.
# Source: run here. https://github.com/Lightning-AI/torchmetrics/issues/3197 and pull request 3198
#   are about the argmax, for many channels; no public report about one channel was found.
# Output seen (the truth is a square; the masks are that square 4 px further right, one that does
#   not touch it, and none):
#   1.8.0 bool    DiceScore          shifted 0.50   disjoint 0.00   empty 0.00
#   1.8.0 float32 DiceScore          shifted 0.50   disjoint 0.00   empty 0.00
#   1.9.0 bool    DiceScore          shifted 0.50   disjoint 0.00   empty 0.00
#   1.9.0 float32 DiceScore          shifted 1.00   disjoint 1.00   empty 1.00
#   1.9.0 bool    MeanIoU            shifted 0.33   disjoint 0.00   empty 0.00
#   1.9.0 float32 MeanIoU            shifted 1.00   disjoint 1.00   empty 1.00
#   1.9.0 bool    HausdorffDistance  shifted 4.00   disjoint 17.20  empty inf
#   1.9.0 float32 HausdorffDistance  shifted 0.00   disjoint 0.00   empty 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 \
  numpy==2.3.5 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps \
  --target old torchmetrics==1.8.0 2>/dev/null
cat >look.py <<'PYTHON'
import sys

import torch
import torchmetrics
from torchmetrics.segmentation import DiceScore, HausdorffDistance, MeanIoU


def square(top, left):
    mask = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    mask[..., top : top + 8, left : left + 8] = True
    return mask


truth = square(8, 8)
masks = {"shifted": square(8, 12), "disjoint": square(22, 18), "empty": torch.zeros_like(truth)}
for kind in DiceScore, MeanIoU, HausdorffDistance:
    if kind is not DiceScore and "old" in sys.argv:
        continue
    for dtype in torch.bool, torch.float:
        row = f"{torchmetrics.__version__} {str(dtype)[6:]:<7} {kind.__name__:<17}"
        for name, mask in masks.items():
            metric = kind(num_classes=1, include_background=True)
            row += f"  {name} {metric(mask.to(dtype), truth.to(dtype)).item():<5.2f}"
        print(row.rstrip())
PYTHON
found=$(PYTHONPATH=old venv/bin/python -W ignore look.py old 2>/dev/null
  venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "1.8.0 bool    DiceScore          shifted 0.50   disjoint 0.00   empty 0.00
1.8.0 float32 DiceScore          shifted 0.50   disjoint 0.00   empty 0.00
1.9.0 bool    DiceScore          shifted 0.50   disjoint 0.00   empty 0.00
1.9.0 float32 DiceScore          shifted 1.00   disjoint 1.00   empty 1.00
1.9.0 bool    MeanIoU            shifted 0.33   disjoint 0.00   empty 0.00
1.9.0 float32 MeanIoU            shifted 1.00   disjoint 1.00   empty 1.00
1.9.0 bool    HausdorffDistance  shifted 4.00   disjoint 17.20  empty inf
1.9.0 float32 HausdorffDistance  shifted 0.00   disjoint 0.00   empty 0.00" ]
