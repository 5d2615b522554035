"""Draws one random view of a photograph and its mask, the same for the same (seed, epoch, row).

Paper A: rotations by 90°, flips, small changes of brightness, hue and contrast. Added (fitted):
small turns, shifts and scales. Colour never touches the mask.
"""

from collections.abc import Iterator
from enum import StrEnum

import torch
from torch import Tensor

from skinseg_mobile.train.data.photographs import Photographs
from skinseg_mobile.train.vision import torchvision

Index = tuple[int, int]  # epoch, row


class Augmentation(StrEnum):
    """Named ranges."""

    DEFAULT = "default"
    PAPER_A = "paper-a"
    PAPER_B = "paper-b"


class AugmentedViews(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    """(epoch, row) -> image (3, H, W) float32 in [0, 255], mask (1, H, W) float32 of 0 and 1."""

    def __init__(self, photographs: Photographs, seed: int) -> None:
        self.photographs = photographs
        self.seed = seed
        vision = torchvision()
        self.kinds = vision.tv_tensors
        v2 = vision.transforms.v2
        self.transform = v2.Compose(
            [
                v2.RandomHorizontalFlip(),
                v2.RandomVerticalFlip(),
                v2.RandomApply([v2.RandomRotation((90, 90))]),
                v2.RandomAffine(
                    degrees=20,
                    translate=(0.06, 0.06),
                    scale=(0.8, 1.25),
                    interpolation=v2.InterpolationMode.BILINEAR,
                ),
                v2.ColorJitter(brightness=0.25, contrast=0.25, saturation=0.25, hue=0.03),
            ]
        )

    def __len__(self) -> int:
        return len(self.photographs.ids)

    def __getitem__(self, index: Index) -> tuple[Tensor, Tensor]:
        epoch, row = index
        image = self.kinds.Image(self.photographs.images[row])
        mask = self.kinds.Mask(self.photographs.masks[row])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(hash((self.seed, epoch, row)))
            image, mask = self.transform(image, mask)
        return image.as_subclass(Tensor).float(), mask.as_subclass(Tensor).float()


class EpochOrder(torch.utils.data.Sampler[Index]):
    """Yields (epoch, row) in the shuffled order of the epoch it is set to."""

    def __init__(self, rows: int, seed: int) -> None:
        self.rows = rows
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Index]:
        generator = torch.Generator().manual_seed(hash((self.seed, self.epoch)))
        for row in torch.randperm(self.rows, generator=generator).tolist():
            yield self.epoch, row
