"""Scores a net on decoded photographs, each at its truth's own size: the stop rule's number."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from skinseg_mobile.runtime_py.images.pipeline import THRESHOLD, to_photo_mask
from skinseg_mobile.runtime_py.metrics.overlap import Scores, confusion, score
from skinseg_mobile.train.data.finite import require_numbers
from skinseg_mobile.train.data.images import DecodedSplit
from skinseg_mobile.train.nets.family import Tileable


@torch.inference_mode()
def dev_scores(
    net: nn.Module,
    decoded: DecodedSplit,
    device: torch.device,
    *,
    batch: int = 16,
    groups: Sequence[dict[str, str]] = (),
) -> Scores:
    """Score a net, which is left in evaluation mode; `batch` photographs are in memory at once.

    Raises:
        InputError: it gives values that are no numbers.
    """
    run = for_inference(net, device)
    logits = [require_numbers(run(some.to(device).float())) for some in decoded.images.split(batch)]
    batches = [some.float().sigmoid().cpu().numpy() for some in logits]
    found = [
        confusion(to_photo_mask(p[0], *truth.shape, threshold=THRESHOLD), truth)
        for p, truth in zip(np.concatenate(batches), decoded.truths, strict=True)
    ]
    return score(found, groups)


def mean_jaccard(net: nn.Module, decoded: DecodedSplit) -> float:
    """Return a net's mean Jaccard, computed on the CPU."""
    return dev_scores(net, decoded, torch.device("cpu")).jaccard_mean


def for_inference(net: nn.Module, device: torch.device) -> nn.Module:
    """Return the net in evaluation mode; on the CPU in tiles where it has that form.

    On a GPU it stays dense: there autocast makes the whole map cheaper than float32 tiles.
    """
    net.eval()
    return net.tiled() if isinstance(net, Tileable) and device.type == "cpu" else net
