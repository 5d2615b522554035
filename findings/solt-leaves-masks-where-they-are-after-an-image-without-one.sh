#!/usr/bin/env bash
# solt leaves masks where they are, once its transform was used on an image alone.
#
# One would expect: a transform of solt turns or moves all that it is given, an image and its masks, by
#   the same amount. What it was used on before does not matter.
# What happens: `data_indices=None` stands for all items. At its first use, a transform writes the numbers
#   of the items it then has into that setting, and keeps them for good. After an image alone, it is
#   "item 0 alone", and each mask that comes later is handed on as it was. After an image with one
#   mask, each second mask is. Sizes agree and nothing warns. Transforms that change the size raise
#   an error instead.
# Why it matters: some photographs have one mask and some two, of two lesions or two annotators; and a
#   stream is often tried on one image first, or shared with a data set without masks. From then on
#   the net trains on turned images with masks that are not. Which images come first depends on the
#   shuffling, and differs from worker to worker.
# What helps: a new transform for each number of items, or `transform.data_indices = None` before each call.
# Versions: solt 0.2.1, torch 2.13.0, opencv-python-headless 5.0.0.93, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (overlap (Dice) of the lesion in the image with each mask, both after the second use):
#   Flip      first nothing   then 1.00   or 1.00 1.00
#   Flip      first an image  then 0.00   or 0.00 0.00
#   Flip      first one mask  then 1.00   or 1.00 0.00
#   Flip      first two masks then 1.00   or 1.00 1.00
#   Rotate90  first nothing   then 1.00   or 1.00 1.00
#   Rotate90  first an image  then 0.03   or 0.03 0.03
#   Rotate90  first one mask  then 1.00   or 1.00 0.03
#   Rotate90  first two masks then 1.00   or 1.00 1.00
#   Translate first nothing   then 1.00   or 1.00 1.00
#   Translate first an image  then 0.07   or 0.07 0.07
#   Translate first one mask  then 1.00   or 1.00 0.07
#   Translate first two masks then 1.00   or 1.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check solt==0.2.1 torch==2.13.0 torchvision==0.28.0 \
  opencv-python-headless==5.0.0.93 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import solt.transforms as slt

rows, columns = np.mgrid[:64, :64]
lesion = (columns - 18) ** 2 + (rows - 24) ** 2 <= 12**2
image = np.where(lesion, 60, 200).astype(np.uint8)[..., None].repeat(3, -1)
mask = lesion.astype(np.uint8)
alone, one, two = {"image": image}, {"image": image, "mask": mask}, {"image": image, "masks": (mask, mask)}


def overlaps(result):
    found, *masks = result.data
    dark = (found[..., 0] > 30) & (found[..., 0] < 130)  # the lesion, and not the black border
    assert all(set(np.unique(m)) == {0, 1} for m in masks)
    return " ".join(f"{2 * (dark & (m > 0)).sum() / (dark.sum() + m.sum()):.2f}" for m in masks)


makers = {
    "Flip": lambda: slt.Flip(p=1),
    "Rotate90": lambda: slt.Rotate90(k=1, p=1),
    "Translate": lambda: slt.Translate(range_x=(20, 20), range_y=(0, 0), p=1),
}
for name, make in makers.items():
    for title, first in ("nothing", None), ("an image", alone), ("one mask", one), ("two masks", two):
        found = []
        for second in one, two:
            transform = make()
            if first:
                transform(first)
            found.append(overlaps(transform(second)))
        print(f"{name:<9} first {title:<9} then", "   or ".join(found))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "Flip      first nothing   then 1.00   or 1.00 1.00
Flip      first an image  then 0.00   or 0.00 0.00
Flip      first one mask  then 1.00   or 1.00 0.00
Flip      first two masks then 1.00   or 1.00 1.00
Rotate90  first nothing   then 1.00   or 1.00 1.00
Rotate90  first an image  then 0.03   or 0.03 0.03
Rotate90  first one mask  then 1.00   or 1.00 0.03
Rotate90  first two masks then 1.00   or 1.00 1.00
Translate first nothing   then 1.00   or 1.00 1.00
Translate first an image  then 0.07   or 0.07 0.07
Translate first one mask  then 1.00   or 1.00 0.07
Translate first two masks then 1.00   or 1.00 1.00" ]
