"""Opens artefacts with a number of threads: the engines that apps also use."""

import types
from collections.abc import Mapping
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.protocol import Engine
from skinseg_mobile.runtime_py.formats import Target
from skinseg_mobile.runtime_py.targets.onnx.engine import OnnxEngine
from skinseg_mobile.runtime_py.targets.tflite.engine import LiteRtEngine
from skinseg_mobile.runtime_py.vendors import vendor

_ENGINES: Mapping[Target, type[OnnxEngine] | type[LiteRtEngine]] = types.MappingProxyType(
    {Target.ONNX: OnnxEngine, Target.TFLITE: LiteRtEngine}
)
_VENDORS: Mapping[Target, str] = types.MappingProxyType(
    {Target.ONNX: "onnxruntime", Target.TFLITE: "ai_edge_litert.interpreter"}
)


def why_not(target: Target) -> str | None:
    """Return why a target cannot be timed here, or None."""
    if target in _ENGINES:
        return None
    return (
        f"{target} was not timed: it runs on a reference executor here, which says nothing about"
        " speed on a phone"
    )


def open_with_threads(folder: Path, manifest: Manifest, threads: int) -> Engine:
    """Return the engine of an artefact that can be timed.

    Raises:
        InputError: the model is damaged.
    """
    return _ENGINES[manifest.target](folder / manifest.model_file, manifest, threads)


def warm_imports(target: Target) -> None:
    """Import the engine's vendor, so that its code does not count as the net's memory."""
    vendor(_VENDORS[target], "")
