"""Runs `model.onnx` and `model.tflite` with the kernels of another processor, under emulation."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.emulated import worker, x86
from skinseg_mobile.runtime_py.engines.emulated.place import default_place, require_ready
from skinseg_mobile.runtime_py.engines.emulated.process import Emulated, command_of, environment_of
from skinseg_mobile.runtime_py.engines.protocol import (
    channels_first,
    require_described,
    restore,
    store,
)
from skinseg_mobile.runtime_py.formats import Target

VENDORS = {Target.ONNX: "onnxruntime", Target.TFLITE: "litert"}


Started = tuple[list[str], dict[str, str]]
"""A command and its whole environment."""


@dataclass(frozen=True)
class Family:
    """Emulated processors of one kind."""

    name: str
    """What their engines' names begin with."""
    label: str
    checks: str
    """What equal results on them prove, and what not."""
    start: Callable[..., Started]
    """Return how a worker with these arguments starts: (cpu, *arguments)."""


def _on_arm64(cpu: str, *arguments: str) -> Started:
    place = default_place().absolute()
    return command_of(place, require_ready(place), cpu, *arguments), environment_of(place)


def _on_x86(cpu: str, *arguments: str) -> Started:
    emulator = x86.find_emulator(default_place().absolute())
    return x86.command_of(emulator, cpu, *arguments), x86.environment()


ARM64 = Family(
    "arm64",
    "ARM64",
    "This checks the numbers of phones' CPUs and says nothing about speed, nor about a phone's GPU"
    " or neural engine.",
    _on_arm64,
)
X86 = Family(
    "x86",
    "x86",
    "This checks the numbers of processors with other 8-bit instructions than this machine's and"
    " says nothing about speed, nor about phones.",
    _on_x86,
)


class EmulatedEngine:
    """A process on an emulated processor that holds the model; see `engines.emulated`."""

    def __init__(self, path: Path, manifest: Manifest, family: Family, cpu: str) -> None:
        self.manifest = manifest
        self.family = family
        self.cpu = cpu
        self.vendor = VENDORS[manifest.target]
        started = family.start(cpu, worker.__file__, self.vendor, str(path.absolute()))
        self.worker = Emulated(*started, f"{self.vendor} on {cpu}")
        said = self.worker.greeting()
        self.version = said.version
        self.outputs = said.outputs
        require_described(manifest, said.inputs, self.outputs)

    @property
    def name(self) -> str:
        """Engine, version and processor."""
        return f"{self.vendor} {self.version} on {self.family.name}:{self.cpu}, emulated"

    @property
    def claim(self) -> str:
        """What results of this engine mean, and what they do not."""
        return (
            f"Computed by {self.vendor}'s {self.family.label} kernels on a {self.cpu} that qemu"
            f" emulates. {self.family.checks}"
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
