#!/usr/bin/env bash
# monai's IoU and confusion matrix count the pixels of the class that they were told to ignore.
#
# One would expect: `MeanIoU(ignore_index=2)` leaves out each pixel whose truth is class 2: "Voxels
#   with this label are excluded from the score", as for DiceMetric. A mask that is right everywhere
#   else has an IoU of 1.
# What happens: MeanIoU and ConfusionMatrixMetric take class 2 out of both masks, and keep its
#   pixels. What the net says there counts as a false positive of another class. DiceMetric and
#   GeneralizedDiceScore do leave the pixels out. So Dice is 1 and IoU 0.80 for the same masks. An
#   `ignore_index` beyond the classes, as 255, is right in all of them. Nothing warns.
# Why it matters: class 2 is what is no skin and no lesion: hair, a ruler, a bubble, the rim of a
#   dermatoscope. A net without that class must call it one of both. Its IoU, precision (PPV),
#   specificity and accuracy then fall with the area of what should not count, and rank nets by how
#   they fill it.
# What helps: 255 in place of a class, with all channels of the truth 0 there.
# Versions: monai 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The option came with
#   https://github.com/Project-MONAI/MONAI/pull/8757. In `compute_iou` and `get_confusion_matrix`
#   the channel of a class that exists is set to 0, and the mask of pixels to None.
# Output seen (scores of the lesion, ignoring 2 or 255; the mask is right but for a hair of so many
#   px):
#   0 px  by hand 1.00  2: Dice 1.00 IoU 1.00 PPV 1.00  255: Dice 1.00 IoU 1.00 PPV 1.00
#   2 px  by hand 1.00  2: Dice 1.00 IoU 0.89 PPV 0.89  255: Dice 1.00 IoU 1.00 PPV 1.00
#   4 px  by hand 1.00  2: Dice 1.00 IoU 0.80 PPV 0.80  255: Dice 1.00 IoU 1.00 PPV 1.00
#   8 px  by hand 1.00  2: Dice 1.00 IoU 0.67 PPV 0.67  255: Dice 1.00 IoU 1.00 PPV 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check monai==1.6.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import torch
from monai.metrics import ConfusionMatrixMetric, DiceMetric, MeanIoU


def channels(labels, classes):
    return torch.tensor(np.stack([labels == c for c in range(classes)])[None].astype(np.float32))


def lesion(metric, mask, truth):
    metric(mask, truth)
    found = metric.aggregate()
    return (found[0] if isinstance(found, list) else found)[1].item()


for width in 0, 2, 4, 8:
    truth = np.zeros((64, 64), int)
    truth[16:48, 16:48] = 1
    mask = truth.copy()  # right everywhere, but the net does not know hair and takes it for lesion
    truth[:, 50 : 50 + width] = 2
    mask[:, 50 : 50 + width] = 1
    one, two, kept = mask == 1, truth == 1, truth != 2
    row = f"{width} px  by hand {(one & two & kept).sum() / ((one | two) & kept).sum():.2f}"
    for index, classes in (2, 3), (255, 2):
        options = {"reduction": "mean_batch", "ignore_index": index}
        row += f"  {index}:"
        for name, metric in (
            ("Dice", DiceMetric(**options)),
            ("IoU", MeanIoU(**options)),
            ("PPV", ConfusionMatrixMetric(metric_name="precision", **options)),
        ):
            both = channels(mask, classes), channels(truth, classes)
            row += f" {name} {lesion(metric, *both):.2f}"
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "0 px  by hand 1.00  2: Dice 1.00 IoU 1.00 PPV 1.00  255: Dice 1.00 IoU 1.00 PPV 1.00
2 px  by hand 1.00  2: Dice 1.00 IoU 0.89 PPV 0.89  255: Dice 1.00 IoU 1.00 PPV 1.00
4 px  by hand 1.00  2: Dice 1.00 IoU 0.80 PPV 0.80  255: Dice 1.00 IoU 1.00 PPV 1.00
8 px  by hand 1.00  2: Dice 1.00 IoU 0.67 PPV 0.67  255: Dice 1.00 IoU 1.00 PPV 1.00" ]
