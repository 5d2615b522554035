#!/usr/bin/env bash
# MCT drops an activation that works in place: `self.relu(maps)` is gone from the quantized net.
#
# One would expect: Sony's Model Compression Toolkit gives an 8-bit net that computes what the net did, up
#   to a step of 8 bits, or refuses it. `relu(maps)` with `ReLU(inplace=True)` changes `maps` in torch,
#   whether its result is taken or not.
# What happens: `pytorch_post_training_quantization` quantizes without a word, and the activation is not
#   there. The reader follows results alone. What has no user counts as a broken node, "for
#   example: assert", and is removed. So `relu_(maps)`, `maps.mul_(0.5)` and `maps.add_(image)`
#   go, too. Written as `maps = relu(maps)` or `maps += image`, it is right.
# Why it matters: in-place lines without a result are ordinary in nets that save memory. The quantized
#   net has lost a ReLU, a scale or a skip connection. It runs, shapes agree, and the loss of
#   quality looks like that of 8 bits.
# What helps: taking the result, `maps = self.relu(maps)`.
# Versions: model-compression-toolkit 2.6.1, torch 2.13.0, torchvision 0.28.0, numpy 2.3.5, Python
#   3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The removal is `remove_broken_nodes_from_graph` in
#   model_compression_toolkit/core/pytorch/reader/reader.py.
# Output seen (a row of pixels; both convolutions copy their input):
#   maps = relu(maps)   torch  0.0  0.0  0.0  1.0  2.0  MCT  0.0  0.0  0.0  1.0  2.0
#   relu(maps)          torch  0.0  0.0  0.0  1.0  2.0  MCT -2.0 -1.0  0.0  1.0  2.0
#   relu_(maps)         torch  0.0  0.0  0.0  1.0  2.0  MCT -2.0 -1.0  0.0  1.0  2.0
#   maps.mul_(0.5)      torch -1.0 -0.5  0.0  0.5  1.0  MCT -2.0 -1.0  0.0  1.0  2.0
#   maps.add_(image)    torch -4.0 -2.0  0.0  2.0  4.0  MCT -2.0 -1.0  0.0  1.0  2.0
#   maps += image       torch -4.0 -2.0  0.0  2.0  4.0  MCT -4.0 -2.0  0.0  2.0  4.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  model-compression-toolkit==2.6.1 mct-quantizers==1.7.0 edge-mdt-cl==1.1.1 torch==2.13.0 \
  torchvision==0.28.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import copy

import torch

try:
    import torchvision
except RuntimeError:
    # MCT imports torchvision, whose compiled part does not load beside a torch without CUDA. No
    # more than the names of two operations is needed here.
    library = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        library.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    import torchvision  # noqa: F401

import model_compression_toolkit


class Net(torch.nn.Module):
    def __init__(self, middle):
        super().__init__()
        self.first, self.last = (torch.nn.Conv2d(1, 1, 1, bias=False) for _ in range(2))
        for layer in self.first, self.last:
            layer.weight.data.fill_(1.0)
        self.relu = torch.nn.ReLU(inplace=True)
        self.middle = middle

    def forward(self, image):
        return self.last(self.middle(self, self.first(image), image))


def taken(net, maps, image):
    maps = net.relu(maps)
    return maps


def module(net, maps, image):
    net.relu(maps)
    return maps


def function(net, maps, image):
    torch.nn.functional.relu_(maps)
    return maps


def scale(net, maps, image):
    maps.mul_(0.5)
    return maps


def skip(net, maps, image):
    maps.add_(image)
    return maps


def augmented(net, maps, image):
    maps += image
    return maps


image = torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0]).reshape(1, 1, 1, 5).repeat(1, 1, 5, 1)
for text, middle in (
    ("maps = relu(maps)", taken),
    ("relu(maps)", module),
    ("relu_(maps)", function),
    ("maps.mul_(0.5)", scale),
    ("maps.add_(image)", skip),
    ("maps += image", augmented),
):
    net = Net(middle).eval()
    quantized, _ = model_compression_toolkit.ptq.pytorch_post_training_quantization(
        copy.deepcopy(net), lambda: iter([[image.clone()]])
    )
    line = f"{text:<18}"
    for name, run in ("torch", net), ("MCT", quantized):
        with torch.no_grad():
            row = run(image.clone())[0, 0, 0].tolist()
        line += f"  {name} {' '.join(f'{value + 0.001:4.1f}' for value in row)}"
    print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "maps = relu(maps)   torch  0.0  0.0  0.0  1.0  2.0  MCT  0.0  0.0  0.0  1.0  2.0
relu(maps)          torch  0.0  0.0  0.0  1.0  2.0  MCT -2.0 -1.0  0.0  1.0  2.0
relu_(maps)         torch  0.0  0.0  0.0  1.0  2.0  MCT -2.0 -1.0  0.0  1.0  2.0
maps.mul_(0.5)      torch -1.0 -0.5  0.0  0.5  1.0  MCT -2.0 -1.0  0.0  1.0  2.0
maps.add_(image)    torch -4.0 -2.0  0.0  2.0  4.0  MCT -2.0 -1.0  0.0  1.0  2.0
maps += image       torch -4.0 -2.0  0.0  2.0  4.0  MCT -4.0 -2.0  0.0  2.0  4.0" ]
