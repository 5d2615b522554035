#!/usr/bin/env bash
# panoptica takes surface Dice for a distance: perfect lesions are missed, and poor ones are found.
#
# One would expect: `NaiveThresholdMatching(matching_metric=Metric.NSD, matching_threshold=0.5)`
#   pairs a lesion and a mask whose surface Dice is 0.5 or more, as it does with Dice. Surface Dice
#   is 1 for a perfect mask.
# What happens: each metric says whether less is better. NSD says so, as the distances do; Dice, IoU
#   and centerline Dice do not. So the matcher accepts a surface Dice of 0.5 or less, takes the
#   lowest first, and refuses a perfect mask: a false positive and a missed lesion. A
#   `decision_metric` of NSD is turned around in the same way. The value of NSD itself is right.
#   Nothing warns.
# Why it matters: surface Dice is taken where the edge of a lesion counts. Here a net finds more
#   lesions the worse their edges are, and panoptic quality follows.
# What helps: matching by Dice or IoU.
# Versions: panoptica 2.1.7, numpy 2.2.6, scipy 1.15.3, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. It is the third value of NSD in
#   `metrics/metrics.py`.
# Output seen (two lesions of 12 x 12 and 14 x 14 px, masks moved to the right):
#   the truth itself  by DSC found 2 PQ 1.00  by NSD found 0 PQ 0.00  surface Dice 1.00 1.00
#   1 px right        by DSC found 2 PQ 0.86  by NSD found 2 PQ 0.86  surface Dice 0.50 0.50
#   3 px right        by DSC found 2 PQ 0.62  by NSD found 2 PQ 0.62  surface Dice 0.41 0.42
#   one of them 3 px  by DSC found 2 PQ 0.82  by NSD found 1 PQ 0.32  surface Dice 1.00 0.42
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check panoptica==2.1.7 numpy==2.2.6 \
  scipy==1.15.3 2>/dev/null
cat >look.py <<'PYTHON'
import logging

import numpy as np
from panoptica import InputType, NaiveThresholdMatching, Panoptica_Evaluator
from panoptica.metrics import Metric

logging.disable(logging.CRITICAL)


def labels(*places):
    found = np.zeros((64, 64), np.uint8)
    for number, (top, left, side) in enumerate(places, 1):
        found[top : top + side, left : left + side] = number
    return found


truth = labels((5, 5, 12), (40, 40, 14))
for name, mask in (
    ("the truth itself", truth),
    ("1 px right", labels((5, 6, 12), (40, 41, 14))),
    ("3 px right", labels((5, 8, 12), (40, 43, 14))),
    ("one of them 3 px", labels((5, 5, 12), (40, 43, 14))),
):
    row = f"{name:<16}"
    for metric in Metric.DSC, Metric.NSD:
        evaluator = Panoptica_Evaluator(
            expected_input=InputType.UNMATCHED_INSTANCE,
            instance_matcher=NaiveThresholdMatching(matching_metric=metric, matching_threshold=0.5),
            instance_metrics=[Metric.DSC, Metric.IOU],
        )
        (result,) = evaluator.evaluate(mask, truth, verbose=False).values()
        row += f"  by {metric.name} found {result.tp} PQ {result.pq:.2f}"
    each = [Metric.NSD(truth == k, mask == k) for k in (1, 2)]
    print(f"{row}  surface Dice {each[0]:.2f} {each[1]:.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep found)
echo "$found"
[ "$found" = "the truth itself  by DSC found 2 PQ 1.00  by NSD found 0 PQ 0.00  surface Dice 1.00 1.00
1 px right        by DSC found 2 PQ 0.86  by NSD found 2 PQ 0.86  surface Dice 0.50 0.50
3 px right        by DSC found 2 PQ 0.62  by NSD found 2 PQ 0.62  surface Dice 0.41 0.42
one of them 3 px  by DSC found 2 PQ 0.82  by NSD found 1 PQ 0.32  surface Dice 1.00 0.42" ]
