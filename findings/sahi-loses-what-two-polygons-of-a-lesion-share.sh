#!/usr/bin/env bash
# sahi loses what two polygons of a lesion share: overlapping parts become a hole.
#
# One would expect: an annotation of several polygons is all that lies in any of them, as
#   pycocotools reads it. `Mask(segmentation, full_shape).bool_mask`, and the area and the polygons
#   of `CocoAnnotation(segmentation=...)`, which also cuts annotations for tiles, say the same.
# What happens: what lies in two polygons counts as outside. The mask is filled by the rule of even
#   and odd crossings, and shapely's `make_valid`, which mends the overlap for CocoAnnotation, goes
#   by the same rule. A polygon inside another one is a hole for the mask and the area, and is
#   dropped from the polygons that CocoAnnotation writes, so its own area and polygons disagree.
#   Polygons apart from each other are right. Nothing warns.
# Why it matters: annotators draw a lesion in strokes that overlap, so that no gap is left between
#   them. Just the middle of the lesion is cut out. Tiles cut for training keep the hole.
# What helps: one polygon each, by `shapely.union_all`, or a mask of pycocotools.
# Versions: sahi 0.12.8, pycocotools 2.0.11, opencv-python 5.0.0.93, shapely 2.2.0, numpy 2.3.5,
#   Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found. That the format means the union is said in
#   https://github.com/facebookresearch/detectron2/issues/489. It is
#   `get_bool_mask_from_coco_segmentation` in utils/cv.py, which draws masks that sahi wrote itself
#   with holes, and `get_shapely_multipolygon` in utils/shapely.py.
# Output seen (pixels of the lesion / of these, what lies in both polygons; that bool_mask draws the
#   rim half a pixel further out, so that a line of the shared part is left, is not meant):
#   apart    pycocotools 1350/0  bool_mask 1457/0  CocoAnnotation 1350/0  tile 1350/0  area 1350
#   overlap  pycocotools 1700/400  bool_mask 1430/39  CocoAnnotation 1300/0  tile 1300/0  area 1300
#   inside   pycocotools 900/400  bool_mask 600/39  CocoAnnotation 900/400  tile 900/400  area 500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sahi==0.12.8 pycocotools==2.0.11 \
  opencv-python==5.0.0.93 shapely==2.2.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
from pycocotools import mask as coco
from sahi.annotation import Mask
from sahi.utils.coco import CocoAnnotation


def draw(polygons):
    return coco.decode(coco.merge(coco.frPyObjects(polygons, 64, 80))) > 0


def box(left, top, right, bottom):
    return [left, top, right, top, right, bottom, left, bottom]


for name, first, second in (
    ("apart", box(10, 10, 40, 40), box(45, 20, 60, 50)),
    ("overlap", box(10, 10, 40, 40), box(20, 20, 60, 50)),
    ("inside", box(10, 10, 40, 40), box(15, 15, 35, 35)),
):
    lesion = [first, second]
    shared = draw([first]) & draw([second])
    annotation = CocoAnnotation(category_id=1, segmentation=lesion)
    cut = annotation.get_sliced_coco_annotation([0, 0, 80, 64])
    print(f"{name:<7}  pycocotools {draw(lesion).sum()}/{shared.sum()}", end="")
    for way, found in (
        ("bool_mask", Mask(lesion, [64, 80]).bool_mask),
        ("CocoAnnotation", draw(annotation.segmentation)),
        ("tile", draw(cut.segmentation)),
    ):
        print(f"  {way} {found.sum()}/{(found & shared).sum()}", end="")
    print(f"  area {annotation.area}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "apart    pycocotools 1350/0  bool_mask 1457/0  CocoAnnotation 1350/0  tile 1350/0  area 1350
overlap  pycocotools 1700/400  bool_mask 1430/39  CocoAnnotation 1300/0  tile 1300/0  area 1300
inside   pycocotools 900/400  bool_mask 600/39  CocoAnnotation 900/400  tile 900/400  area 500" ]
