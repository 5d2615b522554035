#!/usr/bin/env bash
# MONAI's focal loss with softmax and without the background is 0 for every net with one lesion class.
#
# One would expect: `FocalLoss(include_background=False, use_softmax=True)` of two channels, background
#   and lesion, is the lesion's part of the focal loss: large for a net that finds no lesion.
# What happens: the background's channel is dropped first, and softmax runs over what is left. One
#   channel alone has the probability 1 everywhere. So the loss is 0 and the gradient is 0, be the
#   lesion found or not. With more classes each lesion pixel is compared with the other lesions
#   alone, and the background's logit gets no gradient. MONAI's DiceLoss takes softmax first, with
#   the same names of options.
# Why it matters: a sum of losses trains on without this part and without a word. A large weight for
#   it changes nothing. With three classes it ignores how a lesion is lost to the background.
# What helps: `include_background=True`, or sigmoid (the default) in place of softmax.
# Versions: monai 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report of it was found. A loss of 0 was reported and mended before the
#   option use_softmax came: https://github.com/Project-MONAI/MONAI/issues/2509.
# Output seen (the net has logits of 9 for the background everywhere, and 0 for all else):
#   2 classes, none found  focal 0.000  background's gradient 0.000  softmax first 1.125  Dice 1.000
#   2 classes, all found   focal 0.000  background's gradient 0.000  softmax first 0.000  Dice 0.000
#   3 classes, none found  focal 0.011  background's gradient 0.000  softmax first 0.562  Dice 1.000
#   3 classes, all found   focal 0.000  background's gradient 0.000  softmax first 0.000  Dice 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check monai==1.6.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from monai.losses import DiceLoss, FocalLoss
from torch.nn.functional import one_hot

options = {"include_background": False, "to_onehot_y": True}
for classes in 2, 3:
    truth = torch.zeros(1, 1, 16, 16, dtype=torch.long)
    truth[..., 4:8, 4:12] = 1
    if classes == 3:
        truth[..., 4:8, 8:12] = 2
    each = one_hot(truth[:, 0], classes).movedim(-1, 1)
    none = torch.zeros(1, classes, 16, 16)
    none[:, 0] = 9
    for name, logits in ("none found", none), ("all found", 18.0 * each):
        logits.requires_grad_(True)
        focal = FocalLoss(use_softmax=True, **options)(logits, truth)
        (gradient,) = torch.autograd.grad(focal, logits)
        chance = logits.softmax(1)
        first = (-each * (1 - chance) ** 2 * chance.log())[:, 1:].mean()
        dice = DiceLoss(softmax=True, **options)(logits, truth)
        print(
            f"{classes} classes, {name:<10}  focal {focal:.3f}"
            f"  background's gradient {gradient[:, 0].abs().sum():.3f}"
            f"  softmax first {first:.3f}  Dice {dice:.3f}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "2 classes, none found  focal 0.000  background's gradient 0.000  softmax first 1.125  Dice 1.000
2 classes, all found   focal 0.000  background's gradient 0.000  softmax first 0.000  Dice 0.000
3 classes, none found  focal 0.011  background's gradient 0.000  softmax first 0.562  Dice 1.000
3 classes, all found   focal 0.000  background's gradient 0.000  softmax first 0.000  Dice 0.000" ]
