#!/usr/bin/env bash
# torchvision's CenterCrop moves boxes and points a pixel further than the image and its mask.
#
# One would expect: `v2.CenterCrop` moves a box and a point as far as the image and the mask of the same
#   sample. The transforms of v2 take them together for that.
# What happens: where the crop is larger than the image, the image is padded, by the half of what is
#   missing, rounded down. Boxes and points are moved by that half, rounded to the even number: 1.5
#   becomes 2 in place of 1. So they are off by one where 3, 7, 11 and so on pixels are missing,
#   in width or height, and right for 1, 5, 9 and even numbers. There is no warning.
# Why it matters: CenterCrop brings photographs of several sizes to one size. A box that prompts a
#   segmentation net, a box for a loss or a landmark is then a pixel beside the mask for one width
#   of four, which no picture shows. Boxes of small lesions lose much of their overlap with the mask.
# What helps: an even number of missing pixels, or boxes taken from the mask after the crop.
# Versions: torchvision 0.28.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30. torchvision 0.29.2 has the same lines.
# Source: run here; no public report of it was found. The image takes `_center_crop_compute_padding`,
#   boxes and points take `_center_crop_compute_crop_anchor`.
# Output seen (an image of 20 x 20 and its crops, height x width; left, top, right and lower edge):
#   20 x 20  image  4  6  8 10  mask  4  6  8 10  box  4  6  8 10  corner  4  6
#   20 x 21  image  4  6  8 10  mask  4  6  8 10  box  4  6  8 10  corner  4  6
#   20 x 22  image  5  6  9 10  mask  5  6  9 10  box  5  6  9 10  corner  5  6
#   20 x 23  image  5  6  9 10  mask  5  6  9 10  box  6  6 10 10  corner  6  6
#   20 x 27  image  7  6 11 10  mask  7  6 11 10  box  8  6 12 10  corner  8  6
#   23 x 20  image  4  7  8 11  mask  4  7  8 11  box  4  8  8 12  corner  4  8
#   27 x 31  image  9  9 13 13  mask  9  9 13 13  box 10 10 14 14  corner 10 10
#   12 x 23  image  5  2  9  6  mask  5  2  9  6  box  6  2 10  6  corner  6  2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchvision==0.28.0 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch

try:
    import torchvision
except RuntimeError:  # torch without CUDA does not load torchvision's own operators; none is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision
from torchvision import tv_tensors
from torchvision.transforms import v2

size = 20, 20
mask = torch.zeros(1, *size, dtype=torch.uint8)
mask[:, 6:10, 4:8] = 1
sample = {
    "image": tv_tensors.Image(255 * mask),
    "mask": tv_tensors.Mask(mask),
    "box": tv_tensors.BoundingBoxes([[4, 6, 8, 10]], format="XYXY", canvas_size=size),
    "corner": tv_tensors.KeyPoints([[4, 6]], canvas_size=size),
}


def around(pixels):
    rows, columns = pixels.nonzero(as_tuple=True)[-2:]
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


for crop in (20, 20), (20, 21), (20, 22), (20, 23), (20, 27), (23, 20), (27, 31), (12, 23):
    cropped = v2.CenterCrop(crop)(sample)
    line = f"{crop[0]} x {crop[1]}"
    for name, corners in (
        ("image", around(cropped["image"])),
        ("mask", around(cropped["mask"])),
        ("box", cropped["box"][0]),
        ("corner", cropped["corner"][0]),
    ):
        line += f"  {name} " + " ".join(f"{int(corner):>2}" for corner in corners)
    print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "20 x 20  image  4  6  8 10  mask  4  6  8 10  box  4  6  8 10  corner  4  6
20 x 21  image  4  6  8 10  mask  4  6  8 10  box  4  6  8 10  corner  4  6
20 x 22  image  5  6  9 10  mask  5  6  9 10  box  5  6  9 10  corner  5  6
20 x 23  image  5  6  9 10  mask  5  6  9 10  box  6  6 10 10  corner  6  6
20 x 27  image  7  6 11 10  mask  7  6 11 10  box  8  6 12 10  corner  8  6
23 x 20  image  4  7  8 11  mask  4  7  8 11  box  4  8  8 12  corner  4  8
27 x 31  image  9  9 13 13  mask  9  9 13 13  box 10 10 14 14  corner 10 10
12 x 23  image  5  2  9  6  mask  5  2  9  6  box  6  2 10  6  corner  6  2" ]
