"""A decoded split on a device: its batches, and random views of their rows, drawn there.

Photographs stay uint8 (1647 at 224×224: 0.25 GB); nothing is decoded or copied again.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from skinseg_mobile.train.data.augment import (
    DRAWS,
    GREY,
    RANGES,
    Augmentation,
    changed,
    changes,
    colour_map,
    space_map,
)
from skinseg_mobile.train.data.camera import CAMERA_DRAWS, CameraRanges, camera, taken
from skinseg_mobile.train.data.draws import Purpose, generator, seed_for
from skinseg_mobile.train.data.images import DecodedSplit

Rows = list[int]


class Views:
    """Batches and views of one split; each a function of (seed, epoch, row)."""

    def __init__(
        self,
        decoded: DecodedSplit,
        augmentation: Augmentation,
        seed: int,
        device: torch.device,
    ) -> None:
        self.ids = decoded.ids
        self.images = decoded.images.to(device)
        self.masks = decoded.masks.to(device)
        self.size = (self.images.shape[-2], self.images.shape[-1])
        self.ranges = RANGES[augmentation]
        self.seed = seed
        sums = decoded.images.sum((2, 3))
        self.mean_grey = (sums / (self.size[0] * self.size[1])) @ GREY

    def batches(self, epoch: int, batch: int) -> list[Rows]:
        """Return the rows of an epoch in its shuffled order, without what fills no batch."""
        order = torch.randperm(
            len(self.ids), generator=generator(Purpose.ORDER, self.seed, epoch)
        ).tolist()
        return [order[at : at + batch] for at in range(0, len(order) - batch + 1, batch)]

    def draw(self, epoch: int, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return the rows' views: images in [0, 255] and their masks, both float32."""
        uniform = [
            torch.rand(DRAWS, generator=generator(Purpose.VIEW, self.seed, epoch, row))
            for row in rows
        ]
        change = changes(torch.stack(uniform), self.ranges)
        index = torch.tensor(rows)
        space = space_map(change, self.size)
        colour = colour_map(change, self.mean_grey[index])
        device = self.images.device
        here = index.to(device)
        images, masks = changed(
            self.images[here], self.masks[here], space.to(device), colour.to(device),
            self.ranges.outside,
        )  # fmt: skip
        if self.ranges.camera:
            images = self._taken(images, epoch, rows, self.ranges.camera)
        return images, masks

    def _taken(
        self, images: Tensor, epoch: int, rows: Sequence[int], ranges: CameraRanges
    ) -> Tensor:
        """Take the views with other cameras, on the CPU: JPEG is coded there."""
        drawn = [generator(Purpose.CAMERA, self.seed, epoch, row) for row in rows]
        uniform = torch.stack([torch.rand(CAMERA_DRAWS, generator=source) for source in drawn])
        noise = torch.stack([torch.randn(images.shape[1:], generator=source) for source in drawn])
        return taken(images.cpu(), camera(uniform, ranges), noise).to(images.device)

    def pixels(self, epoch: int, rows: Sequence[int], per_image: int) -> Tensor:
        """Return (N, per_image, 2): distinct random (row, column) of each view."""
        height, width = self.size
        drawn = [
            np.random.default_rng(seed_for(Purpose.PIXELS, self.seed, epoch, row)).choice(
                height * width, per_image, replace=False, shuffle=False
            )
            for row in rows
        ]
        index = torch.from_numpy(np.stack(drawn)).to(self.images.device)
        return torch.stack((index // width, index % width), dim=-1)
