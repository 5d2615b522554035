#!/usr/bin/env bash
# monai's focal loss is as many times too large as there are classes, once it may ignore a label.
#
# One would expect: `FocalLoss(ignore_index=255)` of a truth without a 255 is FocalLoss without the
#   option. "The sum of the output will be divided by the number of elements in the output", says
#   the documentation of the mean, which is the default.
# What happens: with the option the sum over all classes is divided by the number of pixels that
#   count. The mask has one channel, so the number of classes is missing in the divisor. The loss of
#   two classes is twice as large, that of eight classes eight times, whether a pixel is ignored or
#   not. A single channel is right, and so are reduction="sum" and DiceLoss. Nothing warns.
# Why it matters: focal loss is mostly added to Dice loss with weights that were tuned. As soon as
#   hair or a ruler is left out with 255, it outweighs Dice by the number of classes, and gradients
#   grow as much. Losses of runs with and without the option are not comparable.
# What helps: `weight=1 / classes`.
# Versions: monai 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The option came with
#   https://github.com/Project-MONAI/MONAI/pull/8757, in whose review the same slip was found in
#   another loss.
# Output seen (no pixel is 255 in the second column; a quarter of them is in the last one, as if cut
#   off):
#   1 classes  focal  plain 0.349  with ignore_index 0.349  a part 0.341  rest ignored 0.341
#   1 classes  Dice   plain 0.492  with ignore_index 0.492  a part 0.482  rest ignored 0.482
#   2 classes  focal  plain 0.247  with ignore_index 0.494  a part 0.251  rest ignored 0.502
#   2 classes  Dice   plain 0.500  with ignore_index 0.500  a part 0.498  rest ignored 0.498
#   3 classes  focal  plain 0.304  with ignore_index 0.912  a part 0.303  rest ignored 0.908
#   3 classes  Dice   plain 0.666  with ignore_index 0.666  a part 0.660  rest ignored 0.660
#   8 classes  focal  plain 0.263  with ignore_index 2.100  a part 0.260  rest ignored 2.081
#   8 classes  Dice   plain 0.875  with ignore_index 0.875  a part 0.874  rest ignored 0.874
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check monai==1.6.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from monai.losses import DiceLoss, FocalLoss

torch.manual_seed(0)
for classes in 1, 2, 3, 8:
    logits = torch.randn(2, classes, 32, 32)
    truth = torch.randint(0, max(classes, 2), (2, 1, 32, 32))
    several = classes > 1
    hidden = truth.clone()
    hidden[..., 24:] = 255
    focal = {"to_onehot_y": several, "use_softmax": several}
    dice = {"to_onehot_y": several, "softmax": several, "sigmoid": not several}
    for name, loss, options in ("focal", FocalLoss, focal), ("Dice", DiceLoss, dice):
        plain, ignoring = loss(**options), loss(**options, ignore_index=255)
        part = plain(logits[..., :24], truth[..., :24])
        print(
            f"{classes} classes  {name:<5}  plain {plain(logits, truth):.3f}"
            f"  with ignore_index {ignoring(logits, truth):.3f}"
            f"  a part {part:.3f}  rest ignored {ignoring(logits, hidden):.3f}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "1 classes  focal  plain 0.349  with ignore_index 0.349  a part 0.341  rest ignored 0.341
1 classes  Dice   plain 0.492  with ignore_index 0.492  a part 0.482  rest ignored 0.482
2 classes  focal  plain 0.247  with ignore_index 0.494  a part 0.251  rest ignored 0.502
2 classes  Dice   plain 0.500  with ignore_index 0.500  a part 0.498  rest ignored 0.498
3 classes  focal  plain 0.304  with ignore_index 0.912  a part 0.303  rest ignored 0.908
3 classes  Dice   plain 0.666  with ignore_index 0.666  a part 0.660  rest ignored 0.660
8 classes  focal  plain 0.263  with ignore_index 2.100  a part 0.260  rest ignored 2.081
8 classes  Dice   plain 0.875  with ignore_index 0.875  a part 0.874  rest ignored 0.874" ]
