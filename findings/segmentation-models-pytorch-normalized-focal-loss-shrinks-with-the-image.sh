#!/usr/bin/env bash
# segmentation-models-pytorch's normalized focal loss of a larger image is smaller, down to nothing.
#
# One would expect: `FocalLoss(..., normalized=True)` is the normalized focal loss of the paper that
#   it names: the sum of focal losses over the sum of their focal terms. It is a mean, so an image
#   beside its own copy has the loss of the image.
# What happens: the losses are divided by the sum of the focal terms, and then the mean over pixels
#   is taken, with reduction="mean", which is the default. So it is divided by about the number of
#   pixels twice. A copy of the image beside it halves the loss. For one image of 512 x 512 it is
#   0.000004 in place of 1.2. Several classes have it, too. Without `normalized` it is right.
#   Nothing warns.
# Why it matters: for an image of 512 x 512 the loss is 262144 times too small, for a batch of eight
#   two million times. Added to Dice loss it does nothing, and alone its gradients are lost in half
#   precision. Crops of another size, or another batch size, change its weight.
# What helps: `reduction="sum"`.
# Versions: segmentation-models-pytorch 0.6.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found. The lines are in `focal_loss_with_logits`; the paper
#   is https://arxiv.org/abs/1909.07829.
# Output seen (the same pixels again and again; by hand is the paper's formula):
#    64 x 64   by hand 1.179  normalized 0.000288  with sum 1.179112  plain 0.346340
#   128 x 128  by hand 1.179  normalized 0.000072  with sum 1.179112  plain 0.346340
#   256 x 256  by hand 1.179  normalized 0.000018  with sum 1.179112  plain 0.346340
#   512 x 512  by hand 1.179  normalized 0.000004  with sum 1.179112  plain 0.346340
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps \
  segmentation-models-pytorch==0.6.0 2>/dev/null
cat >look.py <<'PYTHON'
import sys
import sysconfig

import torch

sys.path.insert(0, sysconfig.get_path("purelib") + "/segmentation_models_pytorch")
import losses  # the package's own losses, without its nets, which need more packages

torch.manual_seed(0)
logits = torch.randn(1, 1, 64, 64)
truth = (torch.rand(1, 1, 64, 64) < 0.3).float()
for times in 1, 2, 4, 8:
    many, masks = logits.repeat(1, 1, times, times), truth.repeat(1, 1, times, times)
    each = torch.nn.functional.binary_cross_entropy_with_logits(many, masks, reduction="none")
    term = (1 - (-each).exp()) ** 2
    row = f"{64 * times:>3} x {64 * times:<3}  by hand {(term * each).sum() / term.sum():.3f}"
    for name, options in (
        ("normalized", {"normalized": True}),
        ("with sum", {"normalized": True, "reduction": "sum"}),
        ("plain", {}),
    ):
        row += f"  {name} {losses.FocalLoss('binary', **options)(many, masks).item():.6f}"
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 64 x 64   by hand 1.179  normalized 0.000288  with sum 1.179112  plain 0.346340
128 x 128  by hand 1.179  normalized 0.000072  with sum 1.179112  plain 0.346340
256 x 256  by hand 1.179  normalized 0.000018  with sum 1.179112  plain 0.346340
512 x 512  by hand 1.179  normalized 0.000004  with sum 1.179112  plain 0.346340" ]
