#!/usr/bin/env bash
# pylabel's YOLO masks hold the first polygon of each lesion, and lose all others.
#
# One would expect: `ExportToYoloV5(segmentation=True)` writes the whole mask of an annotation, or
#   says that it cannot: several polygons joined to one, or one line for each.
# What happens: it writes the first polygon of the COCO list, whatever its size, and nothing for
#   the others. There is no warning. With boxes, the default, the box is that of the whole lesion.
# Why it matters: COCO keeps a lesion as several polygons where a hair or a ruler crosses it, or
#   where it is in parts. A net trains on what is left: that may be a fleck, where the lesion
#   follows as the second polygon. Such lesions are rare enough for a look at some labels to miss
#   them.
# What helps: one row for each polygon before the export, or ultralytics' `convert_coco`, which
#   joins them.
# Versions: pylabel 0.1.55, pandas 2.2.3, numpy 2.2.6, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. It is `ann_segmentation[0]` in
#   `Export.ExportToYoloV5`, exporter.py.
# Output seen (a lesion of two parts in an image of 100 x 100; the area of the polygons in px):
#   the lesion alone  in COCO   2500  in YOLO   2500  lines 1
#   lesion and fleck  in COCO   2516  in YOLO   2500  lines 1
#   fleck and lesion  in COCO   2516  in YOLO     16  lines 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pylabel==0.1.55 pandas==2.2.3 \
  numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import contextlib
import io
import json
import pathlib

from pylabel import importer


def square(left, top, side):
    right, bottom = left + side, top + side
    return [left, top, right, top, right, bottom, left, bottom]


def area(polygon):
    points = list(zip(polygon[::2], polygon[1::2]))
    pairs = zip(points, points[1:] + points[:1])
    return abs(sum(a * d - b * c for (a, b), (c, d) in pairs)) / 2


fleck, lesion = square(10, 10, 4), square(30, 30, 50)
for name, polygons in (
    ("the lesion alone", [lesion]),
    ("lesion and fleck", [lesion, fleck]),
    ("fleck and lesion", [fleck, lesion]),
):
    annotation = {"id": 1, "image_id": 1, "category_id": 0, "iscrowd": 0}
    annotation |= {"bbox": [10, 10, 70, 70], "area": 2516, "segmentation": polygons}
    dataset = {
        "images": [{"id": 1, "file_name": "photograph.jpg", "width": 100, "height": 100}],
        "annotations": [annotation],
        "categories": [{"id": 0, "name": "lesion"}],
    }
    pathlib.Path("lesions.json").write_text(json.dumps(dataset))
    with contextlib.redirect_stderr(io.StringIO()):
        held = importer.ImportCoco("lesions.json")
        held.export.ExportToYoloV5("yolo", yaml_file="lesions.yaml", segmentation=True)
    lines = pathlib.Path("yolo/photograph.txt").read_text().splitlines()
    found = [[100 * float(value) for value in line.split()[1:]] for line in lines]
    print(
        f"{name}  in COCO {sum(map(area, polygons)):6.0f}"
        f"  in YOLO {sum(map(area, found)):6.0f}  lines {len(lines)}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the lesion alone  in COCO   2500  in YOLO   2500  lines 1
lesion and fleck  in COCO   2516  in YOLO   2500  lines 1
fleck and lesion  in COCO   2516  in YOLO     16  lines 1" ]
