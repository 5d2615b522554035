"""A teacher's probabilities on disk: all that distillation needs of it, without its weights.

    FILE.npz      compressed, no pickle
      ids         (N,) text
      masks       (N, h, w) uint8, 255 times the probability, rounded; sides of 112 at most
      teacher     SHA-256 that names the checkpoint
      data        SHA-256 that names the dataset: other photographs of the same ids are refused
      sha256      of ids and masks, checked by reading

Each mask is the mean over the flips and quarter turns of its photograph (a frame that is no square
is only turned half) or that of the photograph as it is, then the mean over each cell's pixels.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.arrays import Kind, read_arrays
from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file
from skinseg_mobile.train.data.finite import require_numbers
from skinseg_mobile.train.data.images import DecodedSplit

LARGEST = 112
SUFFIX = ".npz"
_KINDS: dict[str, Kind] = {
    "ids": ("U", 1),
    "masks": ("u1", 3),
    "teacher": ("U", 0),
    "data": ("U", 0),
    "sha256": ("U", 0),
}


@dataclass(frozen=True)
class SoftMasks:
    """Masks (N, h, w) uint8 of `ids`, and the digests of teacher and dataset."""

    ids: tuple[str, ...]
    masks: NDArray[np.uint8]
    teacher: str
    data: str
    name: str = ""
    """The file they were read from, for messages."""

    @property
    def digest(self) -> str:
        """SHA-256 of ids and masks."""
        sha = hashlib.sha256("\0".join(self.ids).encode(errors="surrogateescape"))
        sha.update(repr(self.masks.shape).encode())
        sha.update(np.ascontiguousarray(self.masks).tobytes())
        return sha.hexdigest()


@torch.inference_mode()
def soft_masks(
    net: nn.Module,
    decoded: DecodedSplit,
    device: torch.device,
    batch: int = 16,
    *,
    views: int = 8,
    bf16: bool = False,
) -> NDArray[np.uint8]:
    """Return (N, h, w) uint8 masks of decoded photographs; `net` is in evaluation mode.

    Raises:
        InputError: the net gives values that are no numbers.
    """
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        found = [
            _levels(require_numbers(probability_of(net, some.to(device).float(), views)))
            for some in track(decoded.images.split(batch), "writing soft masks")
        ]
    return torch.cat(found).numpy()


def probability_of(net: nn.Module, image: Tensor, views: int) -> Tensor:
    """Return probabilities (N, 1, H, W), of the frame alone (1 view) or averaged over views (8)."""
    return _averaged(net, image) if views > 1 else net(image).float().sigmoid()


def _averaged(net: nn.Module, image: Tensor) -> Tensor:
    """Return the mean over the frame's symmetries: 8 of a square."""
    square = image.shape[-1] == image.shape[-2]
    total = torch.zeros_like(image[:, :1])
    turns = (0, 1, 2, 3) if square else (0, 2)
    for turn in turns:
        for flip in ((), (-1,)):
            view = image.rot90(turn, (-2, -1)).flip(flip)
            total += net(view).float().sigmoid().flip(flip).rot90(-turn, (-2, -1))
    return total / (2 * len(turns))


def _levels(probability: Tensor) -> Tensor:
    size = [min(side, LARGEST) for side in probability.shape[-2:]]
    small = F.interpolate(probability, size=size, mode="area")
    return (small[:, 0] * 255).round().to(torch.uint8).cpu()


def write_soft_masks(found: SoftMasks, path: Path) -> None:
    """Write a new `.npz` file.

    Raises:
        InputError: it exists or cannot be written.
    """
    require_absent(path)
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {
        "ids": np.array(found.ids),
        "masks": found.masks,
        "teacher": np.array(found.teacher),
        "data": np.array(found.data),
        "sha256": np.array(found.digest),
    }
    np.savez_compressed(buffer, **arrays)
    write_file(path, buffer.getvalue())


def read_soft_masks(path: Path) -> SoftMasks:
    """Read what `write_soft_masks` wrote.

    Raises:
        InputError: missing, damaged, or changed since.
    """
    try:
        arrays = read_arrays(path, _KINDS)
        found = SoftMasks(
            tuple(map(str, arrays["ids"])),
            arrays["masks"],
            str(arrays["teacher"]),
            str(arrays["data"]),
            str(path),
        )
        if len(found.ids) != len(found.masks):
            raise ValueError(f"{len(found.ids)} ids for {len(found.masks)} masks")
        if found.digest != str(arrays["sha256"]):
            raise ValueError("ids and masks do not have the file's own hash")
    except ValueError as error:
        raise InputError(
            f"The soft masks {path} could not be read ({error}). Write them again with"
            " `skinseg-mobile compress soft-masks`."
        ) from error
    return found
