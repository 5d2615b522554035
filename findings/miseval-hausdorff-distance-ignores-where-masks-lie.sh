#!/usr/bin/env bash
# miseval's Hausdorff distance takes the rows of a mask for points: a mask moved down is 0 away.
#
# One would expect: "HD" is the Hausdorff distance of two masks, the largest distance from an edge
#   pixel of one to the nearest of the other. "AHD", in its README the average Hausdorff distance,
#   is the mean of such distances.
# What happens: "HD" hands both masks to the package hausdorff, which takes an array for a list of
#   points. Each row of pixels is then one point of as many dimensions as the mask has columns. The
#   result says how rows differ as bit patterns, never where they are. "AHD" computes the largest
#   edge distance, which is the Hausdorff distance. So neither name holds.
# Why it matters: MISeval was made to evaluate medical segmentation in one way. Its README advises
#   AHD for contours. Its HD is 0 for a mask that misses half the lesion, and never more than the
#   square root of the mask's width. Its AHD is up to twice the mean here.
# What helps: reading "AHD" as the Hausdorff distance; monai, medpy or SimpleITK for the mean.
# Versions: miseval 1.3.0, hausdorff 0.2.6, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found.
# Output seen (the truth is a square of 20 x 20 px; the last mask is one of 3 x 3 px):
#   10 px lower    all pairs: largest 10.00 mean  5.00  miseval: HD  0.00 AHD 10.00
#   10 px right    all pairs: largest 10.00 mean  5.00  miseval: HD  4.47 AHD 10.00
#   1 px right     all pairs: largest  1.00 mean  0.50  miseval: HD  1.41 AHD  1.00
#   in the corner  all pairs: largest 49.82 mean 37.33  miseval: HD  4.47 AHD 49.82
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check miseval==1.3.0 hausdorff==0.2.6 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import miseval
import numpy as np


def square(top, left, side=20):
    mask = np.zeros((48, 64), int)
    mask[top : top + side, left : left + side] = 1
    return mask


def edge(mask):
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.argwhere(mask & ~inner)


truth = square(14, 22)
for name, mask in (
    ("10 px lower", square(24, 22)),
    ("10 px right", square(14, 32)),
    ("1 px right", square(14, 23)),
    ("in the corner", square(0, 0, 3)),
):
    apart = np.linalg.norm(edge(truth)[:, None] - edge(mask)[None], axis=2)
    there, back = apart.min(1), apart.min(0)
    scores = {name: miseval.evaluate(truth, mask, metric=name) for name in ("HD", "AHD")}
    print(
        f"{name:<13}  all pairs: largest {max(there.max(), back.max()):5.2f}"
        f" mean {max(there.mean(), back.mean()):5.2f}"
        f"  miseval: HD {scores['HD']:5.2f} AHD {scores['AHD']:5.2f}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "10 px lower    all pairs: largest 10.00 mean  5.00  miseval: HD  0.00 AHD 10.00
10 px right    all pairs: largest 10.00 mean  5.00  miseval: HD  4.47 AHD 10.00
1 px right     all pairs: largest  1.00 mean  0.50  miseval: HD  1.41 AHD  1.00
in the corner  all pairs: largest 49.82 mean 37.33  miseval: HD  4.47 AHD 49.82" ]
