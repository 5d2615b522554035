#!/usr/bin/env bash
# seg-metrics gives an empty mask the distances of a perfect one: HD, HD95 and mean are 0.
#
# One would expect: the Hausdorff and mean surface distances of a lesion and an empty mask are
#   infinite, NaN or refused. monai, torchmetrics and medpy do so. 0 is for equal masks.
# What happens: for an empty mask seg-metrics takes a distance map of zeros. Each edge pixel of the
#   other mask reads 0 there, and the empty one has no edge pixels. So "hd", "hd95", "msd" and the
#   rest are 0, be the prediction empty or the truth. A line in the log speaks of precision and
#   recall, not of distances.
# Why it matters: a net that misses a lesion altogether scores better than one that is off by a
#   pixel, and its mean distance over a data set falls with each lesion it misses.
# What helps: looking for empty masks first, and counting them apart.
# Versions: seg-metrics 1.2.8, SimpleITK 2.5.7, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found.
# Output seen (the truth is a square of 20 x 20 px; the mask in the corner has 3 x 3 px):
#   the truth itself  dice  1.00  hd  0.00  hd95  0.00  msd  0.00
#   1 px right        dice  0.95  hd  1.00  hd95  1.00  msd  0.50
#   in the corner     dice  0.00  hd 49.82  hd95 48.27  msd 36.51
#   empty             dice  0.00  hd  0.00  hd95  0.00  msd  0.00
#   truth is empty    dice  0.00  hd  0.00  hd95  0.00  msd  0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check seg-metrics==1.2.8 SimpleITK==2.5.7 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import contextlib
import io
import logging

import numpy as np
import seg_metrics.seg_metrics as sg

logging.disable(logging.CRITICAL)
NAMES = ["dice", "hd", "hd95", "msd"]


def square(top, left, side):
    mask = np.zeros((48, 64), np.uint8)
    mask[top : top + side, left : left + side] = 1
    return mask


def measure(truth, mask):
    with contextlib.redirect_stdout(io.StringIO()):
        found = sg.write_metrics(labels=[1], gdth_img=truth, pred_img=mask, metrics=NAMES)
    found = found[0] if isinstance(found, list) else found
    return "  ".join(f"{name} {float(found[name][0]):5.2f}" for name in NAMES)


truth = square(14, 22, 20)
for name, one, two in (
    ("the truth itself", truth, truth),
    ("1 px right", truth, square(14, 23, 20)),
    ("in the corner", truth, square(0, 0, 3)),
    ("empty", truth, 0 * truth),
    ("truth is empty", 0 * truth, truth),
):
    print(f"{name:<16}  {measure(one, two)}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the truth itself  dice  1.00  hd  0.00  hd95  0.00  msd  0.00
1 px right        dice  0.95  hd  1.00  hd95  1.00  msd  0.50
in the corner     dice  0.00  hd 49.82  hd95 48.27  msd 36.51
empty             dice  0.00  hd  0.00  hd95  0.00  msd  0.00
truth is empty    dice  0.00  hd  0.00  hd95  0.00  msd  0.00" ]
