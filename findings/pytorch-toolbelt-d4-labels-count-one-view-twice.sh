#!/usr/bin/env bash
# pytorch-toolbelt's D4 labels count one of the eight views twice, and leave out another one.
#
# One would expect: `d4_labels_deaugment` gives the mean, or with reduction="none" each one, of
#   the eight views of an image that `d4_image_augment` made: four turns, and four turns of the
#   transposed image.
# What happens: the stack is written as views 1, 2, 3, 4, 5, 7, 7, 8. So the sixth view, the
#   transposed image turned by 90 degrees, is computed and thrown away, and the seventh has double
#   weight. `d4_image2label` and each reduction go through it. `d4_image_deaugment`, for masks, is
#   right.
# Why it matters: the mean over all turns is taken so that a lesion has one score, however it is
#   held. With one view missing the score depends on how it is held: the eight pictures of a
#   lesion, which show the same, get different probabilities. A threshold tells them apart.
# What helps: the mean by hand, `net(tta.d4_image_augment(images)).reshape(8, len(images),
#   -1).mean(0)`.
# Versions: pytorch-toolbelt 0.8.0, torch 2.13.0, torchvision 0.28.0, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. It is `d4_labels_deaugment` in inference/tta.py.
# Output seen (a net with random weights; one image, in its eight positions):
#   weight of each view   [[0.125, 0.125, 0.125, 0.125, 0.125, 0.0, 0.25, 0.125]]
#   mean of the views     -0.517 -0.517 -0.517 -0.517 -0.517 -0.517 -0.517 -0.517
#   d4_image2label        -0.592 -0.508 -0.468 -0.500 -0.452 -0.592 -0.457 -0.566
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pytorch-toolbelt==0.8.0 torch==2.13.0 \
  torchvision==0.28.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:  # torch without CUDA does not load torchvision's operators; none is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from pytorch_toolbelt.inference import tta

print("weight of each view  ", tta.d4_labels_deaugment(torch.eye(8)).tolist())
torch.manual_seed(0)
net = torch.nn.Sequential(
    torch.nn.Conv2d(3, 8, 5, stride=3),
    torch.nn.ReLU(),
    torch.nn.Flatten(),
    torch.nn.Linear(8 * 20 * 20, 1),
)
net[3].weight.data *= 8
views = tta.d4_image_augment(torch.rand(1, 3, 64, 64))
with torch.no_grad():
    by_hand = [net(tta.d4_image_augment(view[None])).mean().item() for view in views]
    found = [tta.d4_image2label(net, view[None]).item() for view in views]
for name, scores in ("mean of the views", by_hand), ("d4_image2label", found):
    print(f"{name:<21}", " ".join(f"{score:6.3f}" for score in scores))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "weight of each view   [[0.125, 0.125, 0.125, 0.125, 0.125, 0.0, 0.25, 0.125]]
mean of the views     -0.517 -0.517 -0.517 -0.517 -0.517 -0.517 -0.517 -0.517
d4_image2label        -0.592 -0.508 -0.468 -0.500 -0.452 -0.592 -0.457 -0.566" ]
