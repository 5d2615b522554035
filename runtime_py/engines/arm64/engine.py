"""Runs `model.onnx` and `model.tflite` with the kernels of an ARM64 processor, under emulation."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.engines.arm64 import worker
from skinseg_mobile.runtime_py.engines.arm64.emulated import (
    Emulated,
    Greeting,
    command_of,
    environment_of,
)
from skinseg_mobile.runtime_py.engines.arm64.place import default_place, require_ready
from skinseg_mobile.runtime_py.targets import target_of
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile
from skinseg_mobile.runtime_py.targets.tensors import channels_first, restore, store


class Arm64Engine:
    """A process on an emulated processor that holds the model."""

    def __init__(self, model: ModelFile, cpu: str) -> None:
        place = default_place().absolute()
        setup = require_ready(place)
        self.model = model
        self.cpu = cpu
        self.vendor = target_of(model.path).engines[0].name
        file = str(model.path.absolute())
        command = command_of(place, setup, cpu, worker.__file__, self.vendor, file)
        self.worker = Emulated(command, environment_of(place), f"{self.vendor} on {cpu}")
        said = self.worker.greeting()
        self.version = said.version
        self.described = described_by(said, model.path)

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
        return restore(self._run(tensor)[self.model.output.name], self.model.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        found = self._run(tensor) if self.model.taps else {}
        layout = self.model.output.layout
        return {name: channels_first(found[name], layout) for name in self.model.taps}

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
        content = store(tensor, self.model.input).tobytes()
        found = self.worker.ask(content, len(self.described.outputs))
        return {
            name: np.frombuffer(values, dtype).reshape(shape)
            for (name, (shape, dtype)), values in zip(
                self.described.outputs.items(), found, strict=True
            )
        }


def described_by(said: Greeting, path: Path) -> Described:
    """Return the tensors as the emulated engine has them, and the file's own metadata."""
    return Described(said.inputs, said.outputs, target_of(path).inspect(path).metadata)
