#!/usr/bin/env bash
# torchmetrics' Hausdorff distance is wrong for wide images: a mask is 43 px away from itself.
#
# One would expect: HausdorffDistance of two masks is what all pairs of edge pixels give, for images
#   of each shape, and 0 for two equal masks.
# What happens: `distance_transform` writes the distance of row i, column j to place i * height + j
#   of a map whose rows are as long as its width. That is right for squares only. In an image wider
#   than high each distance lands elsewhere, and other places are read. One column more is enough.
#   The same masks mirrored score differently. Images higher than wide end in an IndexError, which
#   is known. The wrong number for wide ones comes without a word.
# Why it matters: photographs of lesions are 4:3 or 3:2, mostly wide. The distance of a perfect mask
#   is tens of pixels, and nets rank by where the lesion lies. Checks on square crops pass.
# What helps: padding both masks with zeros to a square. monai 1.6.1 and medpy 0.5.2 gave what all
#   pairs give, on random masks of each shape.
# Versions: torchmetrics 1.9.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here. https://github.com/Lightning-AI/torchmetrics/issues/3300 is open; it reports the
#   IndexError, and says that wide images work.
# Output seen (a disc of radius 20 px, and the same disc moved to the right):
#   96 x 96   the same  all pairs  0.00  torchmetrics  0.00  mirrored  0.00
#   96 x 96   3 right   all pairs  3.00  torchmetrics  3.00  mirrored  3.00
#   96 x 96   20 right  all pairs 20.00  torchmetrics 20.00  mirrored 20.00
#   96 x 97   the same  all pairs  0.00  torchmetrics 32.98  mirrored 31.05
#   96 x 97   3 right   all pairs  3.00  torchmetrics 35.90  mirrored 33.96
#   96 x 97   20 right  all pairs 20.00  torchmetrics 52.61  mirrored 50.64
#   96 x 128  the same  all pairs  0.00  torchmetrics 43.14  mirrored 67.98
#   96 x 128  3 right   all pairs  3.00  torchmetrics 45.28  mirrored 68.88
#   96 x 128  20 right  all pairs 20.00  torchmetrics 58.83  mirrored 63.95
#   96 x 160  the same  all pairs  0.00  torchmetrics 75.95  mirrored 93.15
#   96 x 160  3 right   all pairs  3.00  torchmetrics 78.92  mirrored 91.01
#   96 x 160  20 right  all pairs 20.00  torchmetrics 81.39  mirrored 95.46
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import torch
from torchmetrics.segmentation import HausdorffDistance


def disc(shape, row, column):
    rows, columns = np.indices(shape)
    return (rows - row) ** 2 + (columns - column) ** 2 <= 20**2


def edge(mask):
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.argwhere(mask & ~inner)


def pairs(one, two):
    apart = np.linalg.norm(edge(one)[:, None] - edge(two)[None], axis=2)
    return max(apart.min(0).max(), apart.min(1).max())


def metric(one, two):
    both = (torch.tensor(mask.copy())[None, None] for mask in (one, two))
    return HausdorffDistance(num_classes=1, include_background=True)(*both).item()


for shape in (96, 96), (96, 97), (96, 128), (96, 160):
    for name, right in ("the same", 0), ("3 right", 3), ("20 right", 20):
        one, two = disc(shape, 48, 50), disc(shape, 48, 50 + right)
        print(
            f"{shape[0]} x {shape[1]:<3}  {name:<8}  all pairs {pairs(one, two):5.2f}"
            f"  torchmetrics {metric(one, two):5.2f}"
            f"  mirrored {metric(one[:, ::-1], two[:, ::-1]):5.2f}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "96 x 96   the same  all pairs  0.00  torchmetrics  0.00  mirrored  0.00
96 x 96   3 right   all pairs  3.00  torchmetrics  3.00  mirrored  3.00
96 x 96   20 right  all pairs 20.00  torchmetrics 20.00  mirrored 20.00
96 x 97   the same  all pairs  0.00  torchmetrics 32.98  mirrored 31.05
96 x 97   3 right   all pairs  3.00  torchmetrics 35.90  mirrored 33.96
96 x 97   20 right  all pairs 20.00  torchmetrics 52.61  mirrored 50.64
96 x 128  the same  all pairs  0.00  torchmetrics 43.14  mirrored 67.98
96 x 128  3 right   all pairs  3.00  torchmetrics 45.28  mirrored 68.88
96 x 128  20 right  all pairs 20.00  torchmetrics 58.83  mirrored 63.95
96 x 160  the same  all pairs  0.00  torchmetrics 75.95  mirrored 93.15
96 x 160  3 right   all pairs  3.00  torchmetrics 78.92  mirrored 91.01
96 x 160  20 right  all pairs 20.00  torchmetrics 81.39  mirrored 95.46" ]
