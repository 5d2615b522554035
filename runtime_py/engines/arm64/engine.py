"""Runs `model.onnx` and `model.tflite` with the kernels of an ARM64 processor, under emulation."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.arm64 import worker
from skinseg_mobile.runtime_py.engines.arm64.emulated import Emulated, command_of, environment_of
from skinseg_mobile.runtime_py.engines.arm64.place import default_place, require_ready
from skinseg_mobile.runtime_py.engines.protocol import (
    channels_first,
    require_described,
    restore,
    store,
)
from skinseg_mobile.runtime_py.formats import Target

VENDORS = {Target.ONNX: "onnxruntime", Target.TFLITE: "litert"}


class Arm64Engine:
    """A process on an emulated processor that holds the model; see `runtime_py.arm64`."""

    def __init__(self, path: Path, manifest: Manifest, cpu: str) -> None:
        place = default_place().absolute()
        setup = require_ready(place)
        self.manifest = manifest
        self.cpu = cpu
        self.vendor = VENDORS[manifest.target]
        command = command_of(place, setup, cpu, worker.__file__, self.vendor, str(path.absolute()))
        self.worker = Emulated(command, environment_of(place), f"{self.vendor} on {cpu}")
        said = self.worker.greeting()
        self.version = said.version
        self.outputs = said.outputs
        require_described(manifest, said.inputs, self.outputs)

    @property
    def name(self) -> str:
        """Engine, version and processor."""
        return f"{self.vendor} {self.version} on arm64:{self.cpu}, emulated"

    @property
    def claim(self) -> str:
        """What results of this engine mean, and what they do not."""
        return (
            f"Computed by {self.vendor}'s ARM64 kernels on a {self.cpu} that qemu emulates. This"
            " checks the numbers of phones' CPUs and says nothing about speed, nor about a phone's"
            " GPU or neural engine."
        )

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        return restore(self._run(tensor)[self.manifest.output.name], self.manifest.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self._run(tensor) if self.manifest.taps else {}
        layout = self.manifest.output.layout
        return {name: channels_first(found[name], layout) for name in self.manifest.taps}

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
        content = store(tensor, self.manifest.input).tobytes()
        found = self.worker.ask(content, len(self.outputs))
        return {
            name: np.frombuffer(values, dtype).reshape(shape)
            for (name, (shape, dtype)), values in zip(self.outputs.items(), found, strict=True)
        }
