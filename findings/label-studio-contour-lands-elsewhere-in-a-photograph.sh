#!/usr/bin/env bash
# label-studio-sdk puts a contour elsewhere in every image that is not square, in stripes.
#
# One would expect: `contour2rle(contours, i, img_width, img_height)` gives the runs of a mask with
#   that contour filled, and `decode_from_annotation` of the same package gives the mask back.
# What happens: it draws into an array of shape (width, height). NumPy and OpenCV want (height, width).
#   What lies right of column `height` of a wide image, or below row `width` of a high one, is cut
#   off. The rest is written in rows of another length, so each row lands further to the side
#   than the one before. The number of values agrees, and nothing warns. Square images are right.
# Why it matters: contours that a net found go to Label Studio as suggestions in this way. People then
#   see stripes or nothing in place of the lesion, and what they accept is exported as the truth.
#   Tests on square crops pass.
# What helps: width and height swapped in the call, or `mask2rle` of a mask that OpenCV filled.
# Versions: label-studio-sdk 2.1.2, opencv-python-headless 4.12.0.88, numpy 2.2.6, Python 3.11, Linux
#   x86-64; seen on 2026-11-30.
# Source: run here; no public report of it was found. The code came with
#   https://github.com/HumanSignal/label-studio-converter/pull/25.
# Output seen (a filled disc of 1961 px; its pixels in the decoded mask, and those in their place):
#   128 x 128, at  60,  60  contour2rle 1961, in place 1961  mask2rle 1961, in place 1961
#   192 x 128, at  60,  60  contour2rle 1961, in place  345  mask2rle 1961, in place 1961
#   192 x 128, at 120,  60  contour2rle 1349, in place  255  mask2rle 1961, in place 1961
#   192 x 128, at 160,  60  contour2rle    0, in place    0  mask2rle 1961, in place 1961
#   128 x 192, at  60,  60  contour2rle 1961, in place  345  mask2rle 1961, in place 1961
#   128 x 192, at  60, 160  contour2rle    0, in place    0  mask2rle 1961, in place 1961
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check label-studio-sdk==2.1.2 \
  opencv-python-headless==4.12.0.88 numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import cv2
import numpy as np
from label_studio_sdk.converter.brush import contour2rle, decode_from_annotation, mask2rle

for width, height, x, y in (
    (128, 128, 60, 60),
    (192, 128, 60, 60),
    (192, 128, 120, 60),
    (192, 128, 160, 60),
    (128, 192, 60, 60),
    (128, 192, 60, 160),
):
    mask = np.zeros((height, width), np.uint8)
    cv2.circle(mask, (x, y), 25, 255, -1)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = f"{width} x {height}, at {x:>3}, {y:>3}"
    for name, runs in (
        ("contour2rle", contour2rle(contours, 0, width, height)),
        ("mask2rle", mask2rle(mask)),
    ):
        result = {"type": "brushlabels", "brushlabels": ["lesion"], "rle": runs}
        result |= {"original_width": width, "original_height": height}
        (decoded,) = decode_from_annotation("tag", [result]).values()
        found = decoded > 0
        line += f"  {name} {found.sum():>4}, in place {(found & (mask > 0)).sum():>4}"
    print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "128 x 128, at  60,  60  contour2rle 1961, in place 1961  mask2rle 1961, in place 1961
192 x 128, at  60,  60  contour2rle 1961, in place  345  mask2rle 1961, in place 1961
192 x 128, at 120,  60  contour2rle 1349, in place  255  mask2rle 1961, in place 1961
192 x 128, at 160,  60  contour2rle    0, in place    0  mask2rle 1961, in place 1961
128 x 192, at  60,  60  contour2rle 1961, in place  345  mask2rle 1961, in place 1961
128 x 192, at  60, 160  contour2rle    0, in place    0  mask2rle 1961, in place 1961" ]
