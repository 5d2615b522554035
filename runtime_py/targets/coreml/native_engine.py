"""Runs `model.mlpackage` with Core ML itself, on macOS, one compute unit at a time."""

import platform
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.protocol import channels_first, restore, store
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.vendors import vendor


class CoremlEngine:
    """A compiled model on one compute unit; results may differ between units."""

    def __init__(self, path: Path, manifest: Manifest, unit: str) -> None:
        if platform.system() != "Darwin":
            raise NotRunError(
                f"Core ML needs macOS, this is {platform.system()}; use coreml-reference"
            )
        ct = vendor("coremltools", "coreml")
        self.manifest = manifest
        self.unit = unit
        self.model = ct.models.MLModel(str(path), compute_units=getattr(ct.ComputeUnit, unit))

    @property
    def name(self) -> str:
        """Engine and compute unit."""
        return f"coreml {self.unit}"

    @property
    def claim(self) -> str:
        """Nothing to add: this is what apps use."""
        return ""

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        return restore(self._run(tensor)[self.manifest.output.name], self.manifest.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self._run(tensor) if self.manifest.taps else {}
        return {name: channels_first(found[name], "NCHW") for name in self.manifest.taps}

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        given = self.manifest.input
        return self.model.predict({given.name: store(tensor, given)})
