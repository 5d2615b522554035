"""Reads maps at chosen pixels: what sparse training of hypercolumns needs (PixelNet, paper A).

pixels (N, P, 2) int64 of (row, column) at the net's input size; no upsampled map is ever made.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]


def values_at(mask: Tensor, pixels: Tensor) -> Tensor:
    """Return (N, P), the values of a (N, 1, H, W) map that has the pixels' own size."""
    rows, columns = pixels.unbind(-1)
    return mask[torch.arange(len(mask), device=mask.device)[:, None], 0, rows, columns]


def bilinear_at(level: Tensor, pixels: Tensor, size: Size) -> Tensor:
    """Return (N, C, P, 1): `level` (N, C, h, w), bilinearly upsampled to `size`, at `pixels`.

    The four neighbours of each pixel are weighed and summed in one pass (`embedding_bag`, the
    only gather of torch that keeps no four-fold copy). Half-pixel centres, clamped at the edges.
    """
    batch, channels, height, width = level.shape
    rows, row_weights = neighbours(pixels[..., 0], height, size[0])
    columns, column_weights = neighbours(pixels[..., 1], width, size[1])
    first = torch.arange(batch, device=level.device).view(-1, 1, 1, 1) * (height * width)
    cells = first + rows[..., :, None] * width + columns[..., None, :]
    weights = row_weights[..., :, None] * column_weights[..., None, :]
    found = F.embedding_bag(
        cells.view(-1, 4),
        level.permute(0, 2, 3, 1).reshape(-1, channels),
        per_sample_weights=weights.view(-1, 4).to(level.dtype),
        mode="sum",
    )
    return found.view(batch, -1, 1, channels).permute(0, 3, 1, 2)


def neighbours(position: Tensor, length: int, target: int) -> tuple[Tensor, Tensor]:
    """Return the two cells (…, 2) that a position lies between, and their weights in float64."""
    source = ((position.double() + 0.5) * (length / target) - 0.5).clamp(0, length - 1)
    below = source.floor().long()
    above = (below + 1).clamp(max=length - 1)
    share = source - below
    return torch.stack((below, above), dim=-1), torch.stack((1 - share, share), dim=-1)
