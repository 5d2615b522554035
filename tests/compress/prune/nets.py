"""Nets that are wide enough to be pruned and small enough for a test."""

from collections.abc import Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from skinseg_mobile.compress.prune.groups import ChannelGroup
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Checkpoint, Record, save_checkpoint
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanBlock, LeanLayout
from skinseg_mobile.train.nets.spec import NetSpec
from tests.train.nets.test_nets import with_random_statistics

LEAN = LeanLayout(
    stem=16,
    blocks=(
        LeanBlock(16, 16),
        LeanBlock(48, 24, 3, 2),
        LeanBlock(72, 24, 5),
        LeanBlock(72, 40),
        LeanBlock(80, 40, 3),
    ),
    levels=(2, 4),
    hidden=(32, 16),
)
VGG = HypercolumnLayout((16, 16, 24, 32, 32), fc=48, hidden=(32, 24))
PLAIN = HypercolumnLayout((16, 16, 16, 16, 24), fc=32, hidden=(24, 16), batch_norm=False)
SPECS: Mapping[str, NetSpec] = {
    "lean": NetSpec("lean", 64, LEAN),
    "hypercolumn": NetSpec("hypercolumn", 64, VGG),
    "hypercolumn-plain": NetSpec("hypercolumn", 64, PLAIN),
}


def built(name: str) -> nn.Module:
    """Return an untrained net whose batch norm is not the identity and fits what it reads."""
    torch.manual_seed(0)
    net = with_random_statistics(SPECS[name].build()).train()
    blots = F.interpolate(torch.rand(8, 3, 8, 8) * 255, size=64, mode="bilinear")
    with torch.no_grad():
        for _ in range(40):  # the statistics move a tenth of the way each time
            net(blots)
    return net.eval()


def written(name: str, folder: Path) -> Checkpoint:
    """Return the checkpoint of such a net."""
    net = built(name)
    return save_checkpoint(Record(name, Task.LESION, SPECS[name]), net, folder)


def set_channels(net: nn.Module, group: ChannelGroup, numbers: list[int], shift: float) -> None:
    """Make channels of a group constant, in place: zero, or what `shift` makes of batch norm."""
    for name in group.norms:
        norm = net.get_submodule(name)
        norm.get_parameter("weight").data[numbers] = 0
        norm.get_parameter("bias").data[numbers] = shift
    if not group.norms:
        for name in group.givers:
            net.get_submodule(name).get_parameter("weight").data[numbers] = 0
            if getattr(net.get_submodule(name), "bias", None) is not None:
                net.get_submodule(name).get_parameter("bias").data[numbers] = shift
