#!/usr/bin/env bash
# venn-abers calibrates a map in float16 with a mask in bytes to no lesion at all.
#
# One would expect: `VennAbers().fit(probabilities, labels)` learns how often a probability is right, from pixels
#   as well as from images, and `predict_proba` gives that frequency. Masks of 0 and 1 may be of any type.
# What happens: probabilities and labels become two columns of one array. With float16 and bool or uint8, that
#   array is in float16, and the labels are summed up in it. From 2048 on, adding 1 changes nothing in
#   float16, so whatever comes after the 2048th pixel of lesion, in the order of probability, counts as
#   skin. Those are the pixels of which the net is surest. Both probabilities of the pair are wrong
#   alike, so the pair stays narrow. Nothing warns. With int64 labels, or fewer lesion pixels, it is right.
#   With float32 the same would begin at 16777216.
# Why it matters: nets run in float16 on phones and on GPUs, masks are bytes, and one small image of 224 x 224 has
#   50000 pixels. A lesion that the net is sure of, and mostly right, gets 0.05, and is gone at any threshold.
# What helps: `.astype(float)` for the probabilities, or `.astype(int)` for the labels.
# Versions: venn-abers 1.5.4, scikit-learn 1.9.1, pandas 3.1.1, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (calibrated probability where the net says 0.1, 0.5 and 0.9; scikit-learn's isotonic regression gives
#   the frequencies):
#    1000 pixels,   367 of lesion  isotonic      0.0 0.21 0.83
#     float32 int64  0.02 0.22 0.81
#     float32 uint8  0.02 0.22 0.81
#     float32 bool   0.02 0.22 0.81
#     float16 int64  0.02 0.22 0.81
#     float16 uint8  0.02 0.22 0.81
#     float16 bool   0.02 0.22 0.81
#   10000 pixels,  3263 of lesion  isotonic      0.01 0.24 0.8
#     float32 int64  0.01 0.24 0.80
#     float32 uint8  0.01 0.24 0.80
#     float32 bool   0.01 0.24 0.80
#     float16 int64  0.01 0.24 0.80
#     float16 uint8  0.01 0.24 0.34
#     float16 bool   0.01 0.24 0.34
#   50000 pixels, 16746 of lesion  isotonic      0.01 0.23 0.84
#     float32 int64  0.01 0.23 0.84
#     float32 uint8  0.01 0.23 0.84
#     float32 bool   0.01 0.23 0.84
#     float16 int64  0.01 0.23 0.84
#     float16 uint8  0.01 0.05 0.05
#     float16 bool   0.01 0.05 0.05
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check venn-abers==1.5.4 scikit-learn==1.9.1 pandas==3.1.1 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from sklearn.isotonic import IsotonicRegression
from venn_abers import VennAbers

rng = np.random.default_rng(0)
asked = np.array([0.1, 0.5, 0.9])
for pixels in 1000, 10000, 50000:
    said = rng.random(pixels).astype(np.float16)
    lesion = rng.random(pixels) < said.astype(float) ** 2  # the net is too sure
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(said.astype(float), lesion)
    print(f"{pixels:>5} pixels, {lesion.sum():>5} of lesion  isotonic     ", *isotonic.predict(asked).round(2))
    for probability in np.float32, np.float16:
        for label in np.int64, np.uint8, bool:
            claims = np.stack([1 - said, said], 1).astype(probability)
            calibrator = VennAbers().fit(claims, lesion.astype(label))
            found, _ = calibrator.predict_proba(np.stack([1 - asked, asked], 1).astype(probability))
            print(f"  {probability.__name__} {label.__name__:<6}", *(f"{p:.2f}" for p in found[:, 1]))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 1000 pixels,   367 of lesion  isotonic      0.0 0.21 0.83
  float32 int64  0.02 0.22 0.81
  float32 uint8  0.02 0.22 0.81
  float32 bool   0.02 0.22 0.81
  float16 int64  0.02 0.22 0.81
  float16 uint8  0.02 0.22 0.81
  float16 bool   0.02 0.22 0.81
10000 pixels,  3263 of lesion  isotonic      0.01 0.24 0.8
  float32 int64  0.01 0.24 0.80
  float32 uint8  0.01 0.24 0.80
  float32 bool   0.01 0.24 0.80
  float16 int64  0.01 0.24 0.80
  float16 uint8  0.01 0.24 0.34
  float16 bool   0.01 0.24 0.34
50000 pixels, 16746 of lesion  isotonic      0.01 0.23 0.84
  float32 int64  0.01 0.23 0.84
  float32 uint8  0.01 0.23 0.84
  float32 bool   0.01 0.23 0.84
  float16 int64  0.01 0.23 0.84
  float16 uint8  0.01 0.05 0.05
  float16 bool   0.01 0.05 0.05" ]
