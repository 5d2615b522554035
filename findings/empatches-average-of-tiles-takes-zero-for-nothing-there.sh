#!/usr/bin/env bash
# empatches' average of tiles takes a 0 for nothing there: what a tile called skin does not count.
#
# One would expect: `merge_patches(..., mode="avg")` writes the "mean/average value of overlapping
#   area at each pixel". Where one tile says 0 and the other 0.8, that is 0.4, in either order.
# What happens: a pixel that is 0 so far is taken for one that no tile has covered yet, and the next
#   tile overwrites it. So 0 and then 0.8 give 0.8, but 0.8 and then 0 give 0.4. Tiles go down each
#   column, from left to right. A 0.000001 in place of 0 counts. Nothing warns.
# Why it matters: 0 is what a mask, or a probability kept as a byte, holds where there is no lesion.
#   A pixel that one of two tiles calls lesion is 0.5 or 1, by which of both came first. What a
#   tile at the right finds wrongly stays. The merged mask of a mirrored photograph is another one.
# What helps: the sum of the tiles and the number of tiles at each pixel, by hand, with the indices.
# Versions: empatches 0.2.3, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report of this was found. The same lines of `merge_patches` halve once
#   for each tile after the first, which https://github.com/Mr-TalhaIlyas/EMPatches/issues/11 asks
#   about; here just two tiles overlap.
# Output seen (two tiles of one value each, where they overlap; then a net that sees nothing in the
#   four columns at a tile's edge, and a lesion that fills the overlap, columns 16 to 31):
#   0.4   then 0.8  mean 0.60  empatches 0.60
#   0.8   then 0.4  mean 0.60  empatches 0.60
#   0     then 0.8  mean 0.40  empatches 0.80
#   0.8   then 0    mean 0.40  empatches 0.40
#   1e-06 then 0.8  mean 0.40  empatches 0.40
#   columns 16 to 19  mean 0.50  empatches 0.50
#   columns 20 to 23  mean 1.00  empatches 1.00
#   columns 28 to 31  mean 0.50  empatches 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check empatches==0.2.3 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from empatches import EMPatches

tools = EMPatches()
lesion = np.zeros((32, 48), np.float32)
lesion[:, 16:32] = 1
cut, indices = tools.extract_patches(lesion, patchsize=32, overlap=0.5)
assert indices == [(0, 32, 0, 32), (0, 32, 16, 48)], indices


def both(tiles):
    total, number = np.zeros(lesion.shape), np.zeros(lesion.shape)
    for tile, (top, bottom, left, right) in zip(tiles, indices):
        total[top:bottom, left:right] += tile
        number[top:bottom, left:right] += 1
    return total / number, tools.merge_patches(tiles, indices, mode="avg")


for pair in (0.4, 0.8), (0.8, 0.4), (0, 0.8), (0.8, 0), (0.000001, 0.8):
    tiles = [np.full((32, 32), value, np.float32) for value in pair]
    truth, found = (np.unique(merged[:, 16:32]).item() for merged in both(tiles))
    print(f"{pair[0]:<5g} then {pair[1]:<3g}  mean {truth:.2f}  empatches {found:.2f}")
seen = np.zeros((32, 32), np.float32)
seen[:, 4:-4] = 1
truth, found = both([tile * seen for tile in cut])
for first in 16, 20, 28:
    a, b = (np.unique(merged[:, first : first + 4]).item() for merged in (truth, found))
    print(f"columns {first} to {first + 3}  mean {a:.2f}  empatches {b:.2f}")
PYTHON
found=$(venv/bin/python look.py)
echo "$found"
[ "$found" = "0.4   then 0.8  mean 0.60  empatches 0.60
0.8   then 0.4  mean 0.60  empatches 0.60
0     then 0.8  mean 0.40  empatches 0.80
0.8   then 0    mean 0.40  empatches 0.40
1e-06 then 0.8  mean 0.40  empatches 0.40
columns 16 to 19  mean 0.50  empatches 0.50
columns 20 to 23  mean 1.00  empatches 1.00
columns 28 to 31  mean 0.50  empatches 1.00" ]
