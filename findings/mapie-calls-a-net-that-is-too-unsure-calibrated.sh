#!/usr/bin/env bash
# mapie's Spiegelhalter test finds no fault with a net that is too unsure: its p-value is 1.
#
# One would expect: `spiegelhalter_p_value` is small where scores are not calibrated, on either
#   side. Its documentation names "the null hypothesis of perfect calibration" and, of the
#   statistic, "the closer to zero, the better".
# What happens: the p-value is one minus the normal distribution at the statistic. So just scores
#   that are too sure, whose statistic is positive, have a small one. Scores that are too unsure
#   have a negative statistic, and the worse they are, the closer the p-value is to 1: at -12 it is
#   1.0000. Two sides would take the amount of the statistic, and double it. Nothing warns.
# Why it matters: label smoothing, focal loss, mixing of images and ensembles make nets too unsure,
#   and so does a temperature that is too high. The test calls all of these calibrated, better than
#   a net that is.
# What helps: `2 * norm.sf(abs(spiegelhalter_statistic(...)))`, or the tests of Kolmogorov-Smirnov
#   and Kuiper in the same module.
# Versions: mapie 1.6.0, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (2000 images; both sides is by hand; the share of small p-values is of 500 calibrated
#   sets):
#   calibrated   statistic  -0.09  p 0.5349  both sides 0.9302  Kolmogorov-Smirnov 0.2514
#   too sure     statistic  19.26  p 0.0000  both sides 0.0000  Kolmogorov-Smirnov 0.0000
#   too unsure   statistic -11.93  p 1.0000  both sides 0.0000  Kolmogorov-Smirnov 0.0000
#   very unsure  statistic -20.48  p 1.0000  both sides 0.0000  Kolmogorov-Smirnov 0.0000
#   calibrated, 500 sets: p below 0.05 in 0.06, of both sides in 0.06
#   too unsure, 500 sets: p below 0.05 in 0.00, of both sides in 0.91
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mapie==1.6.0 scikit-learn==1.9.1 \
  scipy==1.17.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from mapie.metrics.calibration import (
    kolmogorov_smirnov_p_value,
    spiegelhalter_p_value,
    spiegelhalter_statistic,
)
from scipy.stats import norm

numbers = np.random.default_rng(0)


def squash(x):
    return 1 / (1 + np.exp(-x))


def draw(count):
    logit = numbers.normal(-1, 2, count)
    return logit, (numbers.random(count) < squash(logit)).astype(int)


logit, lesion = draw(2000)
for name, factor in ("calibrated", 1), ("too sure", 2), ("too unsure", 0.5), ("very unsure", 0.2):
    score = squash(factor * logit)
    statistic = spiegelhalter_statistic(lesion, score)
    print(
        f"{name:<11}  statistic {statistic:6.2f}  p {spiegelhalter_p_value(lesion, score):.4f}"
        f"  both sides {2 * norm.sf(abs(statistic)):.4f}"
        f"  Kolmogorov-Smirnov {abs(kolmogorov_smirnov_p_value(lesion, score)):.4f}"
    )
for name, factor in ("calibrated", 1), ("too unsure", 0.8):
    small = []
    for _ in range(500):
        logit, lesion = draw(1000)
        score = squash(factor * logit)
        statistic = spiegelhalter_statistic(lesion, score)
        small.append([spiegelhalter_p_value(lesion, score), 2 * norm.sf(abs(statistic))])
    one, two = (np.array(small) < 0.05).mean(0)
    print(f"{name}, 500 sets: p below 0.05 in {one:.2f}, of both sides in {two:.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "calibrated   statistic  -0.09  p 0.5349  both sides 0.9302  Kolmogorov-Smirnov 0.2514
too sure     statistic  19.26  p 0.0000  both sides 0.0000  Kolmogorov-Smirnov 0.0000
too unsure   statistic -11.93  p 1.0000  both sides 0.0000  Kolmogorov-Smirnov 0.0000
very unsure  statistic -20.48  p 1.0000  both sides 0.0000  Kolmogorov-Smirnov 0.0000
calibrated, 500 sets: p below 0.05 in 0.06, of both sides in 0.06
too unsure, 500 sets: p below 0.05 in 0.00, of both sides in 0.91" ]
