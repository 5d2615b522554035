#!/usr/bin/env bash
# solt's Resize with `keep_ar=True` makes a wide photograph tall, and a round lesion slim.
#
# One would expect: `Resize(resize_to=192, keep_ar=True)` makes the height 192 and works out the width from the
#   aspect ratio, as its documentation says. 640 x 480 becomes 256 x 192. With
#   `height_first=False`, the width becomes 192, and the height 144.
# What happens: OpenCV takes a size as width and height, and solt hands it height and width. So the side that
#   was asked for is the other one, and the aspect ratio is turned over: 192 x 256, and 144 x 192 for
#   `height_first=False`. What was round is 16/9 times as high as it is wide. That is worse than
#   without `keep_ar`. Square images are right. Masks and keypoints are bent alike, and nothing warns.
# Why it matters: dermatoscopic photographs are 4 : 3 or 3 : 2. Asymmetry is what tells lesions apart, and
#   each lesion is now an ellipse. A Crop behind it cuts another part out. The phone's app resizes
#   by itself, and gives the net lesions of a shape that it has never seen.
# What helps: `resize_to=(width, height)` worked out by hand.
# Versions: solt 0.2.1, torch 2.13.0, opencv-python-headless 5.0.0.93, numpy 2.3.5, Python 3.11, Linux x86-64;
#   seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (sizes are width x height; the lesion is as wide as high in the photograph):
#   640x480  to 192                           192x192  lesion  45x61   keypoint at  96 96
#   640x480  to 192 keep_ar height first      192x256  lesion  45x81   keypoint at  96 128
#   640x480  to 192 keep_ar width first       144x192  lesion  34x61   keypoint at  72 96
#   480x640  to 192 keep_ar height first      192x144  lesion  61x34   keypoint at  96 72
#   480x640  to 192 keep_ar width first       256x192  lesion  81x45   keypoint at 128 96
#   480x480  to 192 keep_ar height first      192x192  lesion  61x61   keypoint at  96 96
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check solt==0.2.1 torch==2.13.0 torchvision==0.28.0 \
  opencv-python-headless==5.0.0.93 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import solt
import solt.transforms as slt


def look(width, height, title, **keep):
    rows, columns = np.mgrid[:height, :width]
    mask = ((columns - width // 2) ** 2 + (rows - height // 2) ** 2 <= 75**2).astype(np.uint8)
    image = np.where(mask, 60, 200).astype(np.uint8)[..., None].repeat(3, -1)
    point = solt.core.Keypoints(np.array([[width // 2, height // 2]]), height, width)
    result = slt.Resize(resize_to=192, **keep)({"image": image, "mask": mask, "keypoints": point})
    image, mask, point = result.data
    assert image.shape[:2] == mask.shape == (point.height, point.width)
    where = np.argwhere(mask)
    high, wide = where.max(0) - where.min(0) + 1
    size = f"{image.shape[1]}x{image.shape[0]}"
    (x, y), lesion = point.data[0], f"{wide}x{high}"
    print(f"{width}x{height}  to 192 {title:<25} {size:<8} lesion  {lesion:<7} keypoint at {x:>3} {y}")


look(640, 480, "")
look(640, 480, "keep_ar height first", keep_ar=True)
look(640, 480, "keep_ar width first", keep_ar=True, height_first=False)
look(480, 640, "keep_ar height first", keep_ar=True)
look(480, 640, "keep_ar width first", keep_ar=True, height_first=False)
look(480, 480, "keep_ar height first", keep_ar=True)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "640x480  to 192                           192x192  lesion  45x61   keypoint at  96 96
640x480  to 192 keep_ar height first      192x256  lesion  45x81   keypoint at  96 128
640x480  to 192 keep_ar width first       144x192  lesion  34x61   keypoint at  72 96
480x640  to 192 keep_ar height first      192x144  lesion  61x34   keypoint at  96 72
480x640  to 192 keep_ar width first       256x192  lesion  81x45   keypoint at 128 96
480x480  to 192 keep_ar height first      192x192  lesion  61x61   keypoint at  96 96" ]
