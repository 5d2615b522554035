"""Engines run one artefact each: a tensor in, a probability map out.

`auto` takes the first engine of the artefact's target, and on macOS Core ML itself. An engine that
this machine cannot run is "not run", with the reason.
"""

import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.browser.engine import WebEngine
from skinseg_mobile.runtime_py.engines.browser.page import lacks_page
from skinseg_mobile.runtime_py.engines.emulated.engine import (
    ARM64,
    VENDORS,
    X86,
    EmulatedEngine,
    Family,
)
from skinseg_mobile.runtime_py.engines.emulated.place import CPUS
from skinseg_mobile.runtime_py.engines.emulated.x86 import CPUS as X86_CPUS
from skinseg_mobile.runtime_py.engines.missing import (
    lacks_arm64,
    lacks_macos,
    lacks_nothing,
    lacks_package,
    lacks_x86,
)
from skinseg_mobile.runtime_py.engines.protocol import Engine
from skinseg_mobile.runtime_py.engines.tensorflow import TensorflowEngine
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.formats import Target
from skinseg_mobile.runtime_py.targets.coreml.interpreter import Rounding
from skinseg_mobile.runtime_py.targets.coreml.native_engine import CoremlEngine
from skinseg_mobile.runtime_py.targets.coreml.reference_engine import CoremlReferenceEngine
from skinseg_mobile.runtime_py.targets.onnx.engine import OnnxEngine
from skinseg_mobile.runtime_py.targets.tflite.engine import LiteRtEngine

Open = Callable[[Path, Manifest], Engine]
Lacks = Callable[[], str | None]


@dataclass(frozen=True)
class Kind:
    """What an engine runs, how it is opened, and why this machine may not have it."""

    targets: tuple[Target, ...]
    open: Open
    lacks: Lacks
    slow: bool = False
    """Takes minutes an artefact: a gate runs it where gate.toml names it."""


@dataclass(frozen=True)
class Availability:
    """One engine on this machine; `reason` says why it is not available."""

    name: str
    targets: tuple[Target, ...]
    available: bool
    reason: str | None


def _coreml(unit: str) -> Kind:
    return Kind((Target.COREML,), partial(CoremlEngine, unit=unit), lacks_macos)


def _reference(rounding: Rounding) -> Kind:
    open_ = partial(CoremlReferenceEngine, rounding=rounding)
    return Kind((Target.COREML,), open_, lacks_nothing)


def _emulated(family: Family, cpu: str, lacks: Lacks) -> Kind:
    open_ = partial(EmulatedEngine, family=family, cpu=cpu)
    return Kind(tuple(VENDORS), open_, lacks, slow=True)


ENGINES: Mapping[str, Kind] = types.MappingProxyType(
    {
        "onnxruntime": Kind((Target.ONNX,), OnnxEngine, partial(lacks_package, "onnxruntime")),
        "litert": Kind((Target.TFLITE,), LiteRtEngine, partial(lacks_package, "ai_edge_litert")),
        "tensorflow": Kind(
            (Target.TFLITE,),
            TensorflowEngine,
            partial(lacks_package, "tensorflow", "tensorflow"),
        ),
        "coreml-reference": _reference(Rounding.DECLARED),
        "coreml-reference:none": _reference(Rounding.NONE),
        "coreml:cpu": _coreml("CPU_ONLY"),
        "coreml:gpu": _coreml("CPU_AND_GPU"),
        "coreml:ane": _coreml("CPU_AND_NE"),
        **{f"arm64:{cpu}": _emulated(ARM64, cpu, lacks_arm64) for cpu in CPUS},
        **{f"x86:{cpu}": _emulated(X86, cpu, lacks_x86) for cpu in X86_CPUS},
        "onnxruntime-web": Kind((Target.ONNX,), WebEngine, lacks_page),
        "litert-web": Kind((Target.TFLITE,), WebEngine, lacks_page),
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
    kind = ENGINES[engine_for(manifest.target) if name == AUTO else name]
    if manifest.target not in kind.targets:
        raise InputError(
            f"engine {name} runs {' and '.join(kind.targets)} files, this artefact is"
            f" {manifest.target}; use --engine {engine_for(manifest.target)}"
        )
    if reason := kind.lacks():
        raise NotRunError(reason)
    return kind.open(folder / manifest.model_file, manifest)


def engine_for(target: Target) -> str:
    """Return what `auto` takes: the first engine of a target; on macOS Core ML itself."""
    if target is Target.COREML and sys.platform == "darwin":
        return NATIVE_COREML
    return next(name for name, kind in ENGINES.items() if target in kind.targets)


def available_engines(target: Target | None = None) -> list[Availability]:
    """Return every engine of a target, or all, with the reason where this machine lacks one."""
    return [
        Availability(name, kind.targets, reason is None, reason)
        for name, kind in ENGINES.items()
        if target is None or target in kind.targets
        for reason in [kind.lacks()]
    ]
