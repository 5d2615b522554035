"""Runs `model.mlpackage` with Core ML itself, on macOS, one compute unit at a time."""

from typing import Any

from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.coreml.reference_engine import inspect
from skinseg_mobile.runtime_py.targets.spec import ModelFile
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine
from skinseg_mobile.runtime_py.vendors import vendor


class CoremlEngine(TensorEngine):
    """A compiled model on one compute unit; results may differ between units."""

    def __init__(self, model: ModelFile, unit: str) -> None:
        ct = vendor("coremltools", "coreml")
        described = inspect(model.path)
        units = getattr(ct.ComputeUnit, unit)
        self.loaded = ct.models.MLModel(str(model.path), compute_units=units)
        super().__init__(f"coreml {unit}", model, described, self._run)

    def _run(self, stored: NDArray[Any]) -> dict[str, NDArray[Any]]:
        return self.loaded.predict({self.model.input.name: stored})
