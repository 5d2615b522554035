#!/usr/bin/env bash
# segmentation-models-pytorch gives a perfect mask of three classes a third of the score.
#
# One would expect: `iou_score(..., reduction="weighted-imagewise", class_weights=...)` of the truth
#   itself is 1. Its documentation says that it is the weighted average over the classes, averaged
#   over images.
# What happens: the weights are made to sum to 1, and then the mean over the classes is taken where
#   the sum belongs. So the score is divided by the number of classes once too often: 0.333 with
#   three classes, 0.05 with twenty. Dice (f1_score), recall and all others share the code. Rates of
#   errors are too small in the same way, so there it looks too good. "weighted" was mended in 2022.
# Why it matters: the score is a plausible number, only too low, and cannot pass 1/3. Nets with
#   other numbers of classes are not comparable, and a threshold for release is never met.
# What helps: `reduction=None`, and the weighted sum over classes taken by hand.
# Versions: segmentation-models-pytorch 0.6.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found. The mended twin is
#   https://github.com/qubvel-org/segmentation_models.pytorch/pull/659.
# Output seen (the intersection over union, and the share of pixels missed, of three classes):
#   the truth itself  iou_score            weighted 1.000  weighted-imagewise 0.333  by hand 1.000
#   the truth itself  false_negative_rate  weighted 0.000  weighted-imagewise 0.000  by hand 0.000
#   moved by a pixel  iou_score            weighted 0.207  weighted-imagewise 0.069  by hand 0.207
#   moved by a pixel  false_negative_rate  weighted 0.657  weighted-imagewise 0.219  by hand 0.658
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps \
  segmentation-models-pytorch==0.6.0 2>/dev/null
cat >look.py <<'PYTHON'
import sys
import sysconfig

import torch

sys.path.insert(0, sysconfig.get_path("purelib") + "/segmentation_models_pytorch")
import metrics  # the package's own metrics, without its nets, which need more packages

torch.manual_seed(0)
truth = torch.randint(0, 3, (4, 32, 32))
weights = [0.2, 0.3, 0.5]
for name, mask in ("the truth itself", truth), ("moved by a pixel", truth.roll(1, 2)):
    stats = metrics.get_stats(mask, truth, mode="multiclass", num_classes=3)
    for score in metrics.iou_score, metrics.false_negative_rate:
        row = f"{name}  {score.__name__:<19}"
        for reduction in "weighted", "weighted-imagewise":
            value = score(*stats, reduction=reduction, class_weights=weights)
            row += f"  {reduction} {value:.3f}"
        each = score(*stats, reduction=None)
        print(f"{row}  by hand {(each.mean(0) * torch.tensor(weights)).sum():.3f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the truth itself  iou_score            weighted 1.000  weighted-imagewise 0.333  by hand 1.000
the truth itself  false_negative_rate  weighted 0.000  weighted-imagewise 0.000  by hand 0.000
moved by a pixel  iou_score            weighted 0.207  weighted-imagewise 0.069  by hand 0.207
moved by a pixel  false_negative_rate  weighted 0.657  weighted-imagewise 0.219  by hand 0.658" ]
