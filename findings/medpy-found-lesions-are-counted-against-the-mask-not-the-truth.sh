#!/usr/bin/env bash
# medpy's rate of found lesions is 1 where half of them are missed, and falls by false ones.
#
# One would expect: `obj_tpr(mask, truth)` is the share of the truth's lesions that the mask
#   touches, and `obj_fpr(mask, truth)` the share of the mask's objects that touch none. So say the
#   names, the note on what a perfect 1 tells, and the numbers in the examples of the documentation.
# What happens: obj_tpr divides by the objects of the mask, and obj_fpr looks for what the mask
#   lacks. So obj_tpr is the precision, and obj_fpr the share of missed lesions. Both mistake the
#   count of one mask for that of the other. The first example of directedness in the documentation
#   gives 1.0 in place of its 0.667. The documentation's first sentences describe it as it is,
#   against its notes. Nothing warns.
# Why it matters: a net that misses a second lesion has a perfect rate, and one that finds both and
#   a mole is punished. Curves and tables of sensitivity per lesion say the opposite of what they
#   should.
# What helps: the other order, `obj_tpr(truth, mask)` and `obj_fpr(truth, mask)`.
# Versions: medpy 0.5.2, numpy 2.3.5, scipy 1.17.1, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The counts come from
#   `__distinct_binary_object_correspondences`; version 0.4.0 has the same lines.
# Output seen (lesions of some pixels; by hand by scipy's label):
#   both found                obj_tpr 1.00 by hand 1.00  obj_fpr 0.00 by hand 0.00
#   one of two found          obj_tpr 1.00 by hand 0.50  obj_fpr 0.50 by hand 0.00
#   both found, and a mole    obj_tpr 0.67 by hand 1.00  obj_fpr 0.00 by hand 0.33
#   the example in the text   obj_tpr 1.00 by hand 0.67  obj_fpr 0.33 by hand 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check medpy==0.5.2 numpy==2.3.5 \
  scipy==1.17.1 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from medpy.metric.binary import obj_fpr, obj_tpr
from scipy.ndimage import label


def squares(*places):
    mask = np.zeros((40, 40), bool)
    for top, left, side in places:
        mask[top : top + side, left : left + side] = True
    return mask


def touched(objects, other):
    numbers, count = label(objects)
    return len(set(numbers[other].tolist()) - {0}) / count


def row(name, mask, truth):
    print(
        f"{name:<24}  obj_tpr {obj_tpr(mask, truth):.2f} by hand {touched(truth, mask):.2f}"
        f"  obj_fpr {obj_fpr(mask, truth):.2f} by hand {1 - touched(mask, truth):.2f}"
    )


first, second, mole = (5, 5, 8), (25, 25, 6), (5, 25, 4)
row("both found", squares(first, second), squares(first, second))
row("one of two found", squares(first), squares(first, second))
row("both found, and a mole", squares(first, second, mole), squares(first, second))
row("the example in the text", np.array([1, 0, 1, 0, 0]) > 0, np.array([1, 0, 1, 0, 1]) > 0)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep obj_tpr)
echo "$found"
[ "$found" = "both found                obj_tpr 1.00 by hand 1.00  obj_fpr 0.00 by hand 0.00
one of two found          obj_tpr 1.00 by hand 0.50  obj_fpr 0.50 by hand 0.00
both found, and a mole    obj_tpr 0.67 by hand 1.00  obj_fpr 0.00 by hand 0.33
the example in the text   obj_tpr 1.00 by hand 0.67  obj_fpr 0.33 by hand 0.00" ]
