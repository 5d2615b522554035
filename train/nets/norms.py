"""Batch norms of weights that were tuned in folded form, made fit for training again.

`fold.unfold` leaves norms that change nothing. Training normalises by a batch's own statistics, and
such a norm would turn each map into something that the next layer has never seen.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError


@torch.no_grad()
def restore_statistics(net: nn.Module, batches: Iterable[Tensor]) -> None:
    """Give the norms the statistics of what reaches them; in evaluation the net computes the same.

    Args:
        net: Changed in place, and left in evaluation mode.
        batches: Images (N, 3, H, W) float32 in [0, 255], of equal numbers.

    Raises:
        InputError: a norm has no weights, so no other statistics leave what it computes.
    """
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    if not all(norm.affine for norm in norms):
        raise InputError(
            "The net was quantized, and it has batch norms without weights (affine=False), so it"
            " cannot be trained on. Train its float parent, then quantize again."
        )
    seen: dict[nn.Module, list[tuple[Tensor, Tensor]]] = defaultdict(list)

    def look(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen[norm].append(torch.var_mean(given[0].float(), (0, 2, 3), correction=0))

    hooks = [norm.register_forward_pre_hook(look) for norm in norms]
    net.eval()
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
