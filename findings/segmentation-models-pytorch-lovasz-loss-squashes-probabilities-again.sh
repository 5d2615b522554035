#!/usr/bin/env bash
# segmentation-models-pytorch's Lovasz loss takes probabilities for logits, though told otherwise.
#
# One would expect: `LovaszLoss(..., from_logits=False)` takes probabilities as they are, as the
#   same option of DiceLoss, JaccardLoss, TverskyLoss and FocalLoss does. The mask that equals the
#   truth, with probabilities of 0 and 1, has a loss of 0.
# What happens: the option is taken and never looked at. With several classes the probabilities run
#   through a second softmax, and a perfect mask has a loss of 0.269. With one class they are put in
#   the hinge that is made for logits, where 0 means unsure: a perfect mask has 0.792. Nothing warns.
# Why it matters: nets with a last activation hand out probabilities, so `from_logits=False` is set
#   for the whole sum of losses. The Lovasz part then cannot fall below 0.27, gives gradients at a
#   mask that is right, and weakens those at a mask that is wrong.
# What helps: give it the logits, or the logarithm of the probabilities for several classes.
# Versions: segmentation-models-pytorch 0.6.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found. `LovaszLoss` in the package's losses/lovasz.py has
#   the option in its signature and does not keep it.
# Output seen (losses with from_logits=False, of two classes and of one; the share is how sure the
#   net is of the true class):
#   share 1.0  classes: by hand 0.000 Lovasz 0.269 Jaccard 0.000  one class: Lovasz 0.792 Jaccard 0.000
#   share 0.9  classes: by hand 0.100 Lovasz 0.310 Jaccard 0.235  one class: Lovasz 0.892 Jaccard 0.348
#   share 0.7  classes: by hand 0.300 Lovasz 0.401 Jaccard 0.512  one class: Lovasz 1.092 Jaccard 0.673
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

import numpy as np
import torch

sys.path.insert(0, sysconfig.get_path("purelib") + "/segmentation_models_pytorch")
import losses  # the package's own losses, without its nets, which need more packages


def by_hand(chances, truth):  # Lovasz-Softmax: the sorted errors times the steps of the Jaccard loss
    each = []
    for label in range(chances.shape[0]):
        true = truth == label
        errors = abs(true - chances[label]).ravel()
        order = np.argsort(-errors, kind="stable")
        hits = true.ravel()[order]
        jaccard = 1 - (hits.sum() - hits.cumsum()) / (hits.sum() + (~hits).cumsum())
        each.append((errors[order] * np.diff(jaccard, prepend=0)).sum())
    return np.mean(each)


truth = np.zeros((64, 48), int)
truth[16:48, 10:30] = 1
for sure in 1.0, 0.9, 0.7:
    chances = np.where(np.stack([truth == 0, truth == 1]), sure, 1 - sure)
    row = f"share {sure:.1f}  classes: by hand {by_hand(chances, truth):.3f}"
    maps = torch.tensor(chances).float()[None]
    inputs = maps, torch.tensor(truth)[None]
    for name in "Lovasz", "Jaccard":
        loss = getattr(losses, f"{name}Loss")("multiclass", from_logits=False)
        row += f" {name} {loss(*inputs).item():.3f}"
    inputs = maps[:, 1:], torch.tensor(truth)[None, None]
    row += "  one class:"
    for name in "Lovasz", "Jaccard":
        loss = getattr(losses, f"{name}Loss")("binary", from_logits=False)
        row += f" {name} {loss(*inputs).item():.3f}"
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "share 1.0  classes: by hand 0.000 Lovasz 0.269 Jaccard 0.000  one class: Lovasz 0.792 Jaccard 0.000
share 0.9  classes: by hand 0.100 Lovasz 0.310 Jaccard 0.235  one class: Lovasz 0.892 Jaccard 0.348
share 0.7  classes: by hand 0.300 Lovasz 0.401 Jaccard 0.512  one class: Lovasz 1.092 Jaccard 0.673" ]
