"""Runs ONNX files of float numbers with ncnn, which pnnx converts them for.

ncnn         its kernels for this machine's processor, in float32
ncnn-vulkan  its shaders on a GPU or, where there is none, on Mesa's lavapipe: in float32, of fp16
             files in half precision, as on phones' GPUs

The conversion is made anew for each opening, in a folder that is gone once the net is loaded. Both
programs run in processes of their own.
"""

import json
import subprocess
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from skinseg_mobile.runtime_py.child import ncnn_net
from skinseg_mobile.runtime_py.child.process import ONE_THREAD, Child, started
from skinseg_mobile.runtime_py.engines.accelerators import lacks_loader, names_driver, placed
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets.in_child import ask
from skinseg_mobile.runtime_py.targets.onnx.engine import inspect
from skinseg_mobile.runtime_py.targets.spec import Described, ModelFile
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine
from skinseg_mobile.runtime_py.vendors import not_installed, place_of

SECONDS = 300
"""That pnnx may take."""
ICDS = (Path("/usr/share/vulkan/icd.d"), Path("/etc/vulkan/icd.d"))
"""Where Vulkan's drivers are listed."""
_CLAIM = (
    "pnnx has converted the file for ncnn, which computed {how}. This checks the conversion and"
    " ncnn's arithmetic{beside}. An app ships the converted files, not this one."
)
_CPU = _CLAIM.format(how="in float32 on this machine's processor", beside="")
_VULKAN = _CLAIM.format(
    how="with its Vulkan shaders in {kind} on {device}",
    beside=", not a phone's driver, and says nothing about speed",
)


class NcnnEngine(TensorEngine):
    """A process that holds the converted net; `unit` is `cpu` or `vulkan`.

    Raises:
        InputError: the model is damaged.
        NotRunError: it is an 8-bit file, has an operation that ncnn lacks, or pnnx does not
            convert it.
    """

    def __init__(self, model: ModelFile, unit: str) -> None:
        found = inspect(model.path)
        if found.precision not in (Precision.FP32, Precision.FP16):
            raise NotRunError(
                f"ncnn takes ONNX files of float numbers, this one is {found.precision}. Judge its"
                " fp32 or fp16 file, or use another engine."
            )
        half = unit == "vulkan" and found.precision is Precision.FP16
        kind = "float16" if half else "float32"
        with TemporaryDirectory() as folder:
            convert(model.path, Path(folder))
            self.worker = start_net(found, Path(folder), unit, kind)
            said = self.worker.greeting()
        name = "ncnn" if unit == "cpu" else "ncnn-vulkan"
        claim = _CPU if unit == "cpu" else _VULKAN.format(kind=kind, device=said.device)
        super().__init__(
            f"{name} {said.version} on {said.device}",
            model,
            found,
            partial(ask, self.worker, said.outputs),
            claim,
            placed("GPU", said.on, said.left),
        )


def convert(model: Path, folder: Path) -> None:
    """Write what ncnn reads into a folder; pnnx writes beside the model that it is given."""
    (folder / "model.onnx").write_bytes(model.read_bytes())
    program = Path(str(place_of("pnnx")), "pnnx")
    try:
        done = subprocess.run(
            [program, "model.onnx", "fp16=0"], cwd=folder, capture_output=True, timeout=SECONDS
        )
        failed = done.returncode != 0 or not (folder / "model.ncnn.bin").is_file()
    except (OSError, subprocess.TimeoutExpired):
        failed = True
    if failed:
        raise NotRunError(f"pnnx does not convert {model} for ncnn. Use another engine.")


def start_net(found: Described, folder: Path, unit: str, kind: str) -> Child:
    """Start the process that loads what `convert` has written; `kind` is what it computes in."""
    tensors = json.dumps([found.inputs, found.outputs])
    arguments = (str(folder), unit, kind, tensors)
    return started(ncnn_net.__file__, "ncnn", *arguments, environment=ONE_THREAD)


def lacks_converter() -> str | None:
    """Say that pnnx is missing; None where it is there."""
    return not_installed("pnnx", "ncnn")


def lacks_vulkan_driver() -> str | None:
    """Say what ncnn's shaders lack on this machine; None where nothing is missing."""
    if reason := lacks_converter() or lacks_loader():
        return reason
    listed = any(True for folder in ICDS if folder.is_dir() for _ in folder.glob("*.json"))
    if listed or names_driver():
        return None
    return "This machine has no Vulkan driver; run: apt-get install mesa-vulkan-drivers"
