#!/usr/bin/env bash
# Keras' Tversky loss swaps its two weights: the one for false positives weighs false negatives.
#
# One would expect: `Tversky(alpha=0.3, beta=0.7)` weighs what a net misses with 0.7: Keras documents
#   alpha for false positives and beta for false negatives, as the paper it names does.
# What happens: in the code truth and prediction have changed places, so alpha weighs what is missed,
#   and beta what is too much. With alpha = beta, the default, it is Dice loss and nothing shows.
# Why it matters: this loss is taken to find more of a small lesion at the cost of some healthy skin.
#   Keras then trains the net to find less of it. smp, monai and kornia have the weights as named.
# What helps: giving the two weights in the other order, until a release has the mend.
# Versions: keras 3.15.1, torch 2.13.0, numpy 2.2.6, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here. Reported and mended in July 2026, in no release yet:
#   https://github.com/keras-team/keras/pull/23333.
# Output seen (alpha 0.3, beta 0.7; the lesion has 16 px, one mask misses 8, one has 8 too much):
#   half is missed   Keras 0.231  by definition 0.412
#   8 px too much    Keras 0.259  by definition 0.130
#   the truth        Keras 0.000  by definition 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 \
  numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np


def mask(size):
    lesion = np.zeros((1, 8, 8, 1), "float32")
    lesion.reshape(-1)[:size] = 1
    return lesion


truth, alpha, beta = mask(16), 0.3, 0.7
loss = keras.losses.Tversky(alpha=alpha, beta=beta)
for name, found in ("half is missed", mask(8)), ("8 px too much", mask(24)), ("the truth", truth):
    both = (truth * found).sum()
    much, missed = ((1 - truth) * found).sum(), (truth * (1 - found)).sum()
    expected = 1 - both / (both + alpha * much + beta * missed)
    print(f"{name:<15}  Keras {float(loss(truth, found)):.3f}  by definition {expected:.3f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "half is missed   Keras 0.231  by definition 0.412
8 px too much    Keras 0.259  by definition 0.130
the truth        Keras 0.000  by definition 0.000" ]
