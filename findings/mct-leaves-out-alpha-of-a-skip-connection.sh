#!/usr/bin/env bash
# MCT leaves out alpha of a sum: `torch.add(image, conv(image), alpha=0.25)` counts both in full.
#
# One would expect: Sony's Model Compression Toolkit gives an 8-bit net that computes what the net did, up
#   to a step of 8 bits: the image plus a quarter of the convolution.
# What happens: `pytorch_post_training_quantization` quantizes without a word, and gives the image plus
#   the whole convolution. Its step "residual collapsing", on by default, puts a skip connection around
#   a convolution into the weights: it adds 1 to the centre of a filter, for its own channel. It looks
#   neither at alpha nor at which side alpha scales, so alpha=-1, a difference, becomes a sum. It
#   does not look at the number of channels either: where one map is added to four channels, one
#   channel comes out. `torch.sub` and a factor written out are right.
# Why it matters: scaled residual blocks and attention maps are written so. The quantized net has each
#   such block at full strength, or has lost all channels but one. Where a mean or a sum over the
#   channels follows, shapes agree, and the loss of quality looks like that of 8 bits.
# What helps: `image + 0.25 * conv(image)`, or `QuantizationConfig(residual_collapsing=False)`.
# Versions: model-compression-toolkit 2.6.1, torch 2.13.0, torchvision 0.28.0, numpy 2.3.5, Python
#   3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The code is `residual_collapsing_fn` in
#   model_compression_toolkit/core/pytorch/graph_substitutions/substitutions/residual_collapsing.py.
# Output seen (a row of pixels, where the convolution doubles its input; then one pixel of four channels,
#   where the convolution gives one map, their mean; "off" is MCT with residual_collapsing=False):
#   image + 0.25 * conv     torch -3.0 -1.5 1.5 3.0  MCT -3.0 -1.5 1.5 3.0  off -3.0 -1.5 1.5 3.0
#   add(image, conv, 0.25)  torch -3.0 -1.5 1.5 3.0  MCT -6.0 -3.0 3.0 6.0  off -3.0 -1.5 1.5 3.0
#   image.add(conv, 0.25)   torch -3.0 -1.5 1.5 3.0  MCT -6.0 -3.0 3.0 6.0  off -3.0 -1.5 1.5 3.0
#   add(conv, image, 0.25)  torch -4.5 -2.2 2.3 4.5  MCT -6.0 -3.0 3.0 6.0  off -4.5 -2.2 2.3 4.5
#   add(conv, image, -1)    torch -2.0 -1.0 1.0 2.0  MCT -6.0 -3.0 3.0 6.0  off -2.0 -1.0 1.0 2.0
#   sub(conv, image, 0.25)  torch -3.5 -1.7 1.8 3.5  MCT -3.5 -1.7 1.8 3.5  off -3.5 -1.7 1.8 3.5
#   four + conv             torch 3.5 4.5 5.5 6.5  MCT 3.5  off 3.5 4.5 5.5 6.5
#   (four + conv).mean(1)   torch 5.0  MCT 3.5  off 5.0
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

from model_compression_toolkit.core import CoreConfig, QuantizationConfig
from model_compression_toolkit.ptq import pytorch_post_training_quantization


class Net(torch.nn.Module):
    def __init__(self, add, channels, weight):
        super().__init__()
        self.conv = torch.nn.Conv2d(channels, 1, 1, bias=False)
        self.conv.weight.data.fill_(weight)
        self.add = add

    def forward(self, image):
        return self.add(image, self.conv(image))


row = torch.tensor([-2.0, -1.0, 1.0, 2.0]).reshape(1, 1, 1, 4).repeat(1, 1, 4, 1)
four = torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(1, 4, 1, 1).repeat(1, 1, 5, 5)
for text, image, add in (
    ("image + 0.25 * conv", row, lambda image, maps: image + 0.25 * maps),
    ("add(image, conv, 0.25)", row, lambda image, maps: torch.add(image, maps, alpha=0.25)),
    ("image.add(conv, 0.25)", row, lambda image, maps: image.add(maps, alpha=0.25)),
    ("add(conv, image, 0.25)", row, lambda image, maps: torch.add(maps, image, alpha=0.25)),
    ("add(conv, image, -1)", row, lambda image, maps: torch.add(maps, image, alpha=-1)),
    ("sub(conv, image, 0.25)", row, lambda image, maps: torch.sub(maps, image, alpha=0.25)),
    ("four + conv", four, lambda image, maps: image + maps),
    ("(four + conv).mean(1)", four, lambda image, maps: (image + maps).mean(1, keepdim=True)),
):
    channels = image.shape[1]
    net = Net(add, channels, 2.0 if channels == 1 else 0.25).eval()
    line = f"{text:<22}"
    for name, collapsing in ("torch", None), ("MCT", True), ("off", False):
        run = net
        if name != "torch":
            options = {} if collapsing else {"residual_collapsing": False}
            config = CoreConfig(QuantizationConfig(**options))
            run, _ = pytorch_post_training_quantization(
                copy.deepcopy(net), lambda: iter([[image.clone()]]), core_config=config
            )
        with torch.no_grad():
            maps = run(image.clone())[0]
        values = (maps[0, 0] if channels == 1 else maps[:, 0, 0]).tolist()
        line += f"  {name} {' '.join(f'{value + 0.001:.1f}' for value in values)}"
    print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "image + 0.25 * conv     torch -3.0 -1.5 1.5 3.0  MCT -3.0 -1.5 1.5 3.0  off -3.0 -1.5 1.5 3.0
add(image, conv, 0.25)  torch -3.0 -1.5 1.5 3.0  MCT -6.0 -3.0 3.0 6.0  off -3.0 -1.5 1.5 3.0
image.add(conv, 0.25)   torch -3.0 -1.5 1.5 3.0  MCT -6.0 -3.0 3.0 6.0  off -3.0 -1.5 1.5 3.0
add(conv, image, 0.25)  torch -4.5 -2.2 2.3 4.5  MCT -6.0 -3.0 3.0 6.0  off -4.5 -2.2 2.3 4.5
add(conv, image, -1)    torch -2.0 -1.0 1.0 2.0  MCT -6.0 -3.0 3.0 6.0  off -2.0 -1.0 1.0 2.0
sub(conv, image, 0.25)  torch -3.5 -1.7 1.8 3.5  MCT -3.5 -1.7 1.8 3.5  off -3.5 -1.7 1.8 3.5
four + conv             torch 3.5 4.5 5.5 6.5  MCT 3.5  off 3.5 4.5 5.5 6.5
(four + conv).mean(1)   torch 5.0  MCT 3.5  off 5.0" ]
