#!/usr/bin/env bash
# cleanlab names one image too many as mislabelled: the worst of those above the threshold.
#
# One would expect: `segmentation.rank.issues_from_scores(image_scores, threshold=0.1)` gives the
#   images "whose label quality score falls below the threshold", and none where all are above.
# What happens: it sorts the scores, looks for the place of the threshold among them, and takes one
#   more than lie before it. So the worst of the images above the threshold comes along, always. In
#   a set without faults it names the worst image, be it perfect. Of three images, with one fault,
#   it names two. The functions of the same name for boxes and words, and the one for pixels, are
#   right. Nothing warns.
# Why it matters: this list says which masks to draw again or to drop. A set is never clean: after
#   each repair there is one more image to repair. A count of faults, or a check that there are
#   none, is off by one for each part of a data set that is looked at alone, as for each clinic or
#   person.
# What helps: `np.flatnonzero(image_scores < threshold)`.
# Versions: cleanlab 2.9.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. It ends with `ranking[: cutoff + 1]`.
# Output seen (images of 32 x 32 px with a lesion; a fault is a mask that was drawn elsewhere):
#   0 of 8 are faults  below 0.5: []  named: [1]  highest named score 0.94
#   1 of 8 are faults  below 0.5: [0]  named: [0, 1]  highest named score 0.94
#   3 of 8 are faults  below 0.5: [0, 1, 2]  named: [2, 0, 1, 5]  highest named score 0.94
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cleanlab==2.9.0 numpy==2.3.5 \
  2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from cleanlab.segmentation.rank import get_label_quality_scores, issues_from_scores

numbers = np.random.default_rng(0)


def square(top):
    mask = np.zeros((32, 32), int)
    mask[top : top + 12, top : top + 12] = 1
    return mask


for faults in 0, 1, 3:
    true = np.stack([square(top) for top in range(2, 10)])
    drawn = true.copy()
    drawn[:faults] = square(18)
    sure = 0.9 + 0.09 * numbers.random(true.shape)  # a net that is right, and says so
    probabilities = np.stack([np.where(true == c, sure, 1 - sure) for c in (0, 1)], 1)
    scores, _ = get_label_quality_scores(drawn, probabilities, verbose=False)
    below = np.flatnonzero(scores < 0.5)
    found = issues_from_scores(scores, threshold=0.5)
    print(
        f"{faults} of 8 are faults  below 0.5: {below.tolist()}  named: {found.tolist()}"
        f"  highest named score {scores[found].max():.2f}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "0 of 8 are faults  below 0.5: []  named: [1]  highest named score 0.94
1 of 8 are faults  below 0.5: [0]  named: [0, 1]  highest named score 0.94
3 of 8 are faults  below 0.5: [0, 1, 2]  named: [2, 0, 1, 5]  highest named score 0.94" ]
