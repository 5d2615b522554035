#!/usr/bin/env bash
# labelme2coco gives a label that is new in the validation set the number of another class.
#
# One would expect: `coco_category_list=train_coco.json_categories`, as in its documentation,
#   gives the validation set the numbers of the training set, and a label that is new there a
#   number of its own.
# What happens: new labels are counted from `category_id_start`, whether a class of the list has
#   that number or not. With the list of the training set it is always taken. The file then holds
#   two classes with one number, and annotations of both carry it. Nothing warns. Without the
#   list, and where no label is new, it is right.
# Why it matters: a ruler or a vein that only a validation photograph shows becomes part of the
#   first class, the lesion. The file loads, in pycocotools too, which then knows the class by the
#   name that came last. Scores fall, and nothing shows why.
# What helps: a list of all labels, or `convert` with `train_split_rate` for both sets in one
#   folder.
# Versions: labelme2coco 0.2.6, sahi 0.12.8, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. The loop is in get_coco_from_labelme_folder;
#   https://github.com/fcakyon/labelme2coco/pull/29 brought `category_id_start`.
# Output seen (the training set has lesions and a hair; the validation set a ruler and a vein,
#   too):
#   numbers from 0
#     class 0: lesion and ruler  2 annotations
#     class 1: hair and vein     2 annotations
#   numbers from 1
#     class 1: lesion and ruler  2 annotations
#     class 2: hair and vein     2 annotations
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check labelme2coco==0.2.6 sahi==0.12.8 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import collections
import contextlib
import io
import json
import pathlib

from labelme2coco import get_coco_from_labelme_folder


def draw(folder, labels):
    shapes = [
        {
            "label": label,
            "points": [[10 + place, 10], [40 + place, 10], [40 + place, 60]],
            "shape_type": "polygon",
            "group_id": None,
            "flags": {},
        }
        for place, label in enumerate(labels)
    ]
    pathlib.Path(folder).mkdir()
    photograph = {"imagePath": "photograph.jpg", "imageData": None, "shapes": shapes}
    photograph |= {"version": "5.5.0", "flags": {}, "imageHeight": 96, "imageWidth": 128}
    (pathlib.Path(folder) / "photograph.json").write_text(json.dumps(photograph))


draw("train", ["lesion", "lesion", "hair"])
draw("validation", ["lesion", "ruler", "hair", "vein"])
for start in 0, 1:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        train = get_coco_from_labelme_folder("train", category_id_start=start)
        validation = get_coco_from_labelme_folder(
            "validation", coco_category_list=train.json_categories, category_id_start=start
        ).json
    print(f"numbers from {start}")
    names = collections.defaultdict(list)
    for category in validation["categories"]:
        names[category["id"]].append(category["name"])
    for number, held in names.items():
        count = sum(found["category_id"] == number for found in validation["annotations"])
        print(f"  class {number}: {' and '.join(held):<17} {count} annotations")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "numbers from 0
  class 0: lesion and ruler  2 annotations
  class 1: hair and vein     2 annotations
numbers from 1
  class 1: lesion and ruler  2 annotations
  class 2: hair and vein     2 annotations" ]
