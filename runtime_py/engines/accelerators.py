"""Runs artefacts on stand-ins for a phone's accelerators, each in a process of its own.

hexagon:…    Qualcomm's simulator of its neural processor, which the package onnxruntime-qnn holds
litert-gpu   LiteRT's GPU shaders, on a GPU or, where there is none, on SwiftShader

Both say which operations they compute (`Engine.placement`). The simulator computes all or refuses:
ONNX Runtime would give the rest to the CPU without a word.
"""

import os
import platform
import types
from collections import Counter
from collections.abc import Callable, Mapping
from ctypes.util import find_library
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import context_file
from skinseg_mobile.runtime_py.child import accelerated
from skinseg_mobile.runtime_py.child.process import Child, Greeting, started
from skinseg_mobile.runtime_py.engines.emulated.engine import described_by
from skinseg_mobile.runtime_py.engines.emulated.place import QUIET
from skinseg_mobile.runtime_py.targets.in_child import ask
from skinseg_mobile.runtime_py.targets.onnx.engine import require_inside
from skinseg_mobile.runtime_py.targets.spec import ModelFile, Placed
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine
from skinseg_mobile.runtime_py.targets.tflite.flatbuffer import kinds, unpack

SOCS: Mapping[str, tuple[str, str]] = types.MappingProxyType(
    {
        "8gen1": ("36", "Snapdragon 8 Gen 1"),
        "8gen2": ("43", "Snapdragon 8 Gen 2"),
        "8gen3": ("57", "Snapdragon 8 Gen 3"),
        "8elite": ("69", "Snapdragon 8 Elite"),
        "8elite5": ("87", "Snapdragon 8 Elite Gen 5"),
    }
)
"""Qualcomm's number (`soc_model`) and the name of each system on a chip that is simulated."""
DRIVERS = ("VK_DRIVER_FILES", "VK_ICD_FILENAMES")
"""Where one of these is set, it says which Vulkan driver is taken."""
SWIFTSHADER = tuple(
    Path(folder, "vk_swiftshader_icd.json")
    for folder in ("/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome")
)
DEVICES = ("dri/renderD*", "nvidia0")
"""Files below /dev that a GPU's driver makes."""


@dataclass(frozen=True)
class Accelerator:
    """One kind of accelerator."""

    unit: str
    claim: str
    """What its results mean; `{device}` stands for what computed them."""
    environment: Callable[[], Mapping[str, str]] = dict[str, str]


def gpu_driver() -> dict[str, str]:
    """Return the environment that chooses a Vulkan driver: SwiftShader where there is no GPU."""
    if names_driver() or _has_gpu():
        return {}
    return {DRIVERS[1]: str(next(path for path in SWIFTSHADER if path.is_file()))}


def names_driver() -> bool:
    """Return whether the environment names a Vulkan driver."""
    return any(os.environ.get(name) for name in DRIVERS)


def _has_gpu() -> bool:
    return any(True for pattern in DEVICES for _ in Path("/dev").glob(pattern))


NPU = Accelerator(
    "NPU",
    "Computed by Qualcomm's simulator of the {device}'s neural processor, not by the chip. This"
    " checks its arithmetic and that the CPU computes nothing; it says nothing about speed.",
)
COMPILED = " The artefact's file for this chip was run, compiled as it is."
GPU = Accelerator(
    "GPU",
    "Computed by LiteRT's GPU shaders in float32 on {device}. This checks the shaders, not a"
    " phone's driver, nor its arithmetic in half precision, and says nothing about speed.",
    gpu_driver,
)


class AcceleratorEngine(TensorEngine):
    """A process that holds the model."""

    def __init__(
        self,
        model: ModelFile,
        accelerator: Accelerator,
        name: str,
        *chosen: str,
        compiled: Path | None = None,
    ) -> None:
        environment, path = accelerator.environment(), compiled or model.path
        self.worker = _worker(environment, None, name, str(path.absolute()), *chosen)
        said = self.worker.greeting()
        super().__init__(
            f"{name} {said.version} on {said.device}",
            model,
            described_by(said, model.path),
            partial(ask, self.worker, said.outputs),
            accelerator.claim.format(device=said.device),
            placement_of(said, accelerator.unit, model.path),
        )


def _worker(
    environment: Mapping[str, str], folder: Path | None, name: str, *arguments: str
) -> Child:
    settings = {**QUIET, **environment}
    return started(accelerated.__file__, name, *arguments, environment=settings, folder=folder)


def placement_of(said: Greeting, unit: str, path: Path) -> tuple[Placed, ...]:
    """Return what a worker has said; where nothing is left, the operations are the file's."""
    on = said.on
    if not any(on.values()) and not any(said.left.values()):
        on = dict(sorted(Counter(kinds(unpack(path.read_bytes()))).items()))
    return placed(unit, on, said.left)


def placed(unit: str, on: Mapping[str, int], left: Mapping[str, int]) -> tuple[Placed, ...]:
    """Return what a unit computes and what the CPU does in its place, without empty parts."""
    found = Placed(unit, on), Placed("CPU", left, fallback=True)
    return tuple(part for part in found if part.count)


def open_hexagon(model: ModelFile, soc: str) -> AcceleratorEngine:
    """Open an ONNX model on a simulated neural processor.

    Where the artefact has a file that is compiled for this chip, that file runs; never one for
    another chip, which the simulator would run without a word.

    Raises:
        InputError: it is damaged.
        NotRunError: not all of its operations run there.
    """
    require_inside(model.path)
    compiled = model.compiled.get(f"hexagon:{soc}")
    unit = replace(NPU, claim=NPU.claim + COMPILED) if compiled else NPU
    return AcceleratorEngine(model, unit, "hexagon", *SOCS[soc], compiled=compiled)


def write_context(model: Path, soc: str) -> Path:
    """Compile an ONNX file for one neural processor, into `hexagon-SOC.onnx` beside it.

    The context lies inside an ONNX file, which ONNX Runtime opens on that chip without compiling.
    Its bytes are reproducible: the process is new, and names are relative.

    Raises:
        InputError: the model is damaged.
        NotRunError: not all of its operations run there.
    """
    out = model.parent / context_file(f"hexagon:{soc}")
    _worker({}, model.parent, "hexagon", model.name, *SOCS[soc], out.name).greeting()
    return out


def open_gpu(model: ModelFile) -> AcceleratorEngine:
    """Open a TFLite model on a GPU.

    Raises:
        InputError: it is damaged, or Vulkan's driver is no good for LiteRT.
    """
    return AcceleratorEngine(model, GPU, "litert-gpu")


def lacks_simulator() -> str | None:
    """Say why this machine cannot simulate a neural processor; None where it can."""
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        return None
    return (
        f"This is {platform.system()} on {platform.machine()}, and the simulator of Hexagon needs"
        " an x86-64 Linux."
    )


def lacks_loader() -> str | None:
    """Say that Vulkan's loader is missing; None where it is there."""
    if platform.system() != "Linux":
        return f"The shaders need Linux with Vulkan, this is {platform.system()}."
    if find_library("vulkan") is None:
        return "Vulkan's loader is not installed; run: apt-get install libvulkan1"
    return None


def lacks_vulkan() -> str | None:
    """Say what LiteRT's GPU part lacks on this machine; None where nothing is missing."""
    if reason := lacks_loader():
        return reason
    if names_driver() or _has_gpu():
        return None
    if not any(path.is_file() for path in SWIFTSHADER):
        return (
            "This machine has no GPU and not SwiftShader either, which stands in for one; run:"
            " apt-get install chromium-common"
        )
    return None
