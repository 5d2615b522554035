"""Runs `model.onnx` and `model.tflite` with the kernels of another processor, under emulation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from skinseg_mobile.runtime_py.child import worker
from skinseg_mobile.runtime_py.child.process import Child, Greeting
from skinseg_mobile.runtime_py.engines.emulated import x86
from skinseg_mobile.runtime_py.engines.emulated.place import (
    command_of,
    default_place,
    environment_of,
    require_ready,
)
from skinseg_mobile.runtime_py.targets import target_of
from skinseg_mobile.runtime_py.targets.in_child import run_by
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine

Started = tuple[list[str], dict[str, str]]
"""A command and its whole environment."""


@dataclass(frozen=True)
class ProcessorFamily:
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


_ARM64 = ProcessorFamily(
    "arm64",
    "ARM64",
    "This checks the numbers of phones' CPUs and says nothing about speed, nor about a phone's GPU"
    " or neural engine.",
    _on_arm64,
)
_X86 = ProcessorFamily(
    "x86",
    "x86",
    "This checks the numbers of processors with other 8-bit instructions than this machine's and"
    " says nothing about speed, nor about phones.",
    _on_x86,
)
FAMILIES = {family.name: family for family in (_ARM64, _X86)}


class EmulatedEngine(TensorEngine):
    """A process on an emulated processor that holds the model; see `engines.emulated`."""

    def __init__(self, model: ModelFile, cpu: str, family: str) -> None:
        self.family, self.cpu = FAMILIES[family], cpu
        vendor = target_of(model.path).engines[0].name
        started = self.family.start(cpu, worker.__file__, vendor, str(model.path.absolute()))
        self.worker = Child(*started, f"{vendor} on {cpu}")
        said = self.worker.greeting()
        super().__init__(
            f"{vendor} {said.version} on {self.family.name}:{cpu}, emulated",
            model,
            described_by(said, model.path),
            run_by(self.worker, said.outputs),
            f"Computed by {vendor}'s {self.family.label} kernels on a {cpu} that qemu emulates."
            f" {self.family.checks}",
        )


def described_by(said: Greeting, path: Path) -> Described:
    """Return the tensors as the emulated engine has them, and the file's own metadata."""
    return replace(target_of(path).inspect(path), inputs=said.inputs, outputs=said.outputs)
