#!/usr/bin/env bash
# segsuite's MAGE of a slim lesion is 0, though the mask is the truth itself.
#
# One would expect: MAGE compares both masks at three scales, eroded by the quarter, half and three
#   quarter points of the depths in the true lesion. A mask that equals the truth has a Dice of 1
#   at each scale, and so a MAGE of 1.
# What happens: where many pixels share the greatest depth, the largest scale is that depth, and
#   nothing of the lesion is deeper: both eroded masks are empty. Their Dice is taken as 0, and the
#   harmonic mean pulls the whole score to 0. That is so for streaks that are 1, 2, 3, 4 or 6 pixels
#   wide, and for a dot of two by two pixels. Nothing warns.
# Why it matters: streaks and dots are structures that people segment in dermoscopy, and lesions get
#   so small in thumbnails. All masks of such a lesion score 0, the best as the worst, and the mean
#   over a set of images tells how many slim lesions it has, not how good the net is.
# What helps: leave out scales at which the eroded truth is empty.
# Versions: segsuite 0.1.0, torch 2.13.0, numpy 2.3.5, scipy 1.17.1, Python 3.11, Linux x86-64; seen
#   on 2026-12-01.
# Source: run here; no public report was found. See `mage` in the package's metrics.py: the scales
#   are percentiles, and depths must be above them.
# Output seen (a streak of 40 pixels and so many pixels wide; the truth itself as the mask):
#    1 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
#    2 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
#    3 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
#    4 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
#    5 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 1.000
#    6 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
#    7 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 1.000
#   12 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 1.000
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

sys.path.insert(0, sysconfig.get_path("purelib") + "/segsuite")
import metrics  # the package's own metrics, without its data sets, which need more packages

for width in 1, 2, 3, 4, 5, 6, 7, 12:
    truth = np.zeros((64, 64), np.uint8)
    truth[20 : 20 + width, 10:50] = 1
    found = metrics.compute_metrics(truth.astype(float), truth.astype(float))
    names = "Dice", "TEDS", "UScore", "MAGE"
    print(f"{width} px".rjust(5), *(f" {name} {found[name]:.3f}" for name in names))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 1 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
 2 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
 3 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
 4 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
 5 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 1.000
 6 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 0.000
 7 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 1.000
12 px  Dice 1.000  TEDS 1.000  UScore 1.000  MAGE 1.000" ]
