#!/usr/bin/env bash
# darwin-py's grey masks give two classes one value where there are 16 classes or more.
#
# One would expect: `semantic_mask_grey` gives the pixels of a class the value that it writes for that
#   class into class_mapping.csv, beside the masks.
# What happens: it replaces the classes' numbers by grey values from 0 to 255, one after the other, in one
#   array. With 16 classes the grey of class 1 is 15. When 15 is replaced later, the pixels of class 1
#   become 239, as those of class 15 do. No pixel has the value that the table names for class 1.
#   With more classes it happens to more of them. Nothing warns. 15 classes and less are right, and
#   so are the formats `semantic_mask_index` and `semantic_mask`.
# Why it matters: V7's masks are read by that table. A net trains on two classes mixed into one, and
#   misses the other one. Part of the classes is right, so it looks like a hard class.
# What helps: `semantic_mask_index`, in which a pixel is the number of its class.
# Versions: darwin-py 3.6.3, pillow 12.3.0, numpy 2.4.6, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report of it was found. The loop is in darwin/exporter/formats/mask.py.
# Output seen (how many values the table has and how many the mask; which pixels have another one):
#    3 classes  grey   table 4  mask 4
#    3 classes  index  table 4  mask 4
#   15 classes  grey   table 16  mask 16
#   15 classes  index  table 16  mask 16
#   16 classes  grey   table 17  mask 16  class 01: 15 is 239
#   16 classes  index  table 17  mask 17
#   30 classes  grey   table 31  mask 28  class 01: 8 is 68  class 02: 17 is 144  class 03: 25 is 212
#   30 classes  index  table 31  mask 31
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check darwin-py==3.6.3 pillow==12.3.0 \
  numpy==2.4.6 2>/dev/null
cat >look.py <<'PYTHON'
import csv
import json
from pathlib import Path

import numpy as np
from darwin.exporter.formats import semantic_mask_grey, semantic_mask_index
from darwin.utils import parse_darwin_json
from PIL import Image

formats = {"grey": semantic_mask_grey, "index": semantic_mask_index}
for classes in 3, 15, 16, 30:
    shapes, places = [], {}
    for number in range(1, classes + 1):
        x, y = number % 8 * 8, number // 8 * 8
        path = [{"x": x + a, "y": y + b} for a, b in ((0, 0), (4, 0), (4, 4), (0, 4))]
        polygon, box = {"paths": [path]}, {"x": x, "y": y, "w": 4, "h": 4}
        shape = {"id": str(number), "name": f"class {number:02}", "slot_names": ["0"]}
        shapes.append(shape | {"polygon": polygon, "bounding_box": box})
        places[shape["name"]] = y + 2, x + 2
    slot = {"type": "image", "slot_name": "0", "width": 64, "height": 40}
    slot["source_files"] = [{"file_name": "photo.jpg"}]
    item = {"name": "photo.jpg", "path": "/", "slots": [slot]}
    file = Path("photo.json")
    file.write_text(json.dumps({"version": "2.0", "item": item, "annotations": shapes}))
    for name, exporter in formats.items():
        folder = Path(name) / str(classes)
        folder.mkdir(parents=True)
        exporter.export([parse_darwin_json(file, 0)], folder)
        mask = np.asarray(Image.open(folder / "masks" / "photo.png"))
        with open(folder / "class_mapping.csv") as table:
            rows = {row["class_name"]: row["class_color"] for row in csv.DictReader(table)}
        line = f"{classes:>2} classes  {name:<5}  table {len(set(rows.values()))}"
        line += f"  mask {len(np.unique(mask))}"
        for title, place in places.items():
            if mask[place] != int(rows[title]):
                line += f"  {title}: {rows[title]} is {mask[place]}"
        print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = " 3 classes  grey   table 4  mask 4
 3 classes  index  table 4  mask 4
15 classes  grey   table 16  mask 16
15 classes  index  table 16  mask 16
16 classes  grey   table 17  mask 16  class 01: 15 is 239
16 classes  index  table 17  mask 17
30 classes  grey   table 31  mask 28  class 01: 8 is 68  class 02: 17 is 144  class 03: 25 is 212
30 classes  index  table 31  mask 31" ]
