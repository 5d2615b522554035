#!/usr/bin/env bash
# panoptica's bipartite matching by a distance takes the farthest lesion, and drops perfect ones.
#
# One would expect: `MaxBipartiteMatching(matching_metric=Metric.ASSD, matching_threshold=6)` pairs
#   each lesion with the closest mask within 6 pixels, as NaiveThresholdMatching does. It takes each
#   of the metrics.
# What happens: the cost of a pair is `1 - score`, which is right for IoU and Dice. For a distance
#   it is smallest where the distance is largest. So of two masks within the threshold the farther
#   one is taken. A pair counts just where its cost is below 1, so a distance of 0, a perfect mask,
#   is no match at all: a false positive and a missed lesion. Hausdorff and centre distances have
#   it, too. Nothing warns.
# Why it matters: distances match small and slim lesions, whose IoU is low for a shift of a pixel.
#   Panoptic quality of perfect masks is 0, and rises once they are moved. Means of the distances
#   are those of the worse pairs.
# What helps: NaiveThresholdMatching for distances, or IoU.
# Versions: panoptica 2.1.7, numpy 2.2.6, scipy 1.15.3, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. The cost is in `_create_cost_matrix`.
# Output seen (two lesions; ASSD is the mean surface distance of the pairs that were made):
#   the truth itself   NaiveThresholdMatching  found 2  false 0  missed 0  ASSD 0.00  PQ 1.00
#   the truth itself   MaxBipartiteMatching    found 0  false 2  missed 2  ASSD inf  PQ 0.00
#   1 px right         NaiveThresholdMatching  found 2  false 0  missed 0  ASSD 0.50  PQ 0.86
#   1 px right         MaxBipartiteMatching    found 2  false 0  missed 0  ASSD 0.50  PQ 0.86
#   1 px, and a scrap  NaiveThresholdMatching  found 2  false 1  missed 0  ASSD 0.51  PQ 0.68
#   1 px, and a scrap  MaxBipartiteMatching    found 2  false 1  missed 0  ASSD 1.75  PQ 0.38
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
from panoptica import InputType, MaxBipartiteMatching, NaiveThresholdMatching, Panoptica_Evaluator
from panoptica.metrics import Metric

logging.disable(logging.CRITICAL)


def labels(*places):
    found = np.zeros((64, 64), np.uint8)
    for number, (top, left, rows, columns) in enumerate(places, 1):
        found[top : top + rows, left : left + columns] = number
    return found


truth = labels((5, 5, 12, 12), (40, 40, 14, 14))
for name, mask in (
    ("the truth itself", truth),
    ("1 px right", labels((5, 6, 12, 12), (40, 41, 14, 14))),
    ("1 px, and a scrap", labels((5, 6, 12, 10), (40, 41, 14, 14), (5, 16, 12, 2))),
):
    for matcher in NaiveThresholdMatching, MaxBipartiteMatching:
        evaluator = Panoptica_Evaluator(
            expected_input=InputType.UNMATCHED_INSTANCE,
            instance_matcher=matcher(matching_metric=Metric.ASSD, matching_threshold=6),
            instance_metrics=[Metric.DSC, Metric.IOU, Metric.ASSD],
        )
        (result,) = evaluator.evaluate(mask, truth, verbose=False).values()
        print(
            f"{name:<17}  {matcher.__name__:<22}  found {result.tp}  false {result.fp}"
            f"  missed {result.fn}  ASSD {result.sq_assd:.2f}  PQ {result.pq:.2f}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep missed)
echo "$found"
[ "$found" = "the truth itself   NaiveThresholdMatching  found 2  false 0  missed 0  ASSD 0.00  PQ 1.00
the truth itself   MaxBipartiteMatching    found 0  false 2  missed 2  ASSD inf  PQ 0.00
1 px right         NaiveThresholdMatching  found 2  false 0  missed 0  ASSD 0.50  PQ 0.86
1 px right         MaxBipartiteMatching    found 2  false 0  missed 0  ASSD 0.50  PQ 0.86
1 px, and a scrap  NaiveThresholdMatching  found 2  false 1  missed 0  ASSD 0.51  PQ 0.68
1 px, and a scrap  MaxBipartiteMatching    found 2  false 1  missed 0  ASSD 1.75  PQ 0.38" ]
