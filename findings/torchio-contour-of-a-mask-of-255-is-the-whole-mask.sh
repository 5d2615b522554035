#!/usr/bin/env bash
# torchio's Contour of a mask of 0 and 255 is the whole mask: only the label 1 has a contour.
#
# One would expect: `Contour()` keeps "only the borders of each connected component in a binary
#   image". A mask of 0 and 255 is one, and its contour is that of the same mask of 0 and 1.
# What happens: SimpleITK's filter is called with its default, which takes 1 for the lesion. All
#   else is copied from the mask. So with 255, or with 2, the whole lesion comes out, unchanged.
#   KeepLargestComponent, its sister for binary images, takes each value but 0 for the lesion.
#   Nothing warns.
# Why it matters: masks of lesions are files of 0 and 255. Where the contour weighs the pixels of a
#   loss, or is drawn over a photograph, the whole lesion is weighed or painted. A mask read by one
#   reader works, and the same mask read by another does not.
# What helps: `RemapLabels({255: 1})` before it.
# Versions: torchio 1.2.1, SimpleITK 2.5.7, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found. It is `Contour.apply_transform`; both transforms
#   came with https://github.com/TorchIO-project/torchio/pull/424.
# Output seen (a disc; by hand: its pixels with a neighbour outside):
#   by hand    lesion 1245 px, contour 112 px
#   0 and 1    Contour  112 px  remapped, then Contour  112 px  KeepLargestComponent 1245 px
#   0 and 2    Contour 1245 px  remapped, then Contour  112 px  KeepLargestComponent 1245 px
#   0 and 255  Contour 1245 px  remapped, then Contour  112 px  KeepLargestComponent 1245 px
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchio==1.2.1 SimpleITK==2.5.7 \
  torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import torch
import torchio as tio

rows, columns = np.mgrid[:64, :64]
disc = (rows - 32) ** 2 + (columns - 32) ** 2 < 400
wide = np.pad(disc, 1)
inner = wide[2:, 1:-1] & wide[:-2, 1:-1] & wide[1:-1, 2:] & wide[1:-1, :-2]
by_hand = disc & ~inner
print(f"by hand    lesion {disc.sum()} px, contour {by_hand.sum()} px")


def contour(transform, label):
    mask = torch.tensor(disc[None, :, :, None] * np.uint8(label))
    found = transform(tio.LabelMap(tensor=mask)).data[0, ..., 0].numpy()
    return f"{(found > 0).sum():4} px"


for label in 1, 2, 255:
    print(
        f"0 and {label:<3}  Contour {contour(tio.Contour(), label)}",
        " remapped, then Contour",
        contour(tio.Compose([tio.RemapLabels({label: 1}), tio.Contour()]), label),
        f" KeepLargestComponent {contour(tio.KeepLargestComponent(), label)}",
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "by hand    lesion 1245 px, contour 112 px
0 and 1    Contour  112 px  remapped, then Contour  112 px  KeepLargestComponent 1245 px
0 and 2    Contour 1245 px  remapped, then Contour  112 px  KeepLargestComponent 1245 px
0 and 255  Contour 1245 px  remapped, then Contour  112 px  KeepLargestComponent 1245 px" ]
