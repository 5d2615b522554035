#!/usr/bin/env bash
# krippendorff's alpha of ratings in unsigned types is wrong: 1 - 2 is 255 there.
#
# One would expect: `alpha(ratings)` of whole numbers is the same for each type that holds them. Its
#   default, "interval", weighs a disagreement by the square of the difference.
# What happens: the difference of two values is taken in their own type, and made a float
#   afterwards. In uint8 1 - 2 is 255, so each disagreement weighs about as much as any other, and
#   alpha is near that of "nominal". For areas in uint32 a difference below 0 is four billion.
#   "ratio" has it, too. "nominal", "ordinal" and signed types are right, and so is "interval" of
#   just two values. Nothing warns.
# Why it matters: ratings that come from masks, images or small tables are unsigned: Fitzpatrick
#   types, grades of ulceration, areas counted in pixels. People who differ by one type seem to
#   hardly agree, and a data set is dropped or its labels are distrusted. The opposite happens, too.
# What helps: `ratings.astype(float)`.
# Versions: krippendorff 0.9.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The difference is in `_interval_metric`.
# Output seen (three people and 200 lesions; by hand from all pairs):
#   Fitzpatrick types  by hand  0.849  int64  0.849  uint8  0.330  nominal  0.336
#   one upside down    by hand -0.334  int64 -0.334  uint8  0.204  nominal  0.200
#   areas in pixels    by hand  0.989  int64  0.989  uint32 -0.000  nominal -0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check krippendorff==0.9.0 numpy==2.3.5 \
  2>/dev/null
cat >look.py <<'PYTHON'
import itertools

import krippendorff
import numpy as np


def by_hand(ratings):
    """One less the mean square within lesions over the mean square of all."""
    ratings = ratings.astype(float)
    within = [(a - b) ** 2 for a, b in itertools.combinations(ratings, 2)]
    values = ratings.ravel()
    across = (values[:, None] - values) ** 2
    return 1 - np.mean(within) / (across.sum() / (values.size * (values.size - 1)))


numbers = np.random.default_rng(0)
skin = numbers.integers(1, 7, 200)
types = np.clip(skin + numbers.integers(-1, 2, (3, 200)), 1, 6)
area = numbers.integers(2000, 60000, 200)
areas = (area * (1 + 0.05 * numbers.standard_normal((3, 200)))).astype(int)
opposite = np.stack([skin, 7 - skin, skin])
for name, ratings, kinds in (
    ("Fitzpatrick types", types, ("int64", "uint8")),
    ("one upside down", opposite, ("int64", "uint8")),
    ("areas in pixels", areas, ("int64", "uint32")),
):
    row = f"{name:<17}  by hand {by_hand(ratings):6.3f}"
    for kind in kinds:
        row += f"  {kind} {krippendorff.alpha(ratings.astype(kind)):6.3f}"
    nominal = krippendorff.alpha(ratings, level_of_measurement="nominal")
    print(f"{row}  nominal {nominal:6.3f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "Fitzpatrick types  by hand  0.849  int64  0.849  uint8  0.330  nominal  0.336
one upside down    by hand -0.334  int64 -0.334  uint8  0.204  nominal  0.200
areas in pixels    by hand  0.989  int64  0.989  uint32 -0.000  nominal -0.000" ]
