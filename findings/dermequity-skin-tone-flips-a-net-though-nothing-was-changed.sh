#!/usr/bin/env bash
# dermequity says that skin tone flips a net's answers, though the tone was not changed.
#
# One would expect: `CounterfactualAnalyzer` makes skin lighter and darker in each photograph, prepares the result
#   as the loader had prepared the photograph, and counts the images whose answer flips. With
#   `l_shifts=[0]` nothing is changed, and no answer flips.
# What happens: the image is taken from the loader as if it went from 0 to 1, and the changed one is then
#   normalized with ImageNet's mean and deviation. So a loader that normalizes, as the package's README
#   shows it, hands in numbers from -2 to 2.6; times 255, in bytes, they wrap around, and the picture is
#   destroyed before anything is changed. A loader that does not normalize has its images right, but the
#   net then sees the changed ones normalized, and the first one not. With the default `transform`, there
#   is no loader for which both are alike. Nothing warns.
# Why it matters: the flip rate is to prove that a net depends on skin tone, and is reported for each skin
#   type. Below, a net finds lesions on light and dark skin without a fault, whatever the tone. It
#   is said to flip for half of the images; or, worse, for dark skin alone.
# What helps: a loader of numbers from 0 to 1, a net that normalizes by itself, and
#   `transform=transforms.ToTensor()`. Try `l_shifts=[0]` first.
# Versions: dermequity 2.0.0, torch 2.14.1, torchvision 0.29.1, pandas 3.1.1, opencv-python-headless 5.0.0.93,
#   numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (share of images of light and of dark skin whose answer flips; "by hand" changes the photograph,
#   and prepares it as the loader does):
#   normalized  not changed          right 1.00  by hand 0.00 0.00  dermequity 0.50 0.50
#   normalized  -30 to 30            right 1.00  by hand 0.00 0.00  dermequity 0.50 0.50
#   from 0 to 1 not changed          right 1.00  by hand 0.00 0.00  dermequity 0.00 0.50
#   from 0 to 1 -30 to 30            right 1.00  by hand 0.00 0.00  dermequity 0.00 0.50
#   from 0 to 1 -30 to 30, ToTensor  right 1.00  by hand 0.00 0.00  dermequity 0.00 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.14.1 torchvision==0.29.1 pandas==3.1.1 \
  scikit-learn==1.9.1 matplotlib==3.11.2 opencv-python-headless==5.0.0.93 tqdm==4.70.1 numpy==2.3.5 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps dermequity==2.0.0 2>/dev/null
cat >look.py <<'PYTHON'
import cv2
import dermequity
import numpy as np
import torch
from PIL import Image
from torchvision import transforms

SKIN = {1: (200, 160, 140), 5: (140, 105, 85)}  # Fitzpatrick types: light and dark skin
scale = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
loaders = {
    "normalized": transforms.Compose([transforms.ToTensor(), scale]),
    "from 0 to 1": transforms.ToTensor(),
}


class Net(torch.nn.Module):
    """Says "lesion" where a tenth of the image is darker than any skin."""

    def __init__(self, below):
        super().__init__()
        self.below = below

    def forward(self, x):
        dark = (x.mean(1) < self.below).float().mean((1, 2))
        return torch.stack([torch.zeros_like(dark), 100 * (dark - 0.1)], 1)


rows, columns = np.mgrid[:64, :64]
photographs, labels, types = [], [], []
for kind, colour in SKIN.items():
    for k in range(20):
        photograph = np.full((64, 64, 3), colour, np.uint8)
        if k % 2:
            photograph[(rows - 24 - k) ** 2 + (columns - 32) ** 2 < 16**2] = 30, 20, 18
        photographs.append(photograph), labels.append(k % 2), types.append(kind)
labels, types = torch.tensor(labels), torch.tensor(types)


def by_hand(net, prepare, shifts):
    flips = []
    for photograph in photographs:
        said = []
        for shift in 0, *shifts:
            lab = cv2.cvtColor(photograph, cv2.COLOR_RGB2LAB).astype(int)
            lab[..., 0] = np.clip(lab[..., 0] + shift, 0, 255)
            changed = cv2.cvtColor(lab.astype(np.uint8), cv2.COLOR_LAB2RGB)
            said.append(net(prepare(Image.fromarray(changed))[None]).argmax().item())
        flips.append(len(set(said)) > 1)
    return [np.mean([f for f, t in zip(flips, types) if t == kind]) for kind in SKIN]


def look(title, shifts, name, transform=None):
    prepare = loaders[name]
    net = Net(0.25 if name == "from 0 to 1" else (0.25 - 0.449) / 0.226).eval()
    images = torch.stack([prepare(Image.fromarray(p)) for p in photographs])
    right = (net(images).argmax(1) == labels).float().mean().item()
    analyzer = dermequity.CounterfactualAnalyzer(net, device="cpu", l_shifts=shifts)
    found = analyzer.analyze([(images, labels, types)], transform).flip_rate_by_fst
    hand, found = (" ".join(f"{x:.2f}" for x in y) for y in (by_hand(net, prepare, shifts), found.values()))
    print(f"{name:<11} {title:<20} right {right:.2f}  by hand {hand}  dermequity {found}")


for name in loaders:
    look("not changed", [0], name)
    look("-30 to 30", [-30, -20, -10, 10, 20, 30], name)
look("-30 to 30, ToTensor", [-30, -20, -10, 10, 20, 30], "from 0 to 1", transforms.ToTensor())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "normalized  not changed          right 1.00  by hand 0.00 0.00  dermequity 0.50 0.50
normalized  -30 to 30            right 1.00  by hand 0.00 0.00  dermequity 0.50 0.50
from 0 to 1 not changed          right 1.00  by hand 0.00 0.00  dermequity 0.00 0.50
from 0 to 1 -30 to 30            right 1.00  by hand 0.00 0.00  dermequity 0.00 0.50
from 0 to 1 -30 to 30, ToTensor  right 1.00  by hand 0.00 0.00  dermequity 0.00 0.00" ]
