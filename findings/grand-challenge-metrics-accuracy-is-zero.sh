#!/usr/bin/env bash
# grand-challenge-metrics gives a mask an accuracy of 0, unless each pixel is right.
#
# One would expect: `accuracies_from_confusion_matrix` gives for each class the share of pixels that
#   are right: inside it in both masks, or outside it in both. Its two neighbours in the same file,
#   for the Jaccard index and for Dice, do divide so.
# What happens: it divides with `//`, which rounds down. Each share below 1 becomes 0.
# Why it matters: the package, evalutils before, was written to score the challenges of
#   grand-challenge.org. A mean of accuracies becomes the share of perfect masks, and 0 for most.
# What helps: dividing by hand; the matrix of `calculate_confusion_matrix` is right.
# Versions: grand-challenge-metrics 0.6.0, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.2.6, Python 3.11,
#   Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (background, lesion and hair; the masks are the truth, moved by some pixels):
#   moved by 0 px  accuracies 1.000 1.000 1.000  counted 1.000 1.000 1.000  Dice 1.000 1.000 1.000
#   moved by 1 px  accuracies 0.000 0.000 0.000  counted 0.985 0.987 0.998  Dice 0.990 0.964 0.976
#   moved by 4 px  accuracies 0.000 0.000 0.000  counted 0.940 0.948 0.992  Dice 0.961 0.857 0.905
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check grand-challenge-metrics==0.6.0 \
  scikit-learn==1.9.1 scipy==1.17.1 numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from grand_challenge_metrics import stats

truth = np.zeros((48, 64), int)
truth[10:30, 12:40] = 1
truth[34:37, 8:50] = 2
for moved in 0, 1, 4:
    mask = np.roll(truth, moved, 1)
    table = stats.calculate_confusion_matrix(truth, mask, [0, 1, 2])
    right = [((truth == n) == (mask == n)).mean() for n in (0, 1, 2)]
    row = f"moved by {moved} px"
    for name, shares in (
        ("accuracies", stats.accuracies_from_confusion_matrix(table)),
        ("counted", right),
        ("Dice", stats.dice_from_confusion_matrix(table)),
    ):
        row += f"  {name} " + " ".join(f"{share:.3f}" for share in shares)
    print(row)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "moved by 0 px  accuracies 1.000 1.000 1.000  counted 1.000 1.000 1.000  Dice 1.000 1.000 1.000
moved by 1 px  accuracies 0.000 0.000 0.000  counted 0.985 0.987 0.998  Dice 0.990 0.964 0.976
moved by 4 px  accuracies 0.000 0.000 0.000  counted 0.940 0.948 0.992  Dice 0.961 0.857 0.905" ]
