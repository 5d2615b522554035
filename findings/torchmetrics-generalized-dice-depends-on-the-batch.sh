#!/usr/bin/env bash
# torchmetrics' generalized Dice of an image depends on the images beside it, and on their order.
#
# One would expect: `generalized_dice_score` gives one score for each image of a batch, the one it
#   gives that image alone. GeneralizedDiceScore, their mean, is the same in any order.
# What happens: a class weighs one over the square of its area in the truth, so a class that the
#   truth lacks would weigh infinitely much. It gets the largest weight of the batch instead, and
#   from the wrong place: a list by class is read as one by image. So it may get the weight of
#   another class in another image. One image here scores 0.91, 0.82 or 0.43.
# Why it matters: a hair, a ruler or a marker is in some photographs only. A data set's score
#   then changes with the batch size and with shuffling, and two nets are not comparable. No class
#   is missing from most checks, where all agrees.
# What helps: a batch size of one, or `weight_type="linear"`, which has no such weight.
# Versions: torchmetrics 1.9.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report of it was found.
#   https://github.com/Lightning-AI/torchmetrics/issues/2846 is open; it is about scores of 0 by
#   class.
# Output seen (masks of 64 x 64 with skin, a lesion and a hair; the truth of `clean` has no hair):
#   square  clean                   [0.908]  mean 0.908
#   square  hairy                   [0.866]  mean 0.866
#   square  clean, hairy            [0.818, 0.866]  mean 0.842
#   square  hairy, clean            [0.866, 0.427]  mean 0.646
#   square  clean, hairy, large     [0.908, 0.866, 0.949]  mean 0.908
#   square  hairy, clean, large     [0.866, 0.818, 0.949]  mean 0.878
#   linear  clean, hairy            [0.971, 0.965]  mean 0.968
#   linear  hairy, clean            [0.965, 0.971]  mean 0.968
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from torchmetrics.functional.segmentation import generalized_dice_score
from torchmetrics.segmentation import GeneralizedDiceScore


def labels(lesion, hair, right=0):
    mask = torch.zeros(1, 64, 64, dtype=torch.long)
    mask[:, 20 : 20 + lesion, 20 + right : 20 + right + lesion] = 1
    mask[:, 50 : 50 + hair, 5 + right : 45 + right] = 2
    return mask


IMAGES = {  # what a net found, and the truth
    "clean": (labels(20, 1, 2), labels(20, 0)),
    "hairy": (labels(16, 2, 4), labels(16, 2)),
    "large": (labels(26, 1, 2), labels(26, 1)),
}
for weight, names in (
    ("square", ["clean"]),
    ("square", ["hairy"]),
    ("square", ["clean", "hairy"]),
    ("square", ["hairy", "clean"]),
    ("square", ["clean", "hairy", "large"]),
    ("square", ["hairy", "clean", "large"]),
    ("linear", ["clean", "hairy"]),
    ("linear", ["hairy", "clean"]),
):
    found, truth = (torch.cat([IMAGES[name][i] for name in names]) for i in (0, 1))
    how = {"weight_type": weight, "input_format": "index"}
    each = generalized_dice_score(found, truth, 3, **how)
    mean = GeneralizedDiceScore(3, **how)(found, truth).item()
    each = [round(score, 3) for score in each.tolist()]
    print(f"{weight}  {', '.join(names):<22}  {each}  mean {mean:.3f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "square  clean                   [0.908]  mean 0.908
square  hairy                   [0.866]  mean 0.866
square  clean, hairy            [0.818, 0.866]  mean 0.842
square  hairy, clean            [0.866, 0.427]  mean 0.646
square  clean, hairy, large     [0.908, 0.866, 0.949]  mean 0.908
square  hairy, clean, large     [0.866, 0.818, 0.949]  mean 0.878
linear  clean, hairy            [0.971, 0.965]  mean 0.968
linear  hairy, clean            [0.965, 0.971]  mean 0.968" ]
