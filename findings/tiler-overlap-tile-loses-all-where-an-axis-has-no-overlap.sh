#!/usr/bin/env bash
# tiler's window "overlap-tile" gives zeros for the whole image where one axis has no overlap.
#
# One would expect: `Merger(tiler, window="overlap-tile")` with the padding of
#   `calculate_padding`, as in the documentation, gives an image back that was cut into tiles and
#   not changed. An axis without overlap has nothing to cut off.
# What happens: the window keeps `[n:-n]` of each axis, n being half of the overlap. For an
#   overlap of 0 or 1 that is `[0:-0]`, which is nothing. The window is 0 everywhere, all weights
#   are 0, and NumPy's warning about 0 / 0 is off. `nan_to_num` then makes zeros of what came out.
#   It is silent. With "boxcar" it is right, and so is an axis named by `channel_dimension`.
# Why it matters: strips as wide as a photograph overlap in rows only, and a stack of photographs,
#   or of maps for each class, does not overlap along its first axis. The mask of each is then
#   empty: no lesion found.
# What helps: an overlap of 2 or more along each axis, "boxcar", or a window of one's own as an
#   array.
# Versions: tiler 0.6.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. It is `Merger._generate_window`, merger.py.
# Output seen (random pixels above 0, cut and merged; pixels that are the same, and pixels that
#   are 0):
#   squares  overlap (16, 16)     boxcar        same 100%  zero   0%
#   squares  overlap (16, 16)     overlap-tile  same 100%  zero   0%
#   strips   overlap (16, 0)      boxcar        same 100%  zero   0%
#   strips   overlap (16, 0)      overlap-tile  same   0%  zero 100%
#   stack    overlap (0, 16, 16)  boxcar        same 100%  zero   0%
#   stack    overlap (0, 16, 16)  overlap-tile  same   0%  zero 100%
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tiler==0.6.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from tiler import Merger, Tiler

numbers = np.random.default_rng(0)


def merge(image, tile, overlap, window):
    tiler = Tiler(data_shape=image.shape, tile_shape=tile, overlap=overlap)
    shape, padding = tiler.calculate_padding()
    tiler.recalculate(data_shape=shape)
    merger = Merger(tiler, window=window)
    for number, piece in tiler(np.pad(image, padding, mode="reflect")):
        merger.add(number, piece)
    return merger.merge(extra_padding=padding)


for name, shape, tile, overlap in (
    ("squares", (64, 96), (32, 32), (16, 16)),
    ("strips", (64, 96), (32, 96), (16, 0)),
    ("stack", (4, 64, 96), (2, 32, 32), (0, 16, 16)),
):
    image = 1 + numbers.random(shape, np.float32)
    for window in "boxcar", "overlap-tile":
        found = merge(image, tile, overlap, window)
        print(
            f"{name:<7}  overlap {overlap!s:<11}  {window:<12}"
            f"  same {np.isclose(found, image).mean():4.0%}  zero {(found == 0).mean():4.0%}"
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "squares  overlap (16, 16)     boxcar        same 100%  zero   0%
squares  overlap (16, 16)     overlap-tile  same 100%  zero   0%
strips   overlap (16, 0)      boxcar        same 100%  zero   0%
strips   overlap (16, 0)      overlap-tile  same   0%  zero 100%
stack    overlap (0, 16, 16)  boxcar        same 100%  zero   0%
stack    overlap (0, 16, 16)  overlap-tile  same   0%  zero 100%" ]
