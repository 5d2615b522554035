#!/usr/bin/env bash
# torch-uncertainty's macro coverage counts a class without an image as one that is always missed.
#
# One would expect: `CoverageRate(num_classes=3, average="macro")` is the mean over classes of the
#   share of a class's images whose set holds the truth. Sets that all hold the truth have 1.
# What happens: a class without an image has the share 0 / 0, which is taken for 0, and the mean is
#   over all classes. Sets that hold each truth have 0.67 if one of three classes has no image.
#   average="micro" is 1. Macro recall of torchmetrics leaves such a class out. Nothing warns.
# Why it matters: a test set of one clinic, or of one skin tone, often lacks a rare class. With seven
#   classes, each one that is lacking takes 14 points off. Promised coverage looks missed, and
#   clinics are compared by which classes they happen to have.
# What helps: the mean by hand over the classes that have images.
# Versions: torch-uncertainty 0.13.0, torchmetrics 1.9.0, torch 2.13.0, torchvision 0.28.0,
#   scikit-learn 1.6.1, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found. It is `compute`
#   in metrics/classification/coverage_rate.py.
# Output seen (the sets hold just the truth, of which there are so many classes):
#   7 of 7 classes have images   micro 1.00  macro 1.00  macro recall of torchmetrics 1.00
#   6 of 7 classes have images   micro 1.00  macro 0.86  macro recall of torchmetrics 1.00
#   5 of 7 classes have images   micro 1.00  macro 0.71  macro recall of torchmetrics 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "torch-uncertainty[cpu]==0.13.0" torch==2.13.0 \
  torchvision==0.28.0 torchmetrics==1.9.0 scikit-learn==1.6.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:  # torch without CUDA does not load torchvision's operators; none is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torch_uncertainty.metrics.classification import CoverageRate
from torchmetrics.functional.classification import multiclass_recall

for classes in 7, 6, 5:
    truth = torch.arange(70) % classes
    sets = torch.eye(7)[truth]
    row = f"{classes} of 7 classes have images "
    for average in "micro", "macro":
        metric = CoverageRate(num_classes=7, average=average)
        metric.update(sets, truth)
        row += f"  {average} {metric.compute().item():.2f}"
    recall = multiclass_recall(sets, truth, num_classes=7, average="macro").item()
    print(f"{row}  macro recall of torchmetrics {recall:.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "7 of 7 classes have images   micro 1.00  macro 1.00  macro recall of torchmetrics 1.00
6 of 7 classes have images   micro 1.00  macro 0.86  macro recall of torchmetrics 1.00
5 of 7 classes have images   micro 1.00  macro 0.71  macro recall of torchmetrics 1.00" ]
