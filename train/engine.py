"""Runs a checkpoint itself: the reference that every artefact is compared with."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.segmenter import Segmenter
from skinseg_mobile.train.checkpoint import Checkpoint


class TorchEngine:
    """The unfolded net in float32 on the CPU."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.net: Any = checkpoint.build()

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
        return self.net(_batch(tensor)).sigmoid()[0, 0].numpy()

    @torch.inference_mode()
    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `runtime_py.engines.engine.Engine`."""
        found: dict[str, torch.Tensor] = self.net.stages(_batch(tensor))
        return {name: value[0].numpy() for name, value in found.items()}


def _batch(tensor: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(tensor.transpose(2, 0, 1)))[None]


def segmenter_of(checkpoint: Checkpoint) -> Segmenter:
    """Return the checkpoint with the contract around it."""
    record = checkpoint.record
    return Segmenter(
        f"{record.name} (checkpoint)", TorchEngine(checkpoint), *record.spec.size, record.threshold
    )
