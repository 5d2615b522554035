"""Runs a checkpoint itself: the reference that every artefact is compared with.

A hypercolumn net runs folded and in tiles: the same numbers in a third of the time, and without
the 2 GB that its own order needs. See `train.nets.tiles`.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.segmenter import Segmenter
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.hypercolumn import Hypercolumn
from skinseg_mobile.train.nets.tiles import TiledHypercolumn


class TorchEngine:
    """The net in float32, on the CPU unless told otherwise."""

    def __init__(self, checkpoint: Checkpoint, device: str = "cpu") -> None:
        net = checkpoint.build().to(device)
        self.device = device
        self.run: Any = TiledHypercolumn(net) if isinstance(net, Hypercolumn) else net
        self.net: Any = self.run.net if isinstance(net, Hypercolumn) else net

    @property
    def name(self) -> str:
        """Engine and version."""
        return f"torch {torch.__version__}"

    @property
    def claim(self) -> str:
        """Nothing to add."""
        return ""

    @torch.inference_mode()
    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `runtime_py.engines.engine.Engine`."""
        return self.run(self._batch(tensor)).sigmoid()[0, 0].cpu().numpy()

    @torch.inference_mode()
    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `runtime_py.engines.engine.Engine`."""
        found: dict[str, torch.Tensor] = self.net.stages(self._batch(tensor))
        return {name: value[0].cpu().numpy() for name, value in found.items()}

    def _batch(self, tensor: NDArray[np.float32]) -> torch.Tensor:
        image = torch.from_numpy(np.ascontiguousarray(tensor.transpose(2, 0, 1)))
        return image[None].to(self.device)


def segmenter_of(checkpoint: Checkpoint, device: str = "cpu") -> Segmenter:
    """Return the checkpoint with the contract around it."""
    record = checkpoint.record
    engine = TorchEngine(checkpoint, device)
    return Segmenter(f"{record.name} (checkpoint)", engine, *record.spec.size, record.threshold)
