#!/usr/bin/env bash
# netcal's histogram binning gives a share of votes the frequency of the share below it.
#
# One would expect: `HistogramBinning` gives each confidence the frequency that it saw in its bin.
#   Where eight nets vote, and 39 of 100 pixels with five votes are lesion, such a pixel gets 0.39.
# What happens: `fit` counts a value at the edge of two bins for the upper one, as scipy does, and
#   `transform` reads the lower one, by `np.digitize` with right=True. Shares of 8 votes lie on the
#   edges of 8 bins, so each share gets the frequency of the one below. With 10 votes and the 10
#   bins of the default, rounding decides which: more votes may get a smaller probability. Several
#   classes have it, too. Values between edges are right. Nothing warns.
# Why it matters: ensembles, dropout at test time, flips and several annotators give such shares,
#   and so does a quantized net whose steps fall on edges. Probabilities come out too low by a step,
#   in the middle by 0.1 and more, or in the wrong order. netcal's own ECE counts edges as `fit`
#   does.
# What helps: one bin more than votes, so that shares lie inside of bins.
# Versions: netcal 1.4.0, torch 2.13.0, numpy 2.3.5, scipy 1.17.1, Python 3.11, Linux x86-64; seen
#   on 2026-11-30.
# Source: run here; no public report was found.
# Output seen (100000 pixels; seen is the share of lesion among pixels with so many votes):
#    8 votes   8 bins  seen  0.00 0.01 0.06 0.14 0.25 0.39 0.55 0.77 1.00
#    8 votes   8 bins  given 0.00 0.00 0.01 0.06 0.14 0.25 0.39 0.55 0.88
#   10 votes  10 bins  seen  0.00 0.01 0.04 0.09 0.15 0.26 0.35 0.49 0.64 0.81 1.00
#   10 votes  10 bins  given 0.00 0.00 0.01 0.06 0.35 0.15 0.30 0.49 0.75 0.64 0.91
#   10 votes  11 bins  seen  0.00 0.01 0.04 0.09 0.16 0.25 0.36 0.49 0.64 0.81 1.00
#   10 votes  11 bins  given 0.00 0.01 0.04 0.09 0.16 0.25 0.36 0.49 0.64 0.81 1.00
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
from netcal.binning import HistogramBinning

numbers = np.random.default_rng(0)
for votes, bins in (8, 8), (10, 10), (10, 11):
    count = numbers.integers(0, votes + 1, 100000)
    lesion = (numbers.random(count.size) < (count / votes) ** 2).astype(int)
    binning = HistogramBinning(bins)
    binning.fit(count / votes, lesion)
    given = binning.transform(np.arange(votes + 1) / votes)
    seen = [lesion[count == k].mean() for k in range(votes + 1)]
    for name, row in ("seen", seen), ("given", np.ravel(given)):
        print(f"{votes:>2} votes  {bins:>2} bins  {name:<5}", *(f"{v:.2f}" for v in row))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 8 votes   8 bins  seen  0.00 0.01 0.06 0.14 0.25 0.39 0.55 0.77 1.00
 8 votes   8 bins  given 0.00 0.00 0.01 0.06 0.14 0.25 0.39 0.55 0.88
10 votes  10 bins  seen  0.00 0.01 0.04 0.09 0.15 0.26 0.35 0.49 0.64 0.81 1.00
10 votes  10 bins  given 0.00 0.00 0.01 0.06 0.35 0.15 0.30 0.49 0.75 0.64 0.91
10 votes  11 bins  seen  0.00 0.01 0.04 0.09 0.16 0.25 0.36 0.49 0.64 0.81 1.00
10 votes  11 bins  given 0.00 0.01 0.04 0.09 0.16 0.25 0.36 0.49 0.64 0.81 1.00" ]
