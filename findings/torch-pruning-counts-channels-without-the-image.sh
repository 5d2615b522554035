#!/usr/bin/env bash
# Torch-Pruning removes the wrong weights behind a concatenation that begins with the image.
#
# One would expect: channels that are 0 everywhere can be pruned, and the net's answer stays. Of the
#   layer behind `cat([image, conv(image)], 1)` the weights of just these channels go: 4 and 5 for
#   channels 1 and 2 of the convolution, since the image has three.
# What happens: weights 1 and 2 go, which belong to the image, and those of the pruned channels stay.
#   Torch-Pruning follows gradients to find the parts of a concatenation. The image has no gradient
#   function, nor has a map of coordinates, so it is no part, and what follows it is counted from 0.
#   Shapes agree, the net runs, and nothing warns. With the image last, or with a copy of it by a
#   convolution, it is right. The pruners for whole nets do the same as pruning a group.
# Why it matters: a net that gives a later layer the image again, or coordinates beside the maps, has
#   good weights removed there, and each channel that is left meets the weights of another one. The
#   pruned net is much worse than it need be, and fine-tuning hides why.
# What helps: the image last in each concatenation. `image.requires_grad_()` does not help.
# Versions: torch-pruning 1.6.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report of it was found. https://github.com/VainF/Torch-Pruning/issues/146
#   is open; it is about an error where maps are concatenated with themselves.
# Output seen (a pixel before and after pruning two channels that are 0; the weights that went):
#   cat(maps, image)  group   before 507  after 507  gone 1 2
#   cat(maps, image)  pruner  before 507  after 507  gone 1 2
#   cat(copy, maps)   group   before 762  after 762  gone 4 5
#   cat(copy, maps)   pruner  before 762  after 762  gone 4 5
#   cat(image, maps)  group   before 762  after 772  gone 1 2
#   cat(image, maps)  pruner  before 762  after 772  gone 1 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch-pruning==1.6.1 torch==2.13.0 \
  numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
import torch_pruning


class Net(torch.nn.Module):
    def __init__(self, order):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 1, bias=False)
        self.copy = torch.nn.Conv2d(3, 3, 1, bias=False)
        self.head = torch.nn.Conv2d(11, 1, 1, bias=False)
        self.conv.weight.data[:] = torch.arange(1.0, 9.0).reshape(8, 1, 1, 1)
        self.conv.weight.data[1:3] = 0  # these two are pruned
        self.copy.weight.data[:] = torch.eye(3).reshape(3, 3, 1, 1)
        self.head.weight.data[:] = torch.arange(11.0).reshape(1, 11, 1, 1)
        self.order = order

    def forward(self, image):
        parts = {"image": image, "copy": self.copy(image), "maps": self.conv(image)}
        return self.head(torch.cat([parts[name] for name in self.order], 1))


for order in ("maps", "image"), ("copy", "maps"), ("image", "maps"):
    for whole in False, True:
        image = torch.ones(1, 3, 4, 4)
        net = Net(order).eval()
        before = net(image)
        if whole:
            importance = torch_pruning.importance.MagnitudeImportance(group_reduction="first")
            pruner = torch_pruning.pruner.BasePruner(
                net, image, importance, pruning_ratio=0.25, ignored_layers=[net.head, net.copy]
            )
            pruner.step()
        else:
            graph = torch_pruning.DependencyGraph().build_dependency(net, image)
            prune = torch_pruning.prune_conv_out_channels
            graph.get_pruning_group(net.conv, prune, [1, 2]).prune()
        after = net(image)
        left = {round(value) for value in net.head.weight.flatten().tolist()}
        gone = " ".join(str(value) for value in range(11) if value not in left)
        name = "pruner" if whole else "group"
        print(
            f"cat({', '.join(order)})".ljust(17),
            f"{name:<6}  before {before[0, 0, 0, 0]:.0f}  after {after[0, 0, 0, 0]:.0f}  gone {gone}",
        )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "cat(maps, image)  group   before 507  after 507  gone 1 2
cat(maps, image)  pruner  before 507  after 507  gone 1 2
cat(copy, maps)   group   before 762  after 762  gone 4 5
cat(copy, maps)   pruner  before 762  after 762  gone 4 5
cat(image, maps)  group   before 762  after 772  gone 1 2
cat(image, maps)  pruner  before 762  after 772  gone 1 2" ]
