#!/usr/bin/env bash
# torchinfo and Torch-Pruning count a transposed convolution of stride 2 four times.
#
# One would expect: `ConvTranspose2d(4, 8, 2, stride=2)` of 16×16 pixels multiplies each pixel by
#   each of its 128 weights once: 32768 multiplications. It is the mirror image of `Conv2d(8, 4, 2,
#   stride=2)`, which takes 32×32 pixels to 16×16 and for which both packages give these 32768.
# What happens: "Total mult-adds" of torchinfo and `count_ops_and_params` of Torch-Pruning are the
#   weights times the pixels of the output, as for a convolution. That is stride times stride too
#   many: 4 times for stride 2, 16 times for stride 4. Stride 1 is right. Nothing warns.
# Why it matters: a U-Net or an FCN climbs back to the size of the image by such layers. The small
#   U-Net below seems to cost a quarter more than it does. Its decoder seems dear beside one that
#   resizes, and a pruner that is led by the count takes its channels first.
# What helps: torch's own FlopCounterMode, halved, or fvcore.
# Versions: torchinfo 1.8.0, torch-pruning 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux
#   x86-64; seen on 2026-11-30. Both are the newest versions.
# Source: run here; no public report for these two was found. ptflops had the same fault, see
#   https://github.com/sovrasov/flops-counter.pytorch/issues/149, and thop, see
#   https://github.com/Lyken17/pytorch-OpCounter/issues/93. The lines are in calculate_macs of
#   torchinfo/layer_info.py and in conv_flops_counter_hook of torch_pruning/utils/op_counter.py.
# Output seen (multiplications; by hand, each pixel of the small map meets each weight):
#                                    by hand     torch  torchinfo  Torch-Pruning
#   Conv2d, 2x2, stride 2              32768     32768      32768          32768
#   ConvTranspose2d, 2x2, stride 2     32768     32768     131072         131072
#   ConvTranspose2d, 4x4, stride 2    131072    131072     524288         524288
#   ConvTranspose2d, 8x8, stride 4    524288    524288    8388608        8388608
#   ConvTranspose2d, 3x3, stride 1     73728     73728      73728          73728
#   a small U-Net                   53215232  53215232   65798144       65896448
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchinfo==1.8.0 torch-pruning==1.6.1 \
  torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
import torch_pruning
import torchinfo
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = self.block(3, 16), self.block(16, 32)
        self.third, self.fourth = self.block(32, 64), self.block(64, 32)
        self.fifth, self.last = self.block(32, 16), nn.Conv2d(16, 1, 1, bias=False)
        self.up, self.higher = (
            nn.ConvTranspose2d(2 * n, n, 2, stride=2, bias=False) for n in (32, 16)
        )
        self.pool = nn.MaxPool2d(2)

    def block(self, old, new):
        return nn.Conv2d(old, new, 3, padding=1, bias=False)

    def forward(self, image):
        high = self.first(image)
        low = self.second(self.pool(high))
        low = self.fourth(torch.cat([self.up(self.third(self.pool(low))), low], 1))
        return self.last(self.fifth(torch.cat([self.higher(low), high], 1)))


def by_torch(net, image):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(image)
    return counter.get_total_flops() // 2


def by_hand(net, image):
    """Of a map and its larger or smaller copy, each pixel of the small one meets each weight."""
    counts = []

    def count(layer, given, found):
        counts.append(min(given[0][0, 0].numel(), found[0, 0].numel()) * layer.weight.numel())

    layers = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        net(image)
    for hook in hooks:
        hook.remove()
    return sum(counts)


print(f"{'':<30}{'by hand':>10}{'torch':>10}{'torchinfo':>11}{'Torch-Pruning':>15}")
up = nn.ConvTranspose2d
for name, net, shape in (
    ("Conv2d, 2x2, stride 2", nn.Conv2d(8, 4, 2, stride=2, bias=False), (8, 32)),
    ("ConvTranspose2d, 2x2, stride 2", up(4, 8, 2, stride=2, bias=False), (4, 16)),
    ("ConvTranspose2d, 4x4, stride 2", up(4, 8, 4, stride=2, padding=1, bias=False), (4, 16)),
    ("ConvTranspose2d, 8x8, stride 4", up(4, 8, 8, stride=4, padding=2, bias=False), (4, 16)),
    ("ConvTranspose2d, 3x3, stride 1", up(4, 8, 3, padding=1, bias=False), (4, 16)),
    ("a small U-Net", UNet(), (3, 64)),
):
    image = torch.rand(1, shape[0], shape[1], shape[1])
    counted = torchinfo.summary(net, input_data=image, verbose=0).total_mult_adds
    pruner = int(torch_pruning.utils.count_ops_and_params(net, image)[0])
    print(
        f"{name:<30}{by_hand(net, image):>10}{by_torch(net, image):>10}{counted:>11}{pruner:>15}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "                                 by hand     torch  torchinfo  Torch-Pruning
Conv2d, 2x2, stride 2              32768     32768      32768          32768
ConvTranspose2d, 2x2, stride 2     32768     32768     131072         131072
ConvTranspose2d, 4x4, stride 2    131072    131072     524288         524288
ConvTranspose2d, 8x8, stride 4    524288    524288    8388608        8388608
ConvTranspose2d, 3x3, stride 1     73728     73728      73728          73728
a small U-Net                   53215232  53215232   65798144       65896448" ]
