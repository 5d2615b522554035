#!/usr/bin/env bash
# litert-torch converts `1 - maps` into `maps - 1`, and `1 / maps` into `maps / 1`.
#
# One would expect: a net with `conv(1 - x)`, `1 - relu(conv(x))` or `1 / (1 + relu(conv(x)))` gives
#   what torch gives in the .tflite, too.
# What happens: it converts and runs without a word, and the two sides of the difference or quotient
#   are swapped, so the sign is the other one, and the quotient is its divisor. It happens beside
#   convolutions, pooling, resizing, ReLU and hard sigmoid of two channels and more, where the converter
#   moves the change from (channels, rows, columns) to (rows, columns, channels) past the operation. A
#   tensor in place of the number is swapped, too. Behind a sigmoid, tanh, softmax or absolute value it
#   is right, and so is `maps - 1`. It is in the file, whatever runs it.
# Why it matters: inverting an image or a map (reverse attention, background from foreground) is an
#   ordinary step of segmentation nets. The mask on the phone is wrong everywhere, not by rounding.
# What helps: `-x + 1` for `1 - x`, and `x ** -1` for `1 / x` (`x.reciprocal()` is swapped, too).
# Versions: litert-torch 0.10.0, litert-converter 0.5.0, ai-edge-litert 2.3.0, torch 2.13.0, numpy 2.3.5,
#   Python 3.11, Linux x86-64; seen on 2026-11-29.
# Source: run here; no public report was found.
# Output seen (the first of two channels, of 0, 0.25 and 1; the convolution copies each channel):
#   conv(1 - x)                torch 1.00 0.75 0.00    .tflite -1.00 -0.75 0.00
#   conv(-x + 1)               torch 1.00 0.75 0.00    .tflite 1.00 0.75 0.00
#   1 - relu(conv(x))          torch 1.00 0.75 0.00    .tflite -1.00 -0.75 0.00
#   1 - sigmoid(conv(x))       torch 0.50 0.44 0.27    .tflite 0.50 0.44 0.27
#   1 / (1 + relu(conv(x)))    torch 1.00 0.80 0.50    .tflite 1.00 1.25 2.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  litert-torch==0.10.0 litert-converter==0.5.0 ai-edge-litert==2.3.0 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import litert_torch
import torch

image = torch.tensor([0, 0.25, 1]).expand(1, 2, 1, 3).contiguous()


class Net(torch.nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 2, 1, bias=False)
        torch.nn.init.dirac_(self.conv.weight)
        self.steps = steps

    def forward(self, x):
        return self.steps(self.conv, x)


def shown(found):
    return " ".join(f"{value + 0:.2f}" for value in torch.as_tensor(found)[0, 0, 0].tolist())


for name, steps in {
    "conv(1 - x)": lambda conv, x: conv(1 - x),
    "conv(-x + 1)": lambda conv, x: conv(-x + 1),
    "1 - relu(conv(x))": lambda conv, x: 1 - conv(x).relu(),
    "1 - sigmoid(conv(x))": lambda conv, x: 1 - conv(x).sigmoid(),
    "1 / (1 + relu(conv(x)))": lambda conv, x: 1 / (1 + conv(x).relu()),
}.items():
    net = Net(steps).eval()
    converted = litert_torch.convert(net, (image,))
    print(f"{name:<26} torch {shown(net(image))}    .tflite {shown(converted(image))}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep '\.tflite')
echo "$found"
[ "$found" = "conv(1 - x)                torch 1.00 0.75 0.00    .tflite -1.00 -0.75 0.00
conv(-x + 1)               torch 1.00 0.75 0.00    .tflite 1.00 0.75 0.00
1 - relu(conv(x))          torch 1.00 0.75 0.00    .tflite -1.00 -0.75 0.00
1 - sigmoid(conv(x))       torch 0.50 0.44 0.27    .tflite 0.50 0.44 0.27
1 / (1 + relu(conv(x)))    torch 1.00 0.80 0.50    .tflite 1.00 1.25 2.00" ]
