#!/usr/bin/env bash
# calibstats' test of two groups' calibration finds the small group worse, each time, by its size alone.
#
# One would expect: `ece_difference_test` tells whether a difference of two calibration errors (ECE) is real.
#   Where both groups are perfectly calibrated, it says "p < 0.05" for 5 of 100 pairs of groups.
# What happens: the ECE is a sum of absolute gaps, which noise alone makes positive; the fewer images, the
#   more. The test draws from both groups with replacement, which adds that noise a second time, and asks
#   how many differences are on one side of 0. So it finds the difference of the two biases, which is
#   always there. With 100 images of one group and 1000 of the other, all pairs differ significantly.
#   Even a large group that truly is off comes out as better. In groups of one size the biases cancel. The
#   package says that ECE is biased, and has an estimator that corrects for it, but the test does not
#   use it, nor warn.
# Why it matters: the test is meant for subgroups, and data sets of skin have few photographs of dark skin. A
#   net is then said to be worse calibrated there, with p = 0.00, whether it is or not; and the report
#   has a finding on fairness that is an effect of counting.
# What helps: the same number of images drawn from both groups, or a test that shuffles the groups (below).
# Versions: calibstats 0.1.0, scipy 1.17.1, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (images of each group; how much the large group's outputs are too sure, as a share; of 40 pairs of
#   groups, how many differ with p < 0.05; in how many of these the small group is the worse one; and
#   how many differ when groups are shuffled. The small group is always perfectly calibrated):
#   small 300 large  300 off 0.00  differ  0  small worse  0  by shuffling  3
#   small 100 large  300 off 0.00  differ 22  small worse 22  by shuffling  2
#   small 100 large 1000 off 0.00  differ 40  small worse 40  by shuffling  1
#   small 100 large 3000 off 0.00  differ 40  small worse 40  by shuffling  1
#   small 100 large 3000 off 0.15  differ 39  small worse 39  by shuffling  0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check calibstats==0.1.0 scipy==1.17.1 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import calibstats
import numpy as np


def draw(rng, count, off):
    claimed = rng.beta(0.5, 0.5, count)
    return claimed, (rng.random(count) < claimed + off * (0.5 - claimed)).astype(int)


def by_shuffling(rng, a, b):
    """The share of shuffled groups that differ as much."""
    claims, truths = (np.concatenate(x) for x in zip(a, b))
    found, count = abs(calibstats.ece(*a) - calibstats.ece(*b)), 0
    for _ in range(100):
        order = rng.permutation(len(claims))
        one, other = order[: len(a[0])], order[len(a[0]) :]
        errors = [calibstats.ece(claims[part], truths[part]) for part in (one, other)]
        count += abs(errors[0] - errors[1]) >= found
    return (1 + count) / 101


for few, many, off in (300, 300, 0), (100, 300, 0), (100, 1000, 0), (100, 3000, 0), (100, 3000, 0.15):
    differ = worse = shuffled = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        small, large = draw(rng, few, 0), draw(rng, many, off)
        test = calibstats.ece_difference_test(*small, *large, n_boot=200, seed=seed)
        differ += test.p_value < 0.05
        worse += test.p_value < 0.05 and test.diff > 0
        shuffled += by_shuffling(rng, small, large) < 0.05
    print(f"small {few} large {many:>4} off {off:.2f}  differ {differ:>2}  small worse {worse:>2}", end="  ")
    print(f"by shuffling {shuffled:>2}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "small 300 large  300 off 0.00  differ  0  small worse  0  by shuffling  3
small 100 large  300 off 0.00  differ 22  small worse 22  by shuffling  2
small 100 large 1000 off 0.00  differ 40  small worse 40  by shuffling  1
small 100 large 3000 off 0.00  differ 40  small worse 40  by shuffling  1
small 100 large 3000 off 0.15  differ 39  small worse 39  by shuffling  0" ]
