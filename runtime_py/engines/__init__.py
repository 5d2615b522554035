"""Engines run one artefact each: a tensor in, a probability map out.

`auto` takes the first engine of the artefact's target, and on macOS Core ML itself. An engine that
this machine cannot run is "not run".
"""

import sys
import types
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from skinseg_mobile.runtime_py.engines.coreml import CoremlEngine
from skinseg_mobile.runtime_py.engines.coreml_reference import CoremlReferenceEngine
from skinseg_mobile.runtime_py.engines.engine import Engine
from skinseg_mobile.runtime_py.engines.litert import LiteRtEngine
from skinseg_mobile.runtime_py.engines.onnx import OnnxEngine
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Target
from skinseg_mobile.runtime_py.manifest import Manifest
from skinseg_mobile.runtime_py.mil import Rounding

Open = Callable[[Path, Manifest], Engine]

ENGINES: Mapping[str, tuple[Target, Open]] = types.MappingProxyType(
    {
        "onnxruntime": (Target.ONNX, OnnxEngine),
        "litert": (Target.TFLITE, LiteRtEngine),
        "coreml-reference": (
            Target.COREML,
            partial(CoremlReferenceEngine, rounding=Rounding.DECLARED),
        ),
        "coreml-reference:none": (
            Target.COREML,
            partial(CoremlReferenceEngine, rounding=Rounding.NONE),
        ),
        "coreml:cpu": (Target.COREML, partial(CoremlEngine, unit="CPU_ONLY")),
        "coreml:gpu": (Target.COREML, partial(CoremlEngine, unit="CPU_AND_GPU")),
        "coreml:ane": (Target.COREML, partial(CoremlEngine, unit="CPU_AND_NE")),
    }
)
AUTO = "auto"
NATIVE_COREML = "coreml:ane"


def open_engine(folder: Path, manifest: Manifest, name: str = AUTO) -> Engine:
    """Return the engine `name` with the artefact's model loaded.

    Raises:
        InputError: no such engine, or not for this target, or the model is damaged.
        NotRunError: the engine does not run on this machine.
    """
    if name not in (AUTO, *ENGINES):
        raise InputError(f"an engine must be one of {', '.join((AUTO, *ENGINES))}, got '{name}'")
    chosen = engine_for(manifest.target) if name == AUTO else name
    target, open_ = ENGINES[chosen]
    if target is not manifest.target:
        raise InputError(
            f"engine {name} runs {target} files, this artefact is {manifest.target};"
            f" use --engine {engine_for(manifest.target)}"
        )
    return open_(folder / manifest.model_file, manifest)


def engine_for(target: Target) -> str:
    """Return what `auto` takes: the first engine of a target; on macOS Core ML itself."""
    if target is Target.COREML and sys.platform == "darwin":
        return NATIVE_COREML
    return next(name for name, (runs, _) in ENGINES.items() if runs is target)
