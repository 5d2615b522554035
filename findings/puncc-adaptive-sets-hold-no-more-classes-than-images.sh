#!/usr/bin/env bash
# puncc's adaptive sets hold no more classes than images were predicted at once, and miss the truth.
#
# One would expect: `APS` and `RAPS` with alpha=0.1 hold the true class of nine images in ten, and
#   the set of an image does not depend on how many other images are handed to `predict` with it.
#   LAC, of the same package, does so.
# What happens: the size of each set is limited to the number of images of the call, where the number
#   of classes belongs. Two images at a time get two classes at most: the truth lies in 66 sets of a
#   hundred in place of 90, four at a time in 88. From as many images as classes on, it is right.
#   With and without `rand`. Nothing warns.
# Why it matters: calibration and tests use large arrays, where the promise holds. A clinic has one
#   lesion with a few photographs, or tiles come in small batches. Then the sets look sure, with two
#   of seven diagnoses, and the promised coverage is lost where it was needed: for the unsure images.
# What helps: fill up each call with copies, so that there are as many images as classes.
# Versions: puncc 0.9.3, numpy 1.26.4, scikit-learn 1.9.1, Python 3.11, Linux x86-64; seen on
#   2026-12-01.
# Source: run here; no public report was found. The line is the minimum with the number of
#   predictions in `raps_set`, in the package's api/prediction_sets.py.
# Output seen (2000 images of seven classes, their classes drawn from the very probabilities that
#   the net gives; the coverage, and the mean number of classes of a set; promised is 0.90):
#   images at once        2            4            7            2000
#   LAC            0.90 3.66    0.90 3.66    0.90 3.66    0.90 3.66
#   APS            0.66 2.00    0.88 3.62    0.91 3.87    0.90 3.88
#   APS, no rand   0.66 2.00    0.91 3.96    0.98 5.00    0.98 5.00
#   RAPS           0.66 2.00    0.89 3.66    0.90 3.86    0.90 3.88
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check puncc==0.9.3 numpy==1.26.4 \
  scikit-learn==1.9.1 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from deel.puncc.api.prediction import BasePredictor
from deel.puncc.classification import APS, LAC, RAPS

np.random.seed(0)
draw = np.random.default_rng(0)
shares = draw.dirichlet(np.full(7, 0.6), 4000)
truth = np.array([draw.choice(7, p=share) for share in shares])


class Net:  # its probabilities are the true ones
    def predict(self, images):
        return images


def row(name, method, **options):
    sets = method(BasePredictor(Net(), is_trained=True), train=False, **options)
    sets.fit(X_calib=shares[:2000], y_calib=truth[:2000])
    text = f"{name:<14}"
    for many in 2, 4, 7, 2000:
        found = []
        for first in range(2000, 4000, many):
            found += sets.predict(shares[first : first + many], alpha=0.1)[1]
        held = np.mean([label in each for label, each in zip(truth[2000:], found)])
        text += f" {held:.2f} {np.mean([len(each) for each in found]):.2f}   "
    print(text.rstrip())
    return held


row("LAC", LAC)
row("APS", APS)
row("APS, no rand", APS, rand=False)
row("RAPS", RAPS, lambd=0.01, k_reg=2)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "images at once        2            4            7            2000"
echo "$found"
[ "$found" = "LAC            0.90 3.66    0.90 3.66    0.90 3.66    0.90 3.66
APS            0.66 2.00    0.88 3.62    0.91 3.87    0.90 3.88
APS, no rand   0.66 2.00    0.91 3.96    0.98 5.00    0.98 5.00
RAPS           0.66 2.00    0.89 3.66    0.90 3.86    0.90 3.88" ]
