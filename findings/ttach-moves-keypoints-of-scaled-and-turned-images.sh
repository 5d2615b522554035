#!/usr/bin/env bash
# ttach moves keypoints in pixels away when it scales an image, or turns one that is not square.
#
# One would expect: `KeypointsTTAWrapper` with `scaled=False`, its default, takes the pixels that
#   a net names in each changed image, brings them back, and averages them. A net that finds the
#   middle of a lesion exactly gives that middle.
# What happens: it divides all points by the width and height of the image it was given, not by
#   those of the image the net saw. In an image of twice the size the same middle has twice the
#   numbers, and stays there: the mean over the scales 1 and 2 is 1.5 times the place. Turned by
#   90 degrees, width and height change places, and points of other than square images move. Flips
#   are right, and so is `scaled=True`.
# Why it matters: landmarks and the middle of a lesion place a crop for a segmentation net, or a
#   click that prompts it. Here they lie beside the lesion, by more for one that is further from
#   the upper left corner, and test-time augmentation is what makes them worse.
# What helps: a net that gives points from 0 to 1, with `scaled=True`.
# Versions: ttach 0.0.3, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. It is `forward` of `KeypointsTTAWrapper`, in
#   wrappers.py.
# Output seen (x and y of the middle of a lesion in columns 40 to 59 and rows 10 to 19):
#   (64, 64)  the net alone   [50. 15.]
#   (64, 64)  flips           [50. 15.]
#   (64, 64)  turns and flips [50. 15.]
#   (64, 64)  scales 1 and 2  [75.  22.5]
#   (64, 96)  the net alone   [50. 15.]
#   (64, 96)  flips           [50. 15.]
#   (64, 96)  turns and flips [50.5  17.83]
#   (64, 96)  scales 1 and 2  [75.  22.5]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ttach==0.0.3 torch==2.13.0 numpy==2.3.5 \
  2>/dev/null
cat >look.py <<'PYTHON'
import torch
import ttach


class Middle(torch.nn.Module):
    def forward(self, images):
        lesions = images[:, 0]
        y = torch.arange(lesions.shape[1])[:, None] + 0.5
        x = torch.arange(lesions.shape[2]) + 0.5
        sums = [(lesions * place).sum((1, 2)) / lesions.sum((1, 2)) for place in (x, y)]
        return torch.stack(sums, 1)


TRANSFORMS = {
    "flips": ttach.aliases.flip_transform(),
    "turns and flips": ttach.aliases.d4_transform(),
    "scales 1 and 2": ttach.aliases.multiscale_transform([1, 2]),
}
for size in (64, 64), (64, 96):
    image = torch.zeros(1, 3, *size)
    image[..., 10:20, 40:60] = 1
    print(f"{size}  {'the net alone':<15}", Middle()(image)[0].numpy().round(2))
    for name, transforms in TRANSFORMS.items():
        wrapped = ttach.KeypointsTTAWrapper(Middle(), transforms)
        print(f"{size}  {name:<15}", wrapped(image)[0].numpy().round(2))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "(64, 64)  the net alone   [50. 15.]
(64, 64)  flips           [50. 15.]
(64, 64)  turns and flips [50. 15.]
(64, 64)  scales 1 and 2  [75.  22.5]
(64, 96)  the net alone   [50. 15.]
(64, 96)  flips           [50. 15.]
(64, 96)  turns and flips [50.5  17.83]
(64, 96)  scales 1 and 2  [75.  22.5]" ]
