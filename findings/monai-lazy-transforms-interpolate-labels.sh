#!/usr/bin/env bash
# MONAI's `Compose(..., lazy=True)` forgets `mode="nearest"`: masks get labels that do not exist.
#
# One would expect: `lazy=True` joins steps, to resample once. A mask's `mode="nearest"` holds, and
#   the mask keeps its labels.
# What happens: lazy steps note mode and padding mode in one place, and the later resampling reads
#   them from another, where there are none. It takes its defaults, bilinear and border, for image
#   and mask alike. A mask of 0, 1 and 3 gets up to tens of values and, once rounded, label 2.
# Why it matters: a net trains on soft edges. `mask > 0` makes the lesion larger by up to a pixel,
#   `mask == 1` and `.long()` make it smaller, so scores shift by the way a mask is read. Between
#   two labels a third appears. Image and mask look right in a picture.
# What helps: `overrides={"mask": {"mode": "nearest"}}` in Compose, or no `lazy`.
# Versions: monai 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here. Known since 2023, not mended:
#   https://github.com/Project-MONAI/MONAI/issues/6850 and
#   https://github.com/Project-MONAI/MONAI/issues/7363 are open.
# Output seen (a mask of the labels 0, 1 and 3; every step was given mode="nearest" for it):
#   Rotated  eager            3 values  rounded [0, 1, 3]
#   Rotated  lazy            45 values  rounded [0, 1, 2, 3]
#   Rotated  lazy overrides   3 values  rounded [0, 1, 3]
#   Resized  eager            3 values  rounded [0, 1, 3]
#   Resized  lazy             7 values  rounded [0, 1, 2, 3]
#   Resized  lazy overrides   3 values  rounded [0, 1, 3]
#   Zoomd  eager            3 values  rounded [0, 1, 3]
#   Zoomd  lazy            11 values  rounded [0, 1, 2, 3]
#   Zoomd  lazy overrides   3 values  rounded [0, 1, 3]
#   Affined  eager            3 values  rounded [0, 1, 3]
#   Affined  lazy            44 values  rounded [0, 1, 2, 3]
#   Affined  lazy overrides   3 values  rounded [0, 1, 3]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check monai==1.6.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from monai.transforms import Affined, Compose, Resized, Rotated, Zoomd

KEYS, MODE = ("image", "mask"), ("bilinear", "nearest")
mask = torch.zeros(1, 24, 32)
mask[:, 6:18, 8:24] = 1
mask[:, 10:14, 12:20] = 3
nearest = {key: {"mode": mode} for key, mode in zip(KEYS, MODE)}
for name, step in (
    ("Rotated", Rotated(KEYS, 0.3, mode=MODE)),
    ("Resized", Resized(KEYS, (17, 23), mode=MODE)),
    ("Zoomd", Zoomd(KEYS, 1.3, mode=MODE)),
    ("Affined", Affined(KEYS, rotate_params=0.3, scale_params=(1.1, 0.9), mode=MODE)),
):
    for how in {}, {"lazy": True}, {"lazy": True, "overrides": nearest}:
        out = Compose([step], **how)({key: mask.clone() for key in KEYS})["mask"]
        print(
            f"{name}  {' '.join(how) or 'eager':<14}  {len(out.unique()):>2} values"
            f"  rounded {out.round().unique().int().tolist()}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "Rotated  eager            3 values  rounded [0, 1, 3]
Rotated  lazy            45 values  rounded [0, 1, 2, 3]
Rotated  lazy overrides   3 values  rounded [0, 1, 3]
Resized  eager            3 values  rounded [0, 1, 3]
Resized  lazy             7 values  rounded [0, 1, 2, 3]
Resized  lazy overrides   3 values  rounded [0, 1, 3]
Zoomd  eager            3 values  rounded [0, 1, 3]
Zoomd  lazy            11 values  rounded [0, 1, 2, 3]
Zoomd  lazy overrides   3 values  rounded [0, 1, 3]
Affined  eager            3 values  rounded [0, 1, 3]
Affined  lazy            44 values  rounded [0, 1, 2, 3]
Affined  lazy overrides   3 values  rounded [0, 1, 3]" ]
