#!/usr/bin/env bash
# puncc's IoU of boxes that do not touch is 0.19, where boxes are given as shares of the image.
#
# One would expect: `iou` is the area that two boxes share, over the area that they cover, as its
#   documentation says, for boxes [x_min, y_min, x_max, y_max]. Boxes that do not touch have 0, and
#   the unit does not matter, as in `object_detection_mean_area` of the same file.
# What happens: 1 is added to each width and height. In pixels that is a small change; for boxes as
#   shares of the width and height, it is more than the whole image. Two lesions in opposite corners
#   get 0.19 to 0.94, and a box that is four times too large 0.73. Nothing warns.
# Why it matters: YOLO's labels and most detectors' outputs are shares. Boxes are matched with the
#   truth by this number before they are calibrated, with a threshold such as 0.5. Then wrong pairs
#   pass, and the margins for the lesion that are promised are those of another one.
# What helps: multiply boxes by the size of the image in pixels before.
# Versions: puncc 0.9.3, numpy 1.26.4, scikit-learn 1.9.1, Python 3.11, Linux x86-64; seen on
#   2026-12-01.
# Source: run here; no public report was found. See `iou` in the package's metrics.py.
# Output seen (the same two boxes as shares, and in an image of 1000 x 1000):
#   the same box          by hand 1.00  as shares 1.00  in pixels 1.00
#   four times too large  by hand 0.25  as shares 0.73  in pixels 0.25
#   opposite corners      by hand 0.00  as shares 0.19  in pixels 0.00
#   small, side by side   by hand 0.00  as shares 0.94  in pixels 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check puncc==0.9.3 numpy==1.26.4 \
  scikit-learn==1.9.1 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from deel.puncc.metrics import iou


def by_hand(one, two):
    both = np.prod(np.clip(np.minimum(one[2:], two[2:]) - np.maximum(one[:2], two[:2]), 0, None))
    return both / (np.prod(one[2:] - one[:2]) + np.prod(two[2:] - two[:2]) - both)


for name, one, two in (
    ("the same box", (0.2, 0.3, 0.6, 0.6), (0.2, 0.3, 0.6, 0.6)),
    ("four times too large", (0.2, 0.2, 0.4, 0.4), (0.1, 0.1, 0.5, 0.5)),
    ("opposite corners", (0.1, 0.1, 0.3, 0.3), (0.6, 0.6, 0.9, 0.9)),
    ("small, side by side", (0.48, 0.5, 0.50, 0.52), (0.51, 0.5, 0.53, 0.52)),
):
    one, two = np.array([one]), np.array([two])
    row = f"{name:<21} by hand {by_hand(one[0], two[0]):.2f}"
    row += f"  as shares {iou(one, two).item():.2f}"
    print(row + f"  in pixels {iou(1000 * one, 1000 * two).item():.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the same box          by hand 1.00  as shares 1.00  in pixels 1.00
four times too large  by hand 0.25  as shares 0.73  in pixels 0.25
opposite corners      by hand 0.00  as shares 0.19  in pixels 0.00
small, side by side   by hand 0.00  as shares 0.94  in pixels 0.00" ]
