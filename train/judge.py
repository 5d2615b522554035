"""Scores a net on decoded photographs, each at its truth's own size: the stop rule's number."""

import numpy as np
import torch
from torch import nn

from skinseg_mobile.runtime_py.contract import THRESHOLD, to_mask, to_photo
from skinseg_mobile.runtime_py.metrics import Scores, confusion, score
from skinseg_mobile.train.data.photographs import Photographs


@torch.inference_mode()
def dev_scores(
    net: nn.Module, photographs: Photographs, device: torch.device, batch: int = 16
) -> Scores:
    """Score a net, which is left in evaluation mode; `batch` photographs are in memory at once."""
    net.eval()
    images = photographs.images.split(batch)
    batches = [net(some.to(device).float()).float().sigmoid().cpu().numpy() for some in images]
    found = [
        confusion(to_mask(to_photo(p[0], *truth.shape), THRESHOLD), truth)
        for p, truth in zip(np.concatenate(batches), photographs.truths, strict=True)
    ]
    return score(found)
