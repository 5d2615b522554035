"""Runs a checkpoint itself: the reference that every artefact is compared with.

A hypercolumn net runs folded and in tiles: the same numbers in a third of the time, and without
the 2 GB that its own order needs (`train.nets.tiles`). Coarse to fine, on demand, is not exact.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.spec import Placed
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.data.finite import require_numbers
from skinseg_mobile.train.nets.family import RefinesCoarseToFine, Tileable

APPROXIMATE = (
    "Coarse to fine: the mask's border is computed exactly, probabilities away from it are"
    " interpolated, structures of less than 4 pixels can be lost."
)


class TorchEngine:
    """The net in float32, on the CPU unless told otherwise."""

    def __init__(
        self, checkpoint: Checkpoint, device: str = "cpu", *, coarse_to_fine: bool = False
    ) -> None:
        self.device = device
        self.coarse_to_fine = coarse_to_fine
        self.run: Any = _runner(checkpoint, coarse_to_fine).to(device)
        self.net: Any = getattr(self.run, "net", self.run)  # a hypercolumn net is folded inside

    @property
    def name(self) -> str:
        """Engine and version."""
        return f"torch {torch.__version__}{', coarse to fine' if self.coarse_to_fine else ''}"

    @property
    def claim(self) -> str:
        """What coarse to fine means; nothing to add where the net itself ran."""
        return APPROXIMATE if self.coarse_to_fine else ""

    @property
    def placement(self) -> tuple[Placed, ...]:
        """Nothing: torch's layers are not a file's operations."""
        return ()

    @torch.inference_mode()
    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `runtime_py.targets.spec.Engine`."""
        image = batch_of(tensor).to(self.device)
        return require_numbers(self.run(image).sigmoid())[0, 0].cpu().numpy()

    @torch.inference_mode()
    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `runtime_py.targets.spec.Engine`."""
        found: dict[str, torch.Tensor] = self.net.stages(batch_of(tensor).to(self.device))
        return {name: value[0].cpu().numpy() for name, value in found.items()}


def batch_of(tensor: NDArray[np.float32]) -> torch.Tensor:
    """(H, W, 3) float32 as `to_tensor` gives it -> (1, 3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(tensor.transpose(2, 0, 1)))[None]


def _runner(checkpoint: Checkpoint, coarse_to_fine: bool) -> nn.Module:
    net, record = checkpoint.build(), checkpoint.record
    if not coarse_to_fine:
        return net.tiled() if isinstance(net, Tileable) else net
    if not isinstance(net, RefinesCoarseToFine):
        raise InputError(
            f"Coarse to fine is for hypercolumn nets, and {record.name} is of the family"
            f" {record.spec.family}. Leave --coarse-to-fine out."
        )
    return net.coarse_to_fine(record.threshold)


def segmenter_of(
    checkpoint: Checkpoint, device: str = "cpu", *, coarse_to_fine: bool = False
) -> Segmenter:
    """Return the checkpoint with the contract around it.

    Raises:
        InputError: `coarse_to_fine` of a net that is no hypercolumn net.
    """
    record = checkpoint.record
    engine = TorchEngine(checkpoint, device, coarse_to_fine=coarse_to_fine)
    return Segmenter(f"{record.name} (checkpoint)", engine, *record.spec.size, record.threshold)
