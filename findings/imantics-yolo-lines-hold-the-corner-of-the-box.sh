#!/usr/bin/env bash
# imantics writes the corner of a box into YOLO lines, where YOLO has the middle.
#
# One would expect: `annotation.yolo()` and `image.yolo()` give "class x y width height" of the
#   YOLO format: x and y are the middle of the box, divided by the size of the image.
# What happens: x and y are those of the upper left corner. So each box lands half of its width
#   and half of its height to the left of and above the lesion. Nothing warns, since all values
#   lie between 0 and 1. `coco()` of the same annotation is right.
# Why it matters: a detector that finds lesions, or gives boxes to a segmentation net, trains on
#   boxes that hardly share a sixth with the lesions. The sizes are right, so sums and histograms
#   of them do not show it.
# What helps: adding half of width and height to x and y.
# Versions: imantics 0.1.12, supervision 0.31.2, opencv-python-headless 5.0.0.93, numpy 2.3.5,
#   Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. It is `Annotation.yolo`, which divides
#   `bbox._xmin` and `bbox._ymin`.
# Output seen (a lesion in columns 40 to 79 and rows 30 to 59 of an image of 160 x 120;
#   supervision, another package, reads the line):
#   YOLO line         1 0.25000 0.25000 0.24375 0.24167
#   box from coco()   [40, 30, 79, 59]
#   box from yolo()   [20, 15, 60, 45]
#   overlap (IoU)     0.16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check imantics==0.1.12 supervision==0.31.2 \
  opencv-python-headless==5.0.0.93 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import imantics
import numpy as np
from supervision.dataset.formats.yolo import yolo_annotations_to_detections

height, width = 120, 160
mask = np.zeros((height, width), bool)
mask[30:60, 40:80] = True
image = imantics.Image(np.zeros((height, width, 3), np.uint8), path="photograph.jpg", id=1)
image.add(imantics.Mask(mask), category=imantics.Category("lesion", id=1))
(line,) = image.yolo()
(coco,) = image.coco()["annotations"]
left, top, wide, high = (int(value) for value in coco["bbox"])
(read,) = yolo_annotations_to_detections([line], (width, height), with_masks=False).xyxy
print("YOLO line        ", line)
print("box from coco()  ", [left, top, left + wide, top + high])
print("box from yolo()  ", read.round().astype(int).tolist())
found = np.zeros_like(mask)
x_min, y_min, x_max, y_max = np.clip(read.round().astype(int), 0, None)
found[y_min : y_max + 1, x_min : x_max + 1] = True
print(f"overlap (IoU)     {(found & mask).sum() / (found | mask).sum():.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "YOLO line         1 0.25000 0.25000 0.24375 0.24167
box from coco()   [40, 30, 79, 59]
box from yolo()   [20, 15, 60, 45]
overlap (IoU)     0.16" ]
