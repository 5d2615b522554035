#!/usr/bin/env bash
# segmentation-models-pytorch's cross-entropy fades with the area that it was told to ignore.
#
# One would expect: `SoftCrossEntropyLoss(ignore_index=255)` is a drop-in replacement for torch's
#   CrossEntropyLoss with label smoothing, as its documentation says. Torch takes the mean over the
#   pixels that are not ignored.
# What happens: the ignored pixels are set to 0 and still counted in the mean. With three quarters
#   of the image ignored, the loss is a quarter of torch's. Without ignored pixels both agree.
#   Nothing warns.
# Why it matters: the black rim of a dermatoscope, hair and rulers are ignored, and so is padding to
#   a square. Images with a wide rim then weigh less in training than others, by the rim's area.
#   Losses of two data sets, or before and after padding, are not comparable, and the gradient
#   shrinks with them.
# What helps: torch's own CrossEntropyLoss, which has smoothing and ignored labels.
# Versions: segmentation-models-pytorch 0.6.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here. Reported in
#   https://github.com/qubvel-org/segmentation_models.pytorch/issues/852, which was closed as stale.
#   The mean is taken in `label_smoothed_nll_loss` in the package's losses/_functional.py.
# Output seen (an image of 64 x 48 whose first rows are ignored; by hand is numpy's mean over the
#   rest; the two losses with a smoothing of 0.1, and without):
#    0% ignored   0.1: by hand 1.383 torch 1.383 package 1.383  0.0: by hand 1.382 torch 1.382 package 1.382
#   25% ignored   0.1: by hand 1.401 torch 1.401 package 1.051  0.0: by hand 1.403 torch 1.403 package 1.052
#   50% ignored   0.1: by hand 1.396 torch 1.396 package 0.698  0.0: by hand 1.397 torch 1.397 package 0.699
#   75% ignored   0.1: by hand 1.397 torch 1.397 package 0.349  0.0: by hand 1.399 torch 1.399 package 0.350
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

draw = np.random.default_rng(0)
logits = draw.normal(size=(3, 64, 48))
labels = draw.integers(0, 3, (64, 48))
logs = logits - np.log(np.exp(logits).sum(0))


def by_hand(truth, smooth):
    kept = truth != 255
    true = -np.take_along_axis(logs, np.where(kept, truth, 0)[None], 0)[0]
    return ((1 - smooth) * true - smooth * logs.mean(0))[kept].mean()


for rows in 0, 16, 32, 48:
    truth = labels.copy()
    truth[:rows] = 255
    inputs = torch.tensor(logits)[None], torch.tensor(truth)[None]
    row = f"{rows / 64:.0%} ignored ".rjust(12)
    for smooth in 0.1, 0.0:
        theirs = losses.SoftCrossEntropyLoss(smooth_factor=smooth, ignore_index=255)(*inputs)
        torchs = torch.nn.CrossEntropyLoss(label_smoothing=smooth, ignore_index=255)(*inputs)
        row += f"  {smooth}: by hand {by_hand(truth, smooth):.3f} torch {torchs:.3f}"
        row += f" package {theirs:.3f}"
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 0% ignored   0.1: by hand 1.383 torch 1.383 package 1.383  0.0: by hand 1.382 torch 1.382 package 1.382
25% ignored   0.1: by hand 1.401 torch 1.401 package 1.051  0.0: by hand 1.403 torch 1.403 package 1.052
50% ignored   0.1: by hand 1.396 torch 1.396 package 0.698  0.0: by hand 1.397 torch 1.397 package 0.699
75% ignored   0.1: by hand 1.397 torch 1.397 package 0.349  0.0: by hand 1.399 torch 1.399 package 0.350" ]
