#!/usr/bin/env bash
# crowd-kit's majority vote of masks in bytes takes every pixel of the image, whatever was drawn.
#
# One would expect: `SegmentationMajorityVote` takes a pixel "if and only if the pixel has 'yes' votes
#   from at least half of all workers", for masks of 0 and 1 in any type of numbers.
# What happens: it takes twice the sum of the masks, less the number of workers, and asks where that
#   is 0 or more. In uint8 there is nothing below 0: 0 - 3 is 253. So a pixel that no worker marked
#   is taken, too, and the answer is the whole image, even where all workers agree. There is
#   no warning. Masks in bool or int64 are right, and so are SegmentationEM and SegmentationRASA.
# Why it matters: Pillow and OpenCV give masks in uint8, and `mask > 0` is easily followed by
#   `.astype("uint8")`. Lesions that several people outlined then train or score a net as if all
#   skin were lesion. One mask in bool among an image's masks makes the answer right, so it may be
#   that only some images are full.
# What helps: `.astype(bool)` for each mask.
# Versions: crowd-kit 1.4.2, pandas 3.1.1, numpy 2.4.6, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report of it was found.
# Output seen (pixels of 64 x 64 that are taken; three workers drew a square of 20 x 20 px):
#   the same square   bool   votes 400   majority 400   EM 400   RASA 400
#   the same square   int64  votes 400   majority 400   EM 400   RASA 400
#   the same square   uint8  votes 400   majority 4096  EM 400   RASA 400
#   one 2 px right    bool   votes 400   majority 400   EM 400   RASA 400
#   one 2 px right    int64  votes 400   majority 400   EM 400   RASA 400
#   one 2 px right    uint8  votes 400   majority 4096  EM 400   RASA 400
#   nothing           bool   votes 0     majority 0     EM 0     RASA 0
#   nothing           int64  votes 0     majority 0     EM 0     RASA 0
#   nothing           uint8  votes 0     majority 4096  EM 0     RASA 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check crowd-kit==1.4.2 pandas==3.1.1 \
  numpy==2.4.6 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import pandas as pd
from crowdkit.aggregation import SegmentationEM, SegmentationMajorityVote, SegmentationRASA

names = {"majority": SegmentationMajorityVote, "EM": SegmentationEM, "RASA": SegmentationRASA}


def square(left):
    mask = np.zeros((64, 64), bool)
    mask[20:40, left : left + 20] = True
    return mask


for drawn, masks in (
    ("the same square", [square(20)] * 3),
    ("one 2 px right", [square(20), square(20), square(22)]),
    ("nothing", [0 * square(20)] * 3),
):
    votes = np.sum(masks, axis=0) * 2 >= 3
    for kind in "bool", "int64", "uint8":
        rows = [["photo", str(who), mask.astype(kind)] for who, mask in enumerate(masks)]
        table = pd.DataFrame(rows, columns=["task", "worker", "segmentation"])
        line = f"{drawn:<16}  {kind:<5}  votes {votes.sum():<4}"
        for name, vote in names.items():
            line += f"  {name} {np.asarray(vote().fit_predict(table)['photo']).sum():<4}"
        print(line.rstrip())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the same square   bool   votes 400   majority 400   EM 400   RASA 400
the same square   int64  votes 400   majority 400   EM 400   RASA 400
the same square   uint8  votes 400   majority 4096  EM 400   RASA 400
one 2 px right    bool   votes 400   majority 400   EM 400   RASA 400
one 2 px right    int64  votes 400   majority 400   EM 400   RASA 400
one 2 px right    uint8  votes 400   majority 4096  EM 400   RASA 400
nothing           bool   votes 0     majority 0     EM 0     RASA 0
nothing           int64  votes 0     majority 0     EM 0     RASA 0
nothing           uint8  votes 0     majority 4096  EM 0     RASA 0" ]
