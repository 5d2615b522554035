#!/usr/bin/env bash
# pymia's surface Dice of a 2D mask counts all of its pixels, not its edge: 0.95 where 0 is right.
#
# One would expect: `SurfaceDiceOverlap(tolerance=1)` is the share of both edges that lie within one
#   pixel of the other: 0 for a mask that is two pixels too large all around. It takes 2D
#   masks and 3D ones, and its documentation names surfaces.
# What happens: a 2D mask is made one slice of a volume. The surface of such a volume is looked for
#   with cubes of 2 × 2 × 2, and beyond the slice there is nothing. So each pixel of the mask is
#   surface, its inside, too. Pixels that both masks share have the distance 0. What comes out is
#   about the overlap of areas. SurfaceOverlap and the 95th percentile of HausdorffDistance run over
#   the same pixels. surface-distance, where the code comes from, has a way of its own for 2D.
# Why it matters: surface Dice is taken because Dice hardly sees where the edge of a large lesion
#   lies. Here it sees less than Dice, and is a plausible number. Larger lesions score better.
# What helps: surface-distance or monai.
# Versions: pymia 0.3.4, SimpleITK 2.5.7, scipy 1.17.1, numpy 2.2.6, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found.
# Output seen (tolerance 1 px; the truth is a square of 30 x 30 px):
#   the truth itself  Dice 1.00  surface Dice: pymia 1.00 edges 1.00  HD95: pymia 0.00 edges 0.00
#   4 px right        Dice 0.87  surface Dice: pymia 0.91 edges 0.48  HD95: pymia 3.00 edges 4.00
#   2 px larger       Dice 0.88  surface Dice: pymia 0.95 edges 0.00  HD95: pymia 2.00 edges 2.24
#   4 px larger       Dice 0.77  surface Dice: pymia 0.84 edges 0.00  HD95: pymia 4.00 edges 5.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pymia==0.3.4 \
  SimpleITK==2.5.7 scipy==1.17.1 numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import pymia.evaluation.evaluator as evaluation
import pymia.evaluation.metric as metric


def square(top, left, side):
    mask = np.zeros((64, 80), np.uint8)
    mask[top : top + side, left : left + side] = 1
    return mask


def edge(mask):
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.argwhere(mask & ~inner)


truth = square(16, 20, 30)
metrics = [metric.DiceCoefficient(), metric.SurfaceDiceOverlap(1), metric.HausdorffDistance(95)]
for name, mask in (
    ("the truth itself", truth),
    ("4 px right", square(16, 24, 30)),
    ("2 px larger", square(14, 18, 34)),
    ("4 px larger", square(12, 16, 38)),
):
    evaluator = evaluation.SegmentationEvaluator(metrics, {1: "lesion"})
    evaluator.evaluate(mask, truth, name)
    dice, surface, distance = (result.value for result in evaluator.results)
    apart = np.linalg.norm(edge(truth)[:, None] - edge(mask)[None], axis=2)
    there, back = apart.min(1), apart.min(0)
    near = np.r_[there <= 1, back <= 1].mean()
    far = max(np.percentile(there, 95), np.percentile(back, 95))
    print(
        f"{name:<16}  Dice {dice:.2f}  surface Dice: pymia {surface:.2f} edges {near:.2f}"
        f"  HD95: pymia {distance:.2f} edges {far:.2f}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the truth itself  Dice 1.00  surface Dice: pymia 1.00 edges 1.00  HD95: pymia 0.00 edges 0.00
4 px right        Dice 0.87  surface Dice: pymia 0.91 edges 0.48  HD95: pymia 3.00 edges 4.00
2 px larger       Dice 0.88  surface Dice: pymia 0.95 edges 0.00  HD95: pymia 2.00 edges 2.24
4 px larger       Dice 0.77  surface Dice: pymia 0.84 edges 0.00  HD95: pymia 4.00 edges 5.00" ]
