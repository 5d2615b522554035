#!/usr/bin/env bash
# torch.jit.freeze takes a weight for each column or row for one for each channel, where counts agree.
#
# One would expect: `torch.jit.freeze` gives a faster net that computes the same. A product with a
#   constant of shape (1, columns) broadcasts along the last axis.
# What happens: it folds a constant that follows a convolution into its weights. To see whether it
#   holds one number for each channel, torch compares its axis 1 with the channels. It counts axes from
#   the left, also where the constant has fewer axes than the maps. So (1, columns) and (1, rows, 1)
#   are taken for channels. Sums, differences and quotients have it, too. Nothing warns of
#   it. Shapes (columns) and (1, 1, 1, columns) are right.
# Why it matters: maps of 64 x 64 with 64 channels are common in segmentation nets. A window that
#   fades towards the frame's edge, a weight for each row or a coordinate then scales channels.
#   Freezing is the usual last step for C++, and `optimize_for_inference` begins with it.
#   Checks at another size pass.
# What helps: the constant with all four axes, or `optimize_numerics=False`.
# Versions: torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. The check is `opDoesNotBroadCastWithConv` in torch's
#   frozen_conv_folding.cpp. TorchScript is deprecated since torch 2.11, but binary_folding.py has a
#   copy of the check for `torch.compile` with freezing=True. That was wrong for (1, columns) here,
#   too; it needs a C++ compiler, so the script leaves it out.
# Output seen (maps of ones with four channels; a row or column of the first channel):
#   times 4             row     net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
#   plus 4              row     net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
#   times 1 x 4         row     net 1 2 3 4  frozen 1 1 1 1  without numerics 1 2 3 4
#   plus 1 x 4          row     net 2 3 4 5  frozen 2 2 2 2  without numerics 2 3 4 5
#   times 1 x 1 x 1 x 4 row     net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
#   plus 1 x 1 x 1 x 4  row     net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
#   times 4 x 1         column  net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
#   plus 4 x 1          column  net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
#   times 1 x 4 x 1     column  net 1 2 3 4  frozen 1 1 1 1  without numerics 1 2 3 4
#   plus 1 x 4 x 1      column  net 2 3 4 5  frozen 2 2 2 2  without numerics 2 3 4 5
#   times 1 x 1 x 4 x 1 column  net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
#   plus 1 x 1 x 4 x 1  column  net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch


class Net(torch.nn.Module):
    def __init__(self, shape, add):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 4, 1, bias=False)
        self.conv.weight.data.fill_(1.0)
        self.register_buffer("constant", torch.arange(1.0, 5.0).reshape(shape))
        self.add = add

    def forward(self, image):
        maps = self.conv(image)
        return maps + self.constant if self.add else maps * self.constant


image = torch.ones(1, 1, 4, 4)
for shape, way in (
    ((4,), "row"),
    ((1, 4), "row"),
    ((1, 1, 1, 4), "row"),
    ((4, 1), "column"),
    ((1, 4, 1), "column"),
    ((1, 1, 4, 1), "column"),
):
    for add in False, True:
        net = Net(shape, add).eval()
        traced = torch.jit.trace(net, image)
        line = f"{'plus' if add else 'times'} {' x '.join(map(str, shape))}".ljust(20) + f"{way:<6}"
        for name, run in (
            ("net", net),
            ("frozen", torch.jit.freeze(traced)),
            ("without numerics", torch.jit.freeze(traced, optimize_numerics=False)),
        ):
            channel = run(image)[0, 0]
            values = channel[0] if way == "row" else channel[:, 0]
            line += f"  {name} {' '.join(f'{value:.0f}' for value in values.tolist())}"
        print(line)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "times 4             row     net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
plus 4              row     net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
times 1 x 4         row     net 1 2 3 4  frozen 1 1 1 1  without numerics 1 2 3 4
plus 1 x 4          row     net 2 3 4 5  frozen 2 2 2 2  without numerics 2 3 4 5
times 1 x 1 x 1 x 4 row     net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
plus 1 x 1 x 1 x 4  row     net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
times 4 x 1         column  net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
plus 4 x 1          column  net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5
times 1 x 4 x 1     column  net 1 2 3 4  frozen 1 1 1 1  without numerics 1 2 3 4
plus 1 x 4 x 1      column  net 2 3 4 5  frozen 2 2 2 2  without numerics 2 3 4 5
times 1 x 1 x 4 x 1 column  net 1 2 3 4  frozen 1 2 3 4  without numerics 1 2 3 4
plus 1 x 1 x 4 x 1  column  net 2 3 4 5  frozen 2 3 4 5  without numerics 2 3 4 5" ]
