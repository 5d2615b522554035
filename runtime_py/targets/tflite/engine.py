"""Runs `model.tflite` with LiteRT (XNNPACK kernels) on the CPU."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.metadata import require_same, tflite_metadata
from skinseg_mobile.runtime_py.engines.protocol import (
    Tensors,
    channels_first,
    require_described,
    restore,
    store,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor, vendor_noise_to


class LiteRtEngine:
    """One interpreter; the vendor's is not safe for several threads at once."""

    library = "LiteRT"

    def __init__(self, path: Path, manifest: Manifest, threads: int = 1) -> None:
        self.manifest = manifest
        try:
            with vendor_noise_to(Path(os.devnull)):  # it announces its kernels
                interpreter = self._interpreter(path, threads)
                interpreter.allocate_tensors()
            self.runner = interpreter.get_signature_runner()
        except (ValueError, RuntimeError) as error:
            raise InputError(
                f"{path.name} must load in {self.library}, {path} does not"
                f" ({' '.join(str(error).split())})"
            ) from error
        self.interpreter = interpreter  # the runner holds it weakly
        require_described(
            manifest,
            _tensors(self.runner.get_input_details()),
            _tensors(self.runner.get_output_details()),
        )
        require_same(manifest, tflite_metadata(path))

    def _interpreter(self, path: Path, threads: int) -> Any:
        litert = vendor("ai_edge_litert.interpreter", "")
        return litert.Interpreter(model_path=str(path), num_threads=threads)

    @property
    def name(self) -> str:
        """Engine and version."""
        from importlib.metadata import version

        return f"litert {version('ai-edge-litert')}"

    @property
    def claim(self) -> str:
        """Nothing to add."""
        return ""

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        found = self._run(tensor)
        return restore(found[self.manifest.output.name], self.manifest.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self._run(tensor)
        layout = self.manifest.output.layout
        return {name: channels_first(found[name], layout) for name in self.manifest.taps}

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, Any]:
        feed = {self.manifest.input.name: store(tensor, self.manifest.input)}
        try:
            return self.runner(**feed)
        except (ValueError, RuntimeError) as error:  # it loads, and is damaged further in
            raise InputError(
                f"a model must run in {self.library}, this one does not"
                f" ({' '.join(str(error).split())}); export it again"
            ) from error


def _tensors(details: dict[str, Any]) -> Tensors:
    return {
        name: (tuple(int(n) for n in tensor["shape"]), np.dtype(tensor["dtype"]).name)
        for name, tensor in details.items()
    }
