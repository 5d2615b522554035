#!/usr/bin/env bash
# Keras' MeanIoU counts the class that it is to ignore, as 0, once one pixel is called so.
#
# One would expect: `MeanIoU(num_classes=3, ignore_class=2)` is the mean over the classes 0 and 1,
#   of all pixels whose truth is not 2. `ignore_class` is documented as "the ID of a class to be
#   ignored during metric computation". A net that calls a lesion pixel 2 has a false negative.
# What happens: the pixels whose truth is 2 are left out, but not class 2. No such pixel can be
#   right, so its IoU is 0. With no prediction of 2 the class is absent and is not counted. With a
#   single one the mean is over three classes: it falls from 1.00 to 0.66. Nothing warns.
#   The same for OneHotMeanIoU. A number beyond the classes, as 255, is right.
# Why it matters: class 2 is what is no skin and no lesion: hair, a ruler, the rim of a dermatoscope.
#   A net that knows it says 2 somewhere, and its IoU is a third lower than that of one that never
#   does, be the rest as it may. The number jumps between epochs, and picks the wrong one.
# What helps: `IoU(num_classes=3, target_class_ids=[0, 1], ignore_class=2)`, which is right.
# Versions: keras 3.15.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found. What `ignore_class` does with a class that exists is
#   asked in https://github.com/keras-team/keras/issues/21907. The class stays among the
#   `target_class_ids` of MeanIoU, and `result` takes each class with a pixel of either mask.
# Output seen (64 px, 8 of them with the truth 2; so many other px are called 2):
#   0 px  by hand 1.00  MeanIoU 1.00  OneHotMeanIoU 1.00  IoU of 0 and 1 1.00
#   1 px  by hand 0.99  MeanIoU 0.66  OneHotMeanIoU 0.66  IoU of 0 and 1 0.99
#   3 px  by hand 0.96  MeanIoU 0.64  OneHotMeanIoU 0.64  IoU of 0 and 1 0.96
#   6 px  by hand 0.93  MeanIoU 0.62  OneHotMeanIoU 0.62  IoU of 0 and 1 0.93
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export KERAS_BACKEND=torch KERAS_HOME="$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import keras
import numpy as np

truth = np.zeros((8, 8), int)
truth[2:6, 2:6] = 1
truth[:, 7] = 2


def score(metric, mask, hot=False):
    metric.update_state(*((np.eye(3)[one] if hot else one) for one in (truth, mask)))
    return f"{float(metric.result()):.2f}"


for wrong in 0, 1, 3, 6:
    mask = truth.copy()
    mask[0, :wrong] = 2  # in the healthy skin
    kept = truth != 2
    by_hand = np.mean(
        [
            ((mask == c) & (truth == c) & kept).sum() / (((mask == c) | (truth == c)) & kept).sum()
            for c in (0, 1)
        ]
    )
    several = {"num_classes": 3, "ignore_class": 2}
    print(
        f"{wrong} px  by hand {by_hand:.2f}",
        f" MeanIoU {score(keras.metrics.MeanIoU(**several), mask)}",
        f" OneHotMeanIoU {score(keras.metrics.OneHotMeanIoU(**several), mask, hot=True)}",
        f" IoU of 0 and 1 {score(keras.metrics.IoU(target_class_ids=[0, 1], **several), mask)}",
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "0 px  by hand 1.00  MeanIoU 1.00  OneHotMeanIoU 1.00  IoU of 0 and 1 1.00
1 px  by hand 0.99  MeanIoU 0.66  OneHotMeanIoU 0.66  IoU of 0 and 1 0.99
3 px  by hand 0.96  MeanIoU 0.64  OneHotMeanIoU 0.64  IoU of 0 and 1 0.96
6 px  by hand 0.93  MeanIoU 0.62  OneHotMeanIoU 0.62  IoU of 0 and 1 0.93" ]
