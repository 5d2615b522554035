#!/usr/bin/env bash
# datumaro's masks_to_polygons loses hairs, and takes a row and a column off everything else.
#
# One would expect: `transform("masks_to_polygons")` and then `transform("polygons_to_masks")` give about
#   the masks that were there. A polygon from 20 to 40 fills exactly the pixels from 20 to 39.
# What happens: the corners come from OpenCV, which gives the last pixel of an object, 39, where a polygon
#   needs its edge, 40. So each object loses its last row and column. OpenCV is also told to leave out
#   corners (CHAIN_APPROX_TC89_KCOS). Slim objects keep two corners, and a shape with less
#   than three is dropped. It is mentioned in the log for debugging alone.
#   `export("coco_instances", segmentation_mode="polygons")` writes these with an empty list of polygons.
# Why it matters: hairs, rulers and borders of lesions are some pixels wide. A data set that passes
#   through polygons, as for YOLO or an annotation tool, has fewer of them, and a net learns to miss
#   them. Small lesions lose much: 4 x 4 px become 3 x 3. Scores against such a truth are wrong, too.
# What helps: masks kept as runs (`segmentation_mode="mask"`, or "guess", the default).
# Versions: datumaro 1.13.12, opencv-python-headless 4.14.0.94, pycocotools 2.0.11, numpy 2.4.6,
#   Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report of it was found for datumaro. imantics takes off the row and the
#   column, too (jsbroks/imantics#43), and CVAT leaves gaps (cvat-ai/cvat#5362).
# Output seen (pixels of a mask, and of the mask that comes back):
#   square of 20 px   mask 400  polygons 1  back 361  of these in the mask 361
#   square of 4 px    mask  16  polygons 1  back   9  of these in the mask   9
#   hair, 1 px        mask 101  polygons 1  back  25  of these in the mask  18
#   hair, 2 px        mask 295  polygons 1  back 192  of these in the mask 186
#   level hair, 2 px  mask 202  polygons 0  back   0  of these in the mask   0
#   level hair, 3 px  mask 303  polygons 1  back 200  of these in the mask 200
#   a polygon from 20 to 40 fills 400
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check datumaro==1.13.12 \
  opencv-python-headless==4.14.0.94 pycocotools==2.0.11 numpy==2.4.6 2>/dev/null
cat >look.py <<'PYTHON'
import cv2
import numpy as np
from datumaro.components.annotation import Mask, Polygon
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image


def drawn(draw, *arguments):
    mask = np.zeros((96, 128), np.uint8)
    draw(mask, *arguments)
    return mask > 0


for name, mask in (
    ("square of 20 px", drawn(cv2.rectangle, (20, 20), (39, 39), 1, -1)),
    ("square of 4 px", drawn(cv2.rectangle, (20, 20), (23, 23), 1, -1)),
    ("hair, 1 px", drawn(cv2.line, (10, 10), (110, 40), 1, 1)),
    ("hair, 2 px", drawn(cv2.line, (10, 10), (110, 40), 1, 2)),
    ("level hair, 2 px", drawn(cv2.rectangle, (10, 20), (110, 21), 1, -1)),
    ("level hair, 3 px", drawn(cv2.rectangle, (10, 20), (110, 22), 1, -1)),
):
    photo = Image.from_numpy(np.zeros((96, 128, 3), np.uint8))
    item = DatasetItem("photo", media=photo, annotations=[Mask(mask, label=0)])
    data = Dataset.from_iterable([item], categories=["object"])
    data.transform("masks_to_polygons")
    shapes = next(iter(data)).annotations
    data.transform("polygons_to_masks")
    back = np.zeros_like(mask)
    for shape in next(iter(data)).annotations:
        back |= shape.image.astype(bool)
    print(
        f"{name:<16}  mask {mask.sum():>3}  polygons {len(shapes)}  back {back.sum():>3}"
        f"  of these in the mask {(back & mask).sum():>3}"
    )
corners = Polygon([20, 20, 40, 20, 40, 40, 20, 40], label=0)
item = DatasetItem("photo", media=photo, annotations=[corners])
data = Dataset.from_iterable([item], categories=["object"])
data.transform("polygons_to_masks")
print("a polygon from 20 to 40 fills", next(iter(data)).annotations[0].image.sum())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "square of 20 px   mask 400  polygons 1  back 361  of these in the mask 361
square of 4 px    mask  16  polygons 1  back   9  of these in the mask   9
hair, 1 px        mask 101  polygons 1  back  25  of these in the mask  18
hair, 2 px        mask 295  polygons 1  back 192  of these in the mask 186
level hair, 2 px  mask 202  polygons 0  back   0  of these in the mask   0
level hair, 3 px  mask 303  polygons 1  back 200  of these in the mask 200
a polygon from 20 to 40 fills 400" ]
