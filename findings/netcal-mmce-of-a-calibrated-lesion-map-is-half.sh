#!/usr/bin/env bash
# netcal's MMCE of a perfectly calibrated lesion map is 0.48, and that of its inverse is the same.
#
# One would expect: `MMCE` is about 0 for calibrated probabilities, in each form that it takes. Its
#   documentation says "1-D for binary classification, 2-D for multi class", and defines it by the
#   confidence in the label that was predicted.
# What happens: for a 1-D map the label is lesion or skin by 0.5, and a hit is a right label. But
#   the confidence is the probability of lesion, for skin too. So a pixel that is skin with 0.02,
#   and is skin, counts as a hit with a confidence of 0.02. The same map as two columns is right. A
#   map with p and 1 - p exchanged has the same MMCE, since its hits and confidences are those of
#   the misses. netcal's ECE takes 1-D maps as they are meant. Nothing warns.
# Why it matters: a net with one sigmoid gives 1-D maps. The surer and the better it is about skin,
#   the worse its MMCE. A map of 0.5 everywhere beats one that is calibrated, so nets and
#   temperatures are picked the wrong way around.
# What helps: two columns, `np.stack([1 - p, p], 1)`.
# Versions: netcal 1.4.0, torch 2.13.0, numpy 2.3.5, scipy 1.17.1, Python 3.11, Linux x86-64; seen
#   on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (1000 pixels, 29 of 100 lesion; by hand is the formula of the documentation):
#   calibrated            MMCE 0.48  of two columns 0.02  by hand 0.02  ECE 0.04
#   three times too sure  MMCE 0.59  of two columns 0.12  by hand 0.12  ECE 0.14
#   a third as sure       MMCE 0.36  of two columns 0.13  by hand 0.13  ECE 0.14
#   0.501 everywhere      MMCE 0.21  of two columns 0.21  by hand 0.21  ECE 0.21
#   exchanged             MMCE 0.48  of two columns 0.55  by hand 0.55  ECE 0.62
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5 \
  scipy==1.17.1 scikit-learn==1.9.1 tqdm==4.70.1 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps netcal==1.4.0 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from netcal.metrics import ECE, MMCE


def squash(x):
    return 1 / (1 + np.exp(-x))


def by_hand(p, label):
    sure, hit = np.maximum(p, 1 - p), (p > 0.5) == label
    kernel = np.exp(-2.5 * np.abs(sure[:, None] - sure))
    return np.sqrt((np.outer(hit - sure, hit - sure) * kernel).mean())


numbers = np.random.default_rng(0)
logit = numbers.normal(-1.5, 2, 1000)
label = (numbers.random(1000) < squash(logit)).astype(int)
for name, p in (
    ("calibrated", squash(logit)),
    ("three times too sure", squash(3 * logit)),
    ("a third as sure", squash(logit / 3)),
    ("0.501 everywhere", np.full(1000, 0.501)),
    ("exchanged", squash(-logit)),
):
    both = np.stack([1 - p, p], 1)
    print(
        f"{name:<20}  MMCE {MMCE().measure(p, label):.2f}"
        f"  of two columns {MMCE().measure(both, label):.2f}"
        f"  by hand {by_hand(p, label):.2f}  ECE {ECE(10).measure(p, label):.2f}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "calibrated            MMCE 0.48  of two columns 0.02  by hand 0.02  ECE 0.04
three times too sure  MMCE 0.59  of two columns 0.12  by hand 0.12  ECE 0.14
a third as sure       MMCE 0.36  of two columns 0.13  by hand 0.13  ECE 0.14
0.501 everywhere      MMCE 0.21  of two columns 0.21  by hand 0.21  ECE 0.21
exchanged             MMCE 0.48  of two columns 0.55  by hand 0.55  ECE 0.62" ]
