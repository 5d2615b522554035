#!/usr/bin/env bash
# pylabel writes an annotation once more for each image that has none.
#
# One would expect: `ExportToCoco` of a dataset writes each annotation once, and for an image
#   without a lesion the image alone.
# What happens: for an image without annotations it appends what it had made for the row before
#   it, and so the last annotation comes again, with the same id and image. Ten such images in a
#   row give ten copies. The row's own class is looked at for making an annotation, but that of
#   the row before for keeping it. Without images that have no annotation it is right.
# Why it matters: photographs of healthy skin are part of a good training set. Training and
#   scoring count a lesion several times: a detector that finds it once has missed all of its
#   copies, and recall falls. pycocotools gives each copy, too.
# What helps: leaving out rows whose image and id came before, or adding the images without
#   annotation to the file by hand.
# Versions: pylabel 0.1.55, pandas 2.2.3, numpy 2.2.6, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found. It is the end of the loop in
#   `Export.ExportToCoco`, exporter.py.
# Output seen (three photographs of lesions, and some of healthy skin after the first one):
#   healthy 0  images 3  annotations: 1 of one.jpg, 1 of two.jpg, 1 of three.jpg
#   healthy 1  images 4  annotations: 2 of one.jpg, 1 of two.jpg, 1 of three.jpg
#   healthy 4  images 7  annotations: 5 of one.jpg, 1 of two.jpg, 1 of three.jpg
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

from pylabel import importer


def export(healthy):
    names = ["one.jpg", *(f"skin{n}.jpg" for n in range(healthy)), "two.jpg", "three.jpg"]
    images = [
        {"id": n, "file_name": name, "width": 128, "height": 96} for n, name in enumerate(names)
    ]
    annotations = [
        {
            "id": n,
            "image_id": names.index(name),
            "category_id": 0,
            "bbox": [20, 30, 40, 25],
            "area": 1000,
            "iscrowd": 0,
            "segmentation": [[20, 30, 60, 30, 60, 55, 20, 55]],
        }
        for n, name in enumerate(["one.jpg", "two.jpg", "three.jpg"])
    ]
    dataset = {"images": images, "annotations": annotations}
    dataset["categories"] = [{"id": 0, "name": "lesion"}]
    with open("before.json", "w") as file:
        json.dump(dataset, file)
    with contextlib.redirect_stderr(io.StringIO()):
        importer.ImportCoco("before.json").export.ExportToCoco("after.json")
    with open("after.json") as file:
        found = json.load(file)
    held = [names[annotation["image_id"]] for annotation in found["annotations"]]
    counts = ", ".join(f"{held.count(name)} of {name}" for name in dict.fromkeys(held))
    return len(found["images"]), counts


for healthy in 0, 1, 4:
    images, annotations = export(healthy)
    print(f"healthy {healthy}  images {images}  annotations: {annotations}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "healthy 0  images 3  annotations: 1 of one.jpg, 1 of two.jpg, 1 of three.jpg
healthy 1  images 4  annotations: 2 of one.jpg, 1 of two.jpg, 1 of three.jpg
healthy 4  images 7  annotations: 5 of one.jpg, 1 of two.jpg, 1 of three.jpg" ]
