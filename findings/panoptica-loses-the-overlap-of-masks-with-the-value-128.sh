#!/usr/bin/env bash
# panoptica loses the overlap of two masks whose lesion has the value 128: the lesion is missed.
#
# One would expect: the Dice of two masks is the same for a lesion of 1, 128 or 255. Values of
#   classes are free in panoptica.
# What happens: panoptica puts masks up to 255 into uint8, whatever they were, and crops them to
#   what lies in either of them. To find that, it adds them. 128 + 128 is 256, which is 0 in uint8.
#   So just pixels in one of the masks are seen, and the crop keeps a strip at the edge. The same
#   for two classes whose values sum up to 256, and for instance 128. Equal masks are right, since
#   nothing is cropped then. Nothing warns.
# Why it matters: grey masks of three classes are mostly 0, 128 and 255. A prediction that is three
#   columns too wide has a Dice of 0.57 in place of 0.95, the lesion counts as missed, and distances
#   are infinite. A better mask may score worse. With 127 or 255 all of it is right.
# What helps: other values, as 1 and 2 for 128 and 255.
# Versions: panoptica 2.1.7, numpy 2.2.6, scipy 1.15.3, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. The sum is in `_get_paired_crop`, the type in
#   `_get_smallest_fitting_uint`.
# Output seen (a lesion of 30 x 30 px, the mask is three columns wider; by hand 0.952):
#   lesion   1 in uint8  Dice 0.952  lesions found 1  their Dice 0.952
#   lesion 127 in uint8  Dice 0.952  lesions found 1  their Dice 0.952
#   lesion 128 in uint8  Dice 0.571  lesions found 0  their Dice 0.000
#   lesion 255 in uint8  Dice 0.952  lesions found 1  their Dice 0.952
#   lesion 128 in int32  Dice 0.571  lesions found 0  their Dice 0.000
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
from panoptica import (
    ConnectedComponentsInstanceApproximator,
    InputType,
    NaiveThresholdMatching,
    Panoptica_Evaluator,
)
from panoptica.metrics import Metric
from panoptica.utils.label_group import LabelGroup
from panoptica.utils.segmentation_class import SegmentationClassGroups

logging.disable(logging.CRITICAL)


def score(mask, truth, value):
    evaluator = Panoptica_Evaluator(
        expected_input=InputType.SEMANTIC,
        instance_approximator=ConnectedComponentsInstanceApproximator(),
        instance_matcher=NaiveThresholdMatching(),
        segmentation_class_groups=SegmentationClassGroups({"lesion": LabelGroup(value)}),
        instance_metrics=[Metric.DSC, Metric.IOU],
        global_metrics=[Metric.DSC],
    )
    result = evaluator.evaluate(mask, truth, verbose=False)["lesion"]
    return f"{result.global_bin_dsc:.3f}  lesions found {result.tp}  their Dice {result.sq_dsc:.3f}"


for value, kind in (1, "uint8"), (127, "uint8"), (128, "uint8"), (255, "uint8"), (128, "int32"):
    truth = np.zeros((64, 64), kind)
    truth[10:40, 10:40] = value
    mask = truth.copy()
    mask[10:40, 40:43] = value
    print(f"lesion {value:>3} in {kind:<5}  Dice {score(mask, truth, value)}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep lesion)
echo "$found"
[ "$found" = "lesion   1 in uint8  Dice 0.952  lesions found 1  their Dice 0.952
lesion 127 in uint8  Dice 0.952  lesions found 1  their Dice 0.952
lesion 128 in uint8  Dice 0.571  lesions found 0  their Dice 0.000
lesion 255 in uint8  Dice 0.952  lesions found 1  their Dice 0.952
lesion 128 in int32  Dice 0.571  lesions found 0  their Dice 0.000" ]
