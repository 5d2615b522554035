"""Folds batch norm into the convolutions before it: the form that is exported and quantized.

Evaluation-mode batch norm is an affine map per channel, so it goes into weight and bias exactly.
In the hypercolumn head it stands after a *sum* of projections: its scale goes into each of them,
its shift once into the first.
"""

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from skinseg_mobile.train.nets.head import HypercolumnHead, upsample

PROBABILITY = "probability"


def folded(net: nn.Module) -> nn.Module:
    """Return a copy of `net` in evaluation mode without batch norm; the same function."""
    net = copy.deepcopy(net).eval()
    for module in list(net.modules()):
        if isinstance(module, HypercolumnHead):
            _fold_head(module)
        if isinstance(module, nn.Sequential):
            _fold_neighbours(module)
    return net


class ExportForm(nn.Module):
    """Folded net with its sigmoid: image (1, 3, H, W) in [0, 255] -> probability (1, 1, H, W).

    With `taps` the net's stages follow the probability; `outputs` names them in order.
    """

    def __init__(self, net: nn.Module, *, taps: bool = False) -> None:
        super().__init__()
        self.net = folded(net)
        self.outputs = (PROBABILITY, *(self._stage_names() if taps else ()))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the tensors that `outputs` names."""
        stages: dict[str, Tensor] = cast(Any, self.net).stages(image)
        logits = upsample(stages["head"], (image.shape[-2], image.shape[-1]))
        return (logits.sigmoid(), *(stages[name] for name in self.outputs[1:]))

    @torch.no_grad()
    def _stage_names(self) -> tuple[str, ...]:
        return tuple(cast(Any, self.net).stages(torch.zeros(1, 3, 32, 32)))


def _fold_neighbours(sequence: nn.Sequential) -> None:
    for index in range(len(sequence) - 1):
        convolution, norm = sequence[index], sequence[index + 1]
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            sequence[index] = fuse_conv_bn_eval(convolution, norm)
            sequence[index + 1] = nn.Identity()


@torch.no_grad()
def _fold_head(head: HypercolumnHead) -> None:
    norm = head.first[0]
    if not isinstance(norm, nn.BatchNorm2d):
        return
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    for project in head.project:
        project.get_parameter("weight").mul_(scale.view(-1, 1, 1, 1))
    head.project[0].bias = nn.Parameter(norm.bias - norm.running_mean * scale)
    head.first[0] = nn.Identity()


@torch.no_grad()
def unfold(net: nn.Module, tuned: nn.Module) -> nn.Module:
    """Return a copy of `net` that computes what `tuned`, a changed folded copy of it, computes.

    Batch norm becomes the identity plus the folded bias, so that weights which were tuned in the
    folded form are an ordinary checkpoint of the same spec.
    """
    net = copy.deepcopy(net).eval()
    weights = tuned.state_dict()
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d):
            module.weight.copy_(weights[f"{name}.weight"])
            if module.bias is not None:
                module.bias.copy_(weights[f"{name}.bias"])
        for convolution, norm in _folded_pairs(name, module):
            _make_identity(norm, weights[f"{convolution}.bias"])
    return net


def _folded_pairs(name: str, module: nn.Module) -> Iterator[tuple[str, nn.BatchNorm2d]]:
    """Yield (name of the convolution that took its bias, batch norm) among a module's children."""
    if isinstance(module, HypercolumnHead) and isinstance(module.first[0], nn.BatchNorm2d):
        yield f"{name}.project.0", cast(nn.BatchNorm2d, module.first[0])
    children = list(module) if isinstance(module, nn.Sequential) else []
    for index, (before, after) in enumerate(pairwise(children)):
        if isinstance(before, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
            yield f"{name}.{index}", after


def _make_identity(norm: nn.BatchNorm2d, bias: Tensor) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(1)
    norm.bias.copy_(bias)
