#!/usr/bin/env bash
# albumentationsx crops an image at one of its masks, and leaves the masks themselves whole.
#
# One would expect: `CropNonEmptyMaskIfExists` with `masks=` cuts one window out of the image and
#   out of each mask, as it does with `mask=`, and as RandomCrop does with `masks=`.
# What happens: it reads the masks to choose the window, and cuts the image. But its list of what
#   it applies to (`_targets`) lacks "masks", and "images" too, so they pass as they came, without
#   a word. A Resize behind it brings image and masks to one size, and then only their content
#   shows it.
# Why it matters: this is the crop for small lesions in large photographs, and `masks=` holds one
#   mask for each class or annotator. The net trains on an enlarged lesion with the mask of the
#   whole photograph.
# What helps: the masks stacked along the last axis, as `mask=`. albumentationsx 2.4.0 and
#   albumentations 2.0.8 cut all masks; 2.4.13 and 2.5.0 do not.
# Versions: albumentationsx 2.5.1, torch 2.13.0, opencv-python-headless 5.0.0.93, numpy 2.4.6,
#   Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found.
#   https://github.com/albumentations-team/albumentations/pull/761 had brought `masks=` to this
#   transform.
# Output seen (a lesion in a photograph; the overlap (Dice) of the image's lesion and its mask for
#   five seeds):
#   RandomCrop               mask  image 256 mask 256x256 overlap 1.00 1.00 1.00 1.00 1.00
#   RandomCrop               masks image 256 mask 256x256 overlap 1.00 1.00 1.00 1.00 1.00
#   RandomCrop               mask  image 224 mask 224x224 overlap 0.99 0.99 0.99 0.99 1.00
#   RandomCrop               masks image 224 mask 224x224 overlap 0.99 0.99 0.99 0.99 1.00
#   CropNonEmptyMaskIfExists mask  image 256 mask 256x256 overlap 1.00 1.00 1.00 1.00 1.00
#   CropNonEmptyMaskIfExists masks image 256 mask 480x640 overlap -
#   CropNonEmptyMaskIfExists mask  image 224 mask 224x224 overlap 0.99 0.99 0.99 1.00 0.99
#   CropNonEmptyMaskIfExists masks image 224 mask 224x224 overlap 0.41 0.18 0.00 0.09 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check albumentationsx==2.5.1 torch==2.13.0 \
  opencv-python-headless==5.0.0.93 numpy==2.4.6 2>/dev/null
cat >look.py <<'PYTHON'
import albumentations as A
import numpy as np

rows, columns = np.mgrid[:480, :640]
lesion = (((rows - 300) / 60) ** 2 + ((columns - 420) / 80) ** 2 < 1).astype(np.uint8)
photograph = np.repeat(lesion[..., None] * 255, 3, axis=2)
CROPS = {"RandomCrop": A.RandomCrop, "CropNonEmptyMaskIfExists": A.CropNonEmptyMaskIfExists}


def dice(one, other):
    both = one.sum() + other.sum()
    return 2 * (one & other).sum() / both if both else 1


def see(crop, key, masks, size):
    steps = [CROPS[crop](256, 256), *([A.Resize(*size)] if size else [])]
    scores = []
    for seed in range(5):
        sample = A.Compose(steps, seed=seed)(image=photograph, **{key: masks})
        image = sample["image"][..., 0] > 127
        mask = (sample[key][0] if key == "masks" else sample[key][..., 0]) > 0
        if image.shape == mask.shape:
            scores.append(dice(image, mask))
    high, wide = mask.shape
    scores = " ".join(f"{score:.2f}" for score in scores) or "-"
    print(f"{crop:<24} {key:<5} image {len(image)} mask {high}x{wide} overlap {scores}")


for crop in CROPS:
    for size in None, (224, 224):
        see(crop, "mask", np.stack([lesion, lesion], axis=-1), size)
        see(crop, "masks", np.stack([lesion, lesion]), size)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "RandomCrop               mask  image 256 mask 256x256 overlap 1.00 1.00 1.00 1.00 1.00
RandomCrop               masks image 256 mask 256x256 overlap 1.00 1.00 1.00 1.00 1.00
RandomCrop               mask  image 224 mask 224x224 overlap 0.99 0.99 0.99 0.99 1.00
RandomCrop               masks image 224 mask 224x224 overlap 0.99 0.99 0.99 0.99 1.00
CropNonEmptyMaskIfExists mask  image 256 mask 256x256 overlap 1.00 1.00 1.00 1.00 1.00
CropNonEmptyMaskIfExists masks image 256 mask 480x640 overlap -
CropNonEmptyMaskIfExists mask  image 224 mask 224x224 overlap 0.99 0.99 0.99 1.00 0.99
CropNonEmptyMaskIfExists masks image 224 mask 224x224 overlap 0.41 0.18 0.00 0.09 0.00" ]
