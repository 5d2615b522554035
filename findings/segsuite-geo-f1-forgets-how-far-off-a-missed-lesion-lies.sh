#!/usr/bin/env bash
# segsuite's distance-weighted loss forgets how far off a missed lesion lies.
#
# One would expect: `SoftGeoF1Loss` is symmetric, as its documentation says: a pixel that is wrongly
#   lesion is weighted by 1 plus its distance to the true lesion, and a pixel that was missed by 1
#   plus its distance to the mask found. So its value is 1 minus the metric's part of the same name.
# What happens: only the first is so. A missed pixel counts as 1, wherever it lies. A satellite that
#   was missed costs 0.028 at any distance, in place of 0.43 to 0.71; one that was invented costs
#   what it should. The loss "ugts" is built on it. Nothing warns.
# Why it matters: people take this loss so that a satellite far from the main lesion is not left
#   out. It punishes a false satellite up to 25 times as hard as a missed one, so the net learns to
#   leave them out, and the metric that it stands for falls.
# What helps: the metric's formula written by hand, with the distances to the mask found.
# Versions: segsuite 0.1.0, torch 2.13.0, numpy 2.3.5, scipy 1.17.1, Python 3.11, Linux x86-64; seen
#   on 2026-12-01.
# Source: run here; no public report was found. See the documentation of `SoftGeoF1Loss` in the
#   package's losses.py, its sum over missed pixels, and `_geo_f1_sym` in metrics.py.
# Output seen (a lesion and a satellite, so many pixels between their centres):
#    50 px  missed: loss 0.028 by hand 0.430  invented: loss 0.430 by hand 0.430
#    70 px  missed: loss 0.028 by hand 0.570  invented: loss 0.570 by hand 0.570
#    90 px  missed: loss 0.028 by hand 0.656  invented: loss 0.656 by hand 0.656
#   110 px  missed: loss 0.028 by hand 0.713  invented: loss 0.713 by hand 0.713
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5 \
  scipy==1.17.1 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps segsuite==0.1.0 2>/dev/null
cat >look.py <<'PYTHON'
import sys
import sysconfig

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt

sys.path.insert(0, sysconfig.get_path("purelib") + "/segsuite")
import losses  # the package's own losses, without its data sets, which need more packages


def disc(radius, x, y):
    rows, columns = np.mgrid[:128, :128]
    return ((columns - x) ** 2 + (rows - y) ** 2 <= radius**2).astype(np.float32)


def by_package(mask, truth):
    logits = torch.tensor(mask * 80 - 40)[None, None]
    return losses.SoftGeoF1Loss()(logits, torch.tensor(truth)[None, None]).item()


def by_hand(mask, truth):
    both = (mask * truth).sum()
    false = ((1 + distance_transform_edt(1 - truth)) * mask * (1 - truth)).sum()
    missed = ((1 + distance_transform_edt(1 - mask)) * truth * (1 - mask)).sum()
    return 1 - 2 * both / (2 * both + false + missed)


for away in 50, 70, 90, 110:
    lesion = disc(25, 30, 30)
    pair = np.maximum(lesion, disc(6, 30 + 0.6 * away, 30 + 0.8 * away))
    row = f"{away:>3} px"
    for name, mask, truth in ("missed", lesion, pair), ("invented", pair, lesion):
        row += f"  {name}: loss {by_package(mask, truth):.3f} by hand {by_hand(mask, truth):.3f}"
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 50 px  missed: loss 0.028 by hand 0.430  invented: loss 0.430 by hand 0.430
 70 px  missed: loss 0.028 by hand 0.570  invented: loss 0.570 by hand 0.570
 90 px  missed: loss 0.028 by hand 0.656  invented: loss 0.656 by hand 0.656
110 px  missed: loss 0.028 by hand 0.713  invented: loss 0.713 by hand 0.713" ]
