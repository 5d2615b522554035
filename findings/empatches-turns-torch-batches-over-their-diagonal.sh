#!/usr/bin/env bash
# empatches gives merged torch batches back turned over their diagonal, rows as columns.
#
# One would expect: `BatchPatching(typ="torch")` takes a batch as (image, channel, row, column),
#   and `merge_batch` of its own patches gives that batch back, as it does with typ="tf" for
#   channels last.
# What happens: `patch_batch` moves the channels to the end, and `merge_batch` brings them back
#   with `transpose(0, 3, 2, 1)`, where it must be `(0, 3, 1, 2)`. So rows and columns change
#   places. A square image keeps its shape, and nothing shows it. All modes of merging have it.
#   typ="tf" and EMPatches for single images are right.
# Why it matters: patches are for masks of photographs too large for a net. The merged mask is
#   that of a lesion elsewhere. Crops and photographs brought to a square are the usual input, and
#   round lesions in the middle hide it.
# What helps: `merged.transpose(0, 1, 3, 2)`, or typ="tf".
# Versions: empatches 0.2.3, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report of the wrong order was found. The line came in place of one
#   that failed, https://github.com/Mr-TalhaIlyas/EMPatches/issues/12.
# Output seen:
#   torch overwrite (2, 3, 64, 64) gives (2, 3, 64, 64)  same False  same when turned True
#   torch max       (2, 3, 64, 64) gives (2, 3, 64, 64)  same False  same when turned True
#   tf    overwrite (2, 64, 64, 3) gives (2, 64, 64, 3)  same True   same when turned False
#   torch overwrite (2, 3, 48, 80) gives (2, 3, 80, 48)  same False  same when turned True
#   torch max       (2, 3, 48, 80) gives (2, 3, 80, 48)  same False  same when turned True
#   tf    overwrite (2, 48, 80, 3) gives (2, 48, 80, 3)  same True   same when turned False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check empatches==0.2.3 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import torch
from empatches import BatchPatching

numbers = torch.Generator().manual_seed(0)


def merge(images, kind, mode):
    patching = BatchPatching(patchsize=32, overlap=0.25, typ=kind)
    patches, places = patching.patch_batch(images)
    return patching.merge_batch([[np.asarray(p) for p in held] for held in patches], places, mode)


def say(name, mode, found, images):
    turned = images.transpose(0, 1, 3, 2) if name == "torch" else images.transpose(0, 2, 1, 3)
    equal = np.array_equal(found, images)
    print(
        f"{name:<5} {mode:<9} {images.shape} gives {found.shape}"
        f"  same {equal!s:<5}  same when turned {np.array_equal(found, turned)}"
    )


for size in (64, 64), (48, 80):
    images = torch.rand((2, 3, *size), generator=numbers)
    for mode in "overwrite", "max":
        say("torch", mode, merge(images, "torch", mode), images.numpy())
    last = images.permute(0, 2, 3, 1).numpy()
    say("tf", "overwrite", merge(last, "tf", "overwrite"), last)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "torch overwrite (2, 3, 64, 64) gives (2, 3, 64, 64)  same False  same when turned True
torch max       (2, 3, 64, 64) gives (2, 3, 64, 64)  same False  same when turned True
tf    overwrite (2, 64, 64, 3) gives (2, 64, 64, 3)  same True   same when turned False
torch overwrite (2, 3, 48, 80) gives (2, 3, 80, 48)  same False  same when turned True
torch max       (2, 3, 48, 80) gives (2, 3, 80, 48)  same False  same when turned True
tf    overwrite (2, 48, 80, 3) gives (2, 48, 80, 3)  same True   same when turned False" ]
