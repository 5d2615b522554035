"""Folds batch norm into the convolutions before it: the form that is exported and quantized.

Evaluation-mode batch norm is an affine map per channel, so it goes into weight and bias exactly.
In the hypercolumn head it stands after a *sum* of projections: its scale goes into each of them,
its shift once into the first. Dropout, which does nothing in evaluation, is taken out.
`restore_statistics` makes norms that were folded fit for training again.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.family import FoldsScale, HasGraphForm, InputSize, height_and_width
from skinseg_mobile.train.nets.head import HypercolumnHead, upsample

PROBABILITY = "probability"


def folded(net: nn.Module) -> nn.Module:
    """Return a copy of `net` in evaluation mode without batch norm; the same function."""
    if isinstance(net, HasGraphForm):
        return net.graph_form()
    net = copy.deepcopy(net).eval()
    for module in list(net.modules()):
        if isinstance(module, HypercolumnHead):
            _fold_head(module)
        _fold_neighbours(module)
        _drop_dropout(module)
    return net


class ExportForm(nn.Module):
    """Folded net with its sigmoid: image (1, 3, H, W) in [0, 255] -> probability (1, 1, H, W).

    With `taps`, the size of its input, the net's stages follow the probability; `outputs` names
    them in order. With `fold_scale` the first convolution takes over the scale of the pixels, and
    what it reads is `unit` times what the net computes.
    """

    def __init__(
        self, net: nn.Module, *, taps: InputSize | None = None, fold_scale: bool = False
    ) -> None:
        super().__init__()
        self.net = folded(net)
        self.unit = 1.0
        if fold_scale and isinstance(self.net, FoldsScale):
            self.unit = self.net.fold_scale()
        self.outputs = (PROBABILITY, *(self._stage_names(taps) if taps else ()))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the tensors that `outputs` names."""
        stages: dict[str, Tensor] = cast(Any, self.net).stages(image)
        logits = upsample(stages["head"], (image.shape[-2], image.shape[-1]))
        return (logits.sigmoid(), *(stages[name] for name in self.outputs[1:]))

    @torch.no_grad()
    def _stage_names(self, size: InputSize) -> tuple[str, ...]:
        image = torch.zeros(1, 3, *height_and_width(size))
        return tuple(cast(Any, self.net).stages(image))


def _fold_neighbours(module: nn.Module) -> None:
    for before, after in _neighbours(module):
        convolution, norm = module.get_submodule(before), module.get_submodule(after)
        setattr(module, before, fuse_conv_bn_eval(cast(Any, convolution), cast(Any, norm)))
        setattr(module, after, nn.Identity())


def _neighbours(module: nn.Module) -> list[tuple[str, str]]:
    """Return the names of children (convolution, batch norm) that run one after the other.

    Neighbours in a `Sequential` do; so do torchvision's `conv1` and `bn1` of one block.
    """
    pairs = pairwise(module.named_children())
    return [
        (before, after)
        for (before, convolution), (after, norm) in pairs
        if isinstance(convolution, nn.Conv2d)
        and isinstance(norm, nn.BatchNorm2d)
        and (isinstance(module, nn.Sequential) or after == before.replace("conv", "bn"))
    ]


def _drop_dropout(module: nn.Module) -> None:
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Dropout):
            setattr(module, name, nn.Identity())


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
    if isinstance(net, HasGraphForm):
        return net.from_graph_form(tuned)
    net = copy.deepcopy(net).eval()
    weights, own = tuned.state_dict(), net.state_dict()
    for name in weights.keys() & own.keys():
        own[name].copy_(weights[name])
    for name, module in net.named_modules():
        for convolution, norm in _folded_pairs(name, module):
            kept = own.get(f"{convolution}.bias", torch.zeros(()))
            make_identity(norm, weights[f"{convolution}.bias"] - kept)
    return net


def _folded_pairs(name: str, module: nn.Module) -> Iterator[tuple[str, nn.BatchNorm2d]]:
    """Yield (name of the convolution that took its bias, batch norm) among a module's children."""
    if isinstance(module, HypercolumnHead) and isinstance(module.first[0], nn.BatchNorm2d):
        yield f"{name}.project.0", cast(nn.BatchNorm2d, module.first[0])
    for before, after in _neighbours(module):
        yield f"{name}.{before}", cast(nn.BatchNorm2d, module.get_submodule(after))


@torch.no_grad()
def make_identity(norm: Any, shift: Tensor) -> None:
    """Make a batch norm add `shift` (C,) and do nothing else; one without bias has it as mean."""
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    if norm.weight is not None:
        norm.weight.fill_(1)
    if norm.bias is None:
        norm.running_mean.copy_(-shift)
    else:
        norm.bias.copy_(shift)


@torch.no_grad()
def restore_statistics(net: nn.Module, batches: Iterable[Tensor]) -> None:
    """Give the norms the statistics of what reaches them; in evaluation the net computes the same.

    `unfold` leaves norms that change nothing. Training normalises by a batch's own statistics: such
    a norm would turn each map into something that the next layer has never seen.

    Args:
        net: Changed in place, and left in evaluation mode.
        batches: Images (N, 3, H, W) float32 in [0, 255], of equal numbers.

    Raises:
        InputError: a norm has no weights, so no other statistics leave what it computes.
    """
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    net.eval()
    if not norms:
        return
    if not all(norm.affine for norm in norms):
        raise InputError(
            "The net was quantized, and it has batch norms without weights (affine=False), so it"
            " cannot be trained on. Train its float parent, then quantize again."
        )
    seen: dict[nn.Module, list[tuple[Tensor, Tensor]]] = defaultdict(list)

    def look(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen[norm].append(torch.var_mean(given[0].float(), (0, 2, 3), correction=0))

    hooks = [norm.register_forward_pre_hook(look) for norm in norms]
    for batch in batches:
        net(batch)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        if seen[norm]:
            variances, means = map(torch.stack, zip(*seen[norm], strict=True))
            _rewrite(norm, means.mean(0), variances.mean(0) + means.var(0, correction=0))


def _rewrite(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Set a norm's statistics, and its weight and bias so that it computes the same."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    norm.bias.add_(scale * (mean - norm.running_mean))
    norm.weight.copy_(scale * (variance + norm.eps).sqrt())
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
