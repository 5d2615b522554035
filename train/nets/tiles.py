"""Exact inference of a hypercolumn net in tiles: the numbers of `naive` with 3.4 times less work.

    trunk -> levels
    per band of the image: every level but the finest times its share of the first layer
    per tile of the band, per block of hidden channels:
        hidden  = ReLU(finest level × its share + bias + weights × projected cells around)
        second += hidden × the block's columns of the second layer
    the rest of the MLP on the tile's second layer

Nothing of 5568 or 4096 channels is alive at the input's size. Everything is channels last, where a
1×1 convolution is a matrix product and each tile a handful of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.train.nets.fold import folded
from skinseg_mobile.train.nets.head import HypercolumnHead
from skinseg_mobile.train.nets.sparse import Size, neighbours

# Orders an image's pixels in 8×8 patches and lists the cells of coarse levels around each patch.
#
# Bilinear upsampling of every level at once becomes one small matrix product a patch: its pixels'
# weights (64, K) times its K cells. Half-pixel centres, clamped at the edges: any size, any ratio.


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


@dataclass(frozen=True)
class Tiling:
    """How much is alive at once; the numbers are the same, speed and memory differ."""

    patches: int
    """8×8 patches a tile: what the second layer is accumulated for."""
    channels: int
    """Hidden channels a block."""
    tiles: int
    """Tiles a band: what coarse levels are projected for."""


CPU = Tiling(patches=56, channels=512, tiles=7)  # 16 rows of 224: a block of 7 MB stays in cache
GPU = Tiling(patches=784, channels=4096, tiles=1)  # all of 224×224: few launches, 2.5 GB


class TiledHypercolumn(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255], sides divisible by 32 -> logits (N, 1, H, W).

    `net` is a hypercolumn net: its `features`, then its `head`.
    """

    def __init__(self, net: nn.Module, tiling: Tiling | None = None) -> None:
        super().__init__()
        self.net: Any = folded(net).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.tiling = tiling

    @torch.inference_mode()
    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size, of autocast's type where that is on."""
        return torch.cat([self._one(one) for one in image.split(1)])

    def _one(self, image: Tensor) -> Tensor:
        finest, *coarse = self.net.features(image.contiguous(memory_format=torch.channels_last))
        size = (image.shape[-2], image.shape[-1])
        around = neighbourhoods([(x.shape[-2], x.shape[-1]) for x in coarse], size)
        around = Neighbourhoods(around.cells.to(image.device), around.weights.to(finest))
        cells = [level[0].permute(1, 2, 0).flatten(0, 1) for level in coarse]
        tiling = self.tiling or (GPU if image.is_cuda else CPU)
        return from_patches(_mlp(self.net.head, in_patches(finest), cells, around, tiling), size)


def _mlp(
    head: HypercolumnHead,
    finest: Tensor,
    coarse: Sequence[Tensor],
    around: Neighbourhoods,
    tiling: Tiling,
) -> Tensor:
    """Levels as (positions, C), the finest in patches -> logits (pixels, 1) in patches."""
    band = tiling.patches * tiling.tiles
    second = finest.new_empty(tiling.patches * PATCH, head.mlp[0].get_parameter("bias").numel())
    bands = finest.split(band * PATCH), around.cells.split(band), around.weights.split(band)
    found = [
        _band(head, pixels, coarse, Neighbourhoods(cells, weights), tiling, second)
        for pixels, cells, weights in zip(*bands, strict=True)
    ]
    return torch.cat(found)


def _band(
    head: HypercolumnHead,
    pixels: Tensor,
    coarse: Sequence[Tensor],
    around: Neighbourhoods,
    tiling: Tiling,
    buffer: Tensor,
) -> Tensor:
    """One band: its coarse cells are projected, and gone when it is done."""
    used, near = around.cells.unique(return_inverse=True)
    blocks = _blocks(head, _take(coarse, used), tiling.channels)
    tiles = (
        pixels.split(len(buffer)),
        near.split(tiling.patches),
        around.weights.split(tiling.patches),
    )
    return torch.cat([_tile(head, blocks, *tile, buffer) for tile in zip(*tiles, strict=True)])


def _tile(
    head: HypercolumnHead,
    blocks: Sequence["_Block"],
    pixels: Tensor,
    near: Tensor,
    weights: Tensor,
    buffer: Tensor,
) -> Tensor:
    """One tile's pixels (patches · 64, C) and projected cells -> logits (patches · 64, 1)."""
    total = buffer[: len(pixels)].copy_(head.mlp[0].get_parameter("bias"))
    for block in blocks:
        hidden = torch.addmm(block.bias, pixels, block.share.T).view(len(near), PATCH, -1)
        hidden.baddbmm_(weights, block.projected[near])
        total.addmm_(hidden.relu_().flatten(0, 1), block.second.T)
    return _rest(head, total).clone()  # of one hidden layer it is the buffer itself


@dataclass(frozen=True)
class _Block:
    """Some hidden channels: the weights into and out of them, and the coarse levels' part."""

    share: Tensor
    bias: Tensor
    projected: Tensor
    second: Tensor


def _take(levels: Sequence[Tensor], used: Tensor) -> list[Tensor]:
    """Return each level's rows among `used`: ascending numbers of cells through all levels."""
    found: list[Tensor] = []
    before = 0
    for level in levels:
        mine = used[(used >= before) & (used < before + len(level))]
        found.append(level[mine - before])
        before += len(level)
    return found


def _blocks(head: HypercolumnHead, coarse: Sequence[Tensor], channels: int) -> list[_Block]:
    """Cut the head into blocks, in the levels' type, and project the coarse levels."""
    like = coarse[0]
    finest, *shares = [p.get_parameter("weight").flatten(1).to(like) for p in head.project]
    parts = zip(
        finest.split(channels),
        head.project[0].get_parameter("bias").to(like).split(channels),
        zip(*(share.split(channels) for share in shares), strict=True),
        head.mlp[0].get_parameter("weight").flatten(1).to(like).split(channels, dim=1),
        strict=True,
    )
    return [
        _Block(share, bias, _project(coarse, coarse_shares), second)
        for share, bias, coarse_shares, second in parts
    ]


def _project(levels: Sequence[Tensor], shares: Sequence[Tensor]) -> Tensor:
    """Return all levels' cells (cells, channels) times their share of the first layer."""
    found = levels[0].new_empty(sum(map(len, levels)), len(shares[0]))
    slots = found.split([len(level) for level in levels])
    for level, share, slot in zip(levels, shares, slots, strict=True):
        torch.mm(level, share.T, out=slot)
    return found


def _rest(head: HypercolumnHead, second: Tensor) -> Tensor:
    """Second layer (pixels, C), still without its activation -> logits (pixels, 1)."""
    for layer in list(head.mlp)[1:]:
        if isinstance(layer, nn.Conv2d):
            second = F.linear(second, layer.weight.flatten(1), layer.bias)
        else:
            second = F.relu_(second) if isinstance(layer, nn.ReLU) else layer(second)
    return second
