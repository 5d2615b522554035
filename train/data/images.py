"""Decodes a split once: photographs at the net's input size, truth at its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from skinseg_mobile.runtime_py.data.dataset import Sample
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.images.image_file import Mask, read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_tensor
from skinseg_mobile.runtime_py.images.resize import resize
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.nets.family import InputSize, height_and_width


@dataclass(frozen=True)
class DecodedSplit:
    """A decoded split.

    `images` (N, 3, H, W) uint8, rounded from the contract's float32 (a quarter of the memory);
    `masks` (N, 1, H, W) uint8 of 0 and 1, behind which a teacher's may follow; `truths` masks at
    the photographs' own size.
    """

    ids: tuple[str, ...]
    images: Tensor
    masks: Tensor
    truths: tuple[Mask, ...]


def decode_split(
    samples: Sequence[Sample], size: InputSize, label: str, *, labelled: bool = True
) -> DecodedSplit:
    """Decode samples for a net with inputs of `size`, with a progress bar named `label`.

    Unless `labelled`, masks are neither needed nor read: they are 0 and there are no truths.
    """
    height, width = height_and_width(size)
    images = torch.empty((len(samples), 3, height, width), dtype=torch.uint8)
    masks = torch.zeros((len(samples), 1, height, width), dtype=torch.uint8)
    truths: list[Mask] = []
    for row, sample in enumerate(track(samples, label)):
        photo, truth = read_pair(sample) if labelled else (read_photo(sample.image), None)
        tensor = np.rint(to_tensor(photo, height, width)).astype(np.uint8)
        images[row] = torch.from_numpy(tensor.transpose(2, 0, 1))
        if truth is None:
            continue
        masks[row, 0] = torch.from_numpy((resize(truth, height, width) >= 0.5).astype(np.uint8))
        truths.append(truth)
    return DecodedSplit(tuple(sample.id for sample in samples), images, masks, tuple(truths))
