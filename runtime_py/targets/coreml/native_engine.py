"""Runs `model.mlpackage` with Core ML itself, on macOS, one compute unit at a time."""

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.reference_engine import inspect
from skinseg_mobile.runtime_py.targets.spec import ModelFile
from skinseg_mobile.runtime_py.targets.tensors import channels_first, restore, store
from skinseg_mobile.runtime_py.vendors import vendor


class CoremlEngine:
    """A compiled model on one compute unit; results may differ between units."""

    def __init__(self, model: ModelFile, unit: str) -> None:
        ct = vendor("coremltools", "coreml")
        self.model = model
        self.unit = unit
        self.described = inspect(model.path)
        compute_units = getattr(ct.ComputeUnit, unit)
        self.loaded = ct.models.MLModel(str(model.path), compute_units=compute_units)

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
        return restore(self._run(tensor)[self.model.output.name], self.model.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self._run(tensor) if self.model.taps else {}
        return {name: channels_first(found[name], "NCHW") for name in self.model.taps}

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        given = self.model.input
        return self.loaded.predict({given.name: store(tensor, given)})
