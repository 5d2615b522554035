"""Beyond exact: a hypercolumn net's MLP on a grid, then only where the mask is undecided.

    logits on every `step`-th pixel -> halve the step: in undecided cells exact, elsewhere linear
                                    -> … until each pixel has a logit
                                    -> follow the mask's border until both its sides are exact

A cell is undecided where its corners' logits, widened by `band`, lie on both sides of the
threshold. So every border that is found is exact. What can be lost is a whole island or hole, of
less than `step` pixels in one direction, that no grid point hits and whose surroundings are all
surer than `band`. Away from borders probabilities are approximate. How far masks agree with the
exact ones depends on the net, so it is measured with every use, never assumed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.train.nets.fold import folded
from skinseg_mobile.train.nets.head import HypercolumnHead, Prepared
from skinseg_mobile.train.nets.sparse import Size

AT_ONCE = 3584
"""Pixels in the MLP at once: at full width 59 MB a tensor."""
EXPECTED_SHARE = 8
"""One pixel in eight is evaluated, about; levels with fewer cells are projected as a whole."""


@dataclass(frozen=True)
class Refinement:
    """Where the MLP runs."""

    step: int = 4
    """Pixels between points of the first grid, a power of two."""
    band: float = 1.0
    """Logits by which corners may miss the threshold and still be called undecided."""


@dataclass(frozen=True)
class LogitGrid:
    """Logits (R, C) at some rows and columns of the image, and where they are exact."""

    rows: Tensor
    columns: Tensor
    logits: Tensor
    exact: Tensor


class CoarseToFine(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255], sides divisible by 32 -> logits (N, 1, H, W).

    `net` is a hypercolumn net: its `features`, then its `head`.
    """

    def __init__(
        self, net: nn.Module, threshold: float = 0.5, refinement: Refinement | None = None
    ) -> None:
        super().__init__()
        self.net: Any = folded(net).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.threshold = math.log(threshold / (1 - threshold))
        self.refinement = refinement or Refinement()

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return torch.stack([self.refine(one).logits for one in image.split(1)])[:, None]

    @torch.inference_mode()
    def refine(self, image: Tensor) -> LogitGrid:
        """Return the last grid of one image (1, 3, H, W): every pixel, and which are exact."""
        levels = self.net.features(image.contiguous(memory_format=torch.channels_last))
        size = (image.shape[-2], image.shape[-1])
        prepared = self.net.head.prepare(levels, size[0] * size[1] // EXPECTED_SHARE)
        evaluate = partial(_evaluate, self.net.head, prepared, size)
        step = self.refinement.step
        grid = _grid(size, step, image)
        grid = evaluate(grid, torch.ones_like(grid.exact))
        while step > 1:
            step //= 2
            finer = _carry(grid, _grid(size, step, image))
            undecided = self._undecided(grid, self.refinement.band)
            grid = evaluate(finer, _touched(undecided, grid, finer) & ~finer.exact)
        while (beside := _touched(self._undecided(grid, 0), grid, grid) & ~grid.exact).any():
            grid = evaluate(grid, beside)  # follow the border where it enters decided cells
        return grid

    def _undecided(self, grid: LogitGrid, band: float) -> Tensor:
        """Return the cells (R - 1, C - 1) between four corners that are not sure to agree, bool."""
        highest = F.max_pool2d(grid.logits[None], 2, stride=1)[0]
        lowest = -F.max_pool2d(-grid.logits[None], 2, stride=1)[0]
        return (lowest - band < self.threshold) & (highest + band >= self.threshold)


def _grid(size: Size, step: int, like: Tensor) -> LogitGrid:
    """Every `step`-th row and column, and the last."""
    rows, columns = (
        torch.arange(0, length + step - 1, step, device=like.device).clamp(max=length - 1)
        for length in size
    )
    logits = like.new_zeros(len(rows), len(columns))
    return LogitGrid(rows, columns, logits, torch.zeros_like(logits, dtype=torch.bool))


def _evaluate(
    head: HypercolumnHead, prepared: Sequence[Prepared], size: Size, grid: LogitGrid, where: Tensor
) -> LogitGrid:
    """Return the grid with exact logits at `where` (R, C)."""
    row, column = where.nonzero(as_tuple=True)
    if not len(row):
        return grid
    pixels = torch.stack((grid.rows[row], grid.columns[column]), dim=1)
    found = [head.read(prepared, part[None], size)[0] for part in pixels.split(AT_ONCE)]
    logits = grid.logits.clone()
    logits[row, column] = torch.cat(found)
    return LogitGrid(grid.rows, grid.columns, logits, grid.exact | where)


def _carry(grid: LogitGrid, finer: LogitGrid) -> LogitGrid:
    """Return `finer` with the coarser grid's exact points, and its logits linearly between."""
    rows, columns = _between(grid.rows, finer.rows), _between(grid.columns, finer.columns)
    logits = rows @ grid.logits @ columns.T
    exact = finer.exact.clone()
    row = torch.searchsorted(finer.rows, grid.rows)
    exact[row[:, None], torch.searchsorted(finer.columns, grid.columns)] = grid.exact
    return LogitGrid(finer.rows, finer.columns, logits, exact)


def _between(coarse: Tensor, fine: Tensor) -> Tensor:
    """Return the weights (fine, coarse) of linear interpolation between positions."""
    below = (torch.searchsorted(coarse, fine, right=True) - 1).clamp(max=len(coarse) - 2)
    share = (fine - coarse[below]) / (coarse[below + 1] - coarse[below])
    weights = share.new_zeros(len(fine), len(coarse))
    weights.scatter_(1, below[:, None], (1 - share)[:, None])
    return weights.scatter_(1, below[:, None] + 1, share[:, None])


def _touched(cells: Tensor, grid: LogitGrid, finer: LogitGrid) -> Tensor:
    """Cells (R - 1, C - 1) -> the finer grid's points in or at the edge of one of them, bool."""
    rows, columns = (
        (fine[:, None] >= coarse[:-1]) & (fine[:, None] <= coarse[1:])
        for fine, coarse in ((finer.rows, grid.rows), (finer.columns, grid.columns))
    )
    return rows.float() @ cells.float() @ columns.float().T > 0
