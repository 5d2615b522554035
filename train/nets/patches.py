"""Orders an image's pixels in 8×8 patches and lists the cells of coarse levels around each patch.

Bilinear upsampling of every level at once becomes one small matrix product a patch: its pixels'
weights (64, K) times its K cells. Half-pixel centres, clamped at the edges: any size, any ratio.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from skinseg_mobile.train.nets.sparse import Size, neighbours

SIDE = 8
PATCH = SIDE * SIDE


@dataclass(frozen=True)
class Neighbourhoods:
    """Cells (patches, K) int64, counted through all levels; weights (patches, 64, K) float32."""

    cells: Tensor
    weights: Tensor


def neighbourhoods(levels: Sequence[Size], size: Size) -> Neighbourhoods:
    """Return what bilinear upsampling of `levels` to `size` (sides divisible by 8) reads."""
    cells: list[Tensor] = []
    weights: list[Tensor] = []
    before = 0
    for height, width in levels:
        rows, row_weights = _along(height, size[0])
        columns, column_weights = _along(width, size[1])
        cell = rows[:, None, :, None] * width + columns[None, :, None, :]
        weight = torch.einsum("iar,jbc->ijabrc", row_weights, column_weights)
        patches = cell.shape[0] * cell.shape[1]
        cells.append(before + cell.reshape(patches, -1))
        weights.append(weight.reshape(patches, PATCH, -1).float())
        before += height * width
    return Neighbourhoods(torch.cat(cells, dim=1), torch.cat(weights, dim=2))


def _along(length: int, target: int) -> tuple[Tensor, Tensor]:
    """Return the R cells each 8 positions lie among, (target / 8, R), and weights (…, 8, R)."""
    found, share = neighbours(torch.arange(target), length, target)
    found, share = found.view(-1, SIDE, 2), share.view(-1, SIDE, 2)
    offsets = found - found.amin((1, 2), keepdim=True)
    reach = torch.arange(int(offsets.max()) + 1)
    weights = torch.zeros(len(found), SIDE, len(reach), dtype=share.dtype)
    cells = (found.amin((1, 2))[:, None] + reach).clamp(max=length - 1)
    return cells, weights.scatter_add_(2, offsets, share)


def in_patches(level: Tensor) -> Tensor:
    """(1, C, H, W) -> (H·W, C), patch after patch."""
    patches = level[0].unflatten(2, (-1, SIDE)).unflatten(1, (-1, SIDE))
    return patches.permute(1, 3, 2, 4, 0).reshape(-1, level.shape[1])


def from_patches(values: Tensor, size: Size) -> Tensor:
    """(H·W, 1) patch after patch -> (1, 1, H, W)."""
    patches = values.view(size[0] // SIDE, size[1] // SIDE, SIDE, SIDE)
    return patches.transpose(1, 2).reshape(1, 1, *size)
