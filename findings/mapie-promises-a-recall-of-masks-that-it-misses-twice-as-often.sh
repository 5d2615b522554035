#!/usr/bin/env bash
# mapie's risk control of masks misses the promised recall about twice as often as it may.
#
# One would expect: `SemanticSegmentationController(..., target_level=0.9, method="rcps",
#   confidence_level=0.9)` finds a threshold with a recall of 0.9 or more, and is wrong for at most
#   one data set of ten. Its documentation promises that for each of its bounds.
# What happens: its default bound, "wsr", looks for the largest value that a sum reaches over all
#   images, one after the other. To save memory mapie takes the images in two halves, starts the sum
#   again for the second, and adds the two largest values. That is more than the largest of one sum,
#   so the bound of the risk is too low, and the threshold too high. "bernstein" and "hoeffding"
#   held in all sets tried. Nothing warns.
# Why it matters: such a threshold is what one states for a lesion mask: at most a tenth of the
#   lesion is missed, with 90 % confidence. It is about 80 %, which nobody sees.
# What helps: `rcps_bound="bernstein"`, or method="crc".
# Versions: mapie 1.6.0, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found. The halves are in `get_r_hat_plus`; the bound is
#   that of https://arxiv.org/abs/2010.09686, which has one sum.
# Output seen (300 data sets of 60 images; lesions have scores evenly from 0 to 1, so at the
#   threshold t a share t of them is missed, which is exactly known):
#   wsr          recall below 0.9 for 0.17 of the data sets, allowed 0.10
#   bernstein    recall below 0.9 for 0.00 of the data sets, allowed 0.10
#   wsr by hand  recall below 0.9 for 0.07 of the data sets, allowed 0.10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mapie==1.6.0 scikit-learn==1.9.1 \
  scipy==1.17.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from mapie.risk_control import SemanticSegmentationController

THRESHOLDS = np.arange(0.001, 1, 0.01)
IMAGES, SETS, ALPHA, DELTA = 60, 300, 0.1, 0.1
numbers = np.random.default_rng(0)
truth = np.zeros((IMAGES, 1, 4, 4), int)
truth[:, :, 1:3, 1:3] = 1


def control(maps, bound):
    controller = SemanticSegmentationController(
        lambda images: images,
        risk="recall",
        method="rcps",
        target_level=1 - ALPHA,
        confidence_level=1 - DELTA,
        rcps_bound=bound,
        predict_params=THRESHOLDS,
    )
    return controller.calibrate(maps, truth).best_predict_param[0]


def by_hand(score):
    """The same bound from one sum over all images."""
    best = 0
    for threshold in THRESHOLDS:
        missed = (score <= threshold).astype(float)
        count = np.arange(1, IMAGES + 1) + 1
        mean = (0.5 + missed.cumsum()) / count
        spread = (0.25 + ((missed - mean) ** 2).cumsum()) / count
        spread = np.append(0.25, spread[:-1])
        bet = np.minimum(1, np.sqrt(2 * np.log(1 / DELTA) / (IMAGES * spread)))
        capital = np.log1p(-bet * (missed - ALPHA) + 1e-15).cumsum()
        if capital.max() <= -np.log(DELTA):  # no evidence that the risk is below ALPHA
            break
        best = threshold
    return best


wrong = {"wsr": 0, "bernstein": 0, "wsr by hand": 0}
for _ in range(SETS):
    score = numbers.random(IMAGES)
    maps = truth * score[:, None, None, None]
    for name in wrong:
        found = by_hand(score) if name == "wsr by hand" else control(maps, name)
        wrong[name] += found > ALPHA  # the share of missed lesions is the threshold itself
for name, times in wrong.items():
    print(f"{name:<11}  recall below 0.9 for {times / SETS:.2f} of the data sets, allowed 0.10")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "wsr          recall below 0.9 for 0.17 of the data sets, allowed 0.10
bernstein    recall below 0.9 for 0.00 of the data sets, allowed 0.10
wsr by hand  recall below 0.9 for 0.07 of the data sets, allowed 0.10" ]
