#!/usr/bin/env bash
# MONAI's unified focal loss asks for logits and forgets the sigmoid: most pixels have no gradient.
#
# One would expect: `AsymmetricUnifiedFocalLoss()(logits, truth)` applies the sigmoid: the
#   documentation of its input says that it "should be the original logits since it will be
#   transformed by a sigmoid in the forward function".
# What happens: no sigmoid is anywhere. The logits are cut to 0 and 1 and taken for probabilities.
#   A logit below 0 is a probability of 0, one above 1 is 1. Where it was cut, the gradient is 0.
#   A net that is wrong with logits of ±5 cannot learn. One that is barely right, with ±1, has a
#   loss of 0. A probability of 0.5, the logit 0, has the loss of a lesion not found. Nothing warns.
# Why it matters: this loss is for small lesions. A new net has logits below 0 in half of its pixels
#   and gets no gradient from these. What it learns is no logit: its border between skin and lesion
#   lies at 0.5, so a sigmoid and a threshold of 0.5, which is the logit 0, draw another mask.
# What helps: `loss(logits.sigmoid(), truth)`.
# Versions: monai 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here. An option for sigmoid and softmax is asked for in
#   https://github.com/Project-MONAI/MONAI/issues/8603, which is open; it does not name the false
#   documentation.
# Output seen (a share of pixels has a gradient; "probabilities" gives the sigmoid of the logits):
#   right, +-5  logits 0.000, gradient in   0%  probabilities 0.027, gradient in 100%
#   right, +-1  logits 0.000, gradient in   0%  probabilities 0.232, gradient in 100%
#   new net     logits 0.783, gradient in  34%  probabilities 0.372, gradient in 100%
#   wrong, +-1  logits 2.112, gradient in   0%  probabilities 0.517, gradient in 100%
#   wrong, +-5  logits 2.112, gradient in   0%  probabilities 0.997, gradient in 100%
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check monai==1.6.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from monai.losses import AsymmetricUnifiedFocalLoss

loss = AsymmetricUnifiedFocalLoss()
truth = torch.zeros(1, 1, 32, 32)
truth[..., 8:24, 8:24] = 1
side = 2 * truth - 1
torch.manual_seed(0)


def look(given):
    given = given.clone().requires_grad_()
    value = loss(given, truth)
    (slope,) = torch.autograd.grad(value, given)
    return f"{value:.3f}, gradient in {(slope != 0).float().mean():4.0%}"


for name, logits in (
    ("right, +-5", 5 * side),
    ("right, +-1", side),
    ("new net", torch.randn(truth.shape)),
    ("wrong, +-1", -side),
    ("wrong, +-5", -5 * side),
):
    print(f"{name:<10}  logits {look(logits)}  probabilities {look(logits.sigmoid())}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "right, +-5  logits 0.000, gradient in   0%  probabilities 0.027, gradient in 100%
right, +-1  logits 0.000, gradient in   0%  probabilities 0.232, gradient in 100%
new net     logits 0.783, gradient in  34%  probabilities 0.372, gradient in 100%
wrong, +-1  logits 2.112, gradient in   0%  probabilities 0.517, gradient in 100%
wrong, +-5  logits 2.112, gradient in   0%  probabilities 0.997, gradient in 100%" ]
