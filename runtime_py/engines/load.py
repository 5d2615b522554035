"""Opens artefacts: hashes checked, then the engine, then the contract around it.

`auto` takes the first engine of the artefact's target, and on macOS Core ML itself. An engine that
this machine cannot run is "not run", with the reason. A target's own engines stand in its folder
of `runtime_py.targets`; those that run several targets stand here. Nothing of an engine is
imported before it opens a model.
"""

import platform
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import (
    Manifest,
    is_artefact,
    read_manifest,
    require_honest,
)
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, choices, meant
from skinseg_mobile.runtime_py.formats import EngineClass
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import (
    NO_PHONE,
    OWN_PROCESS,
    Engine,
    EngineSpec,
    Lazy,
)

AUTO = "auto"


@dataclass(frozen=True)
class Availability:
    """One engine on this machine; `reason` says why it is not available."""

    name: str
    targets: tuple[str, ...]
    available: bool
    reason: str | None
    engine_class: EngineClass
    about: str
    """What its results show."""


_HERE = "skinseg_mobile.runtime_py.engines"


def _arm64(cpu: str) -> EngineSpec:
    return _emulated("arm64", cpu, "place:lacks_place", "kernels of phones' CPUs")


def _x86(cpu: str) -> EngineSpec:
    about = "kernels of processors with other 8-bit instructions"
    return _emulated("x86", cpu, "x86:lacks_emulator", about)


def _emulated(family: str, cpu: str, lacks: str, about: str) -> EngineSpec:
    return EngineSpec(
        name=f"{family}:{cpu}",
        targets=("onnx", "tflite"),
        open=partial(Lazy(f"{_HERE}.emulated.engine:EmulatedEngine"), cpu=cpu, family=family),
        lacks=Lazy(f"{_HERE}.emulated.{lacks}"),
        about=f"{about}, emulated",
        slow=True,
    )


def _web(name: str, target: str) -> EngineSpec:
    return EngineSpec(
        name=name,
        targets=(target,),
        open=Lazy(f"{_HERE}.browser.engine:WebEngine"),
        lacks=Lazy(f"{_HERE}.browser.page:lacks_page"),
        about="the web app's kernels in a browser on this machine",
    )


def _hexagon(soc: str) -> EngineSpec:
    return EngineSpec(
        name=f"hexagon:{soc}",
        targets=("onnx",),
        open=partial(Lazy(f"{_HERE}.accelerators:open_hexagon"), soc=soc),
        module="onnxruntime_qnn",
        package="onnxruntime-qnn",
        extra="hexagon",
        kind=EngineClass.NPU,
        about="a neural processor's arithmetic, simulated, and that it takes the whole file",
        lacks=Lazy(f"{_HERE}.accelerators:lacks_simulator"),
        slow=True,
    )


_LITERT_GPU = EngineSpec(
    name="litert-gpu",
    targets=("tflite",),
    open=Lazy(f"{_HERE}.accelerators:open_gpu"),
    module="ai_edge_litert.compiled_model",
    package="ai-edge-litert",
    kind=EngineClass.GPU,
    about="LiteRT's GPU shaders in float32, in software where there is no GPU",
    lacks=Lazy(f"{_HERE}.accelerators:lacks_vulkan"),
)


def _ncnn(name: str, unit: str, lacks: str, kind: EngineClass, about: str) -> EngineSpec:
    return EngineSpec(
        name=name,
        targets=("onnx",),
        open=partial(Lazy(f"{_HERE}.ncnn:NcnnEngine"), unit=unit),
        module="ncnn",
        package="ncnn",
        extra="ncnn",
        kind=kind,
        about=about,
        lacks=Lazy(f"{_HERE}.ncnn:{lacks}"),
        slow=unit == "vulkan",
        untimed=OWN_PROCESS if unit == "cpu" else NO_PHONE,
    )


_NCNN = (
    _ncnn(
        "ncnn",
        "cpu",
        "lacks_converter",
        EngineClass.CPU,
        "float files as pnnx converts them, by ncnn's kernels on this processor",
    ),
    _ncnn(
        "ncnn-vulkan",
        "vulkan",
        "lacks_vulkan_driver",
        EngineClass.GPU,
        "the same by ncnn's shaders, fp16 files in half precision, in software without a GPU",
    ),
)

ENGINES: Mapping[str, EngineSpec] = types.MappingProxyType(
    {
        spec.name: spec
        for spec in (
            *(engine for target in TARGETS.values() for engine in target.engines),
            _arm64("cortex-a53"),
            _arm64("cortex-a72"),
            _arm64("cortex-a76"),
            _x86("haswell"),
            _x86("skylake-client"),
            _x86("sandybridge"),
            _hexagon("8gen1"),
            _hexagon("8gen2"),
            _hexagon("8gen3"),
            _hexagon("8elite"),
            _hexagon("8elite5"),
            _LITERT_GPU,
            *_NCNN,
            _web("onnxruntime-web", "onnx"),
            _web("litert-web", "tflite"),
        )
    }
)


def load(path: str | Path, engine: str = AUTO) -> Segmenter:
    """Open an artefact's folder, or a packaged net by name (`lean-isic2017`).

    Raises:
        InputError: not an artefact, damaged, or a hash that differs.
        NotRunError: no engine runs its target here.
    """
    folder = find_artefact(path)
    manifest = read_manifest(folder)
    return open_segmenter(folder, manifest, engine)


def find_artefact(path: str | Path) -> Path:
    """Return the folder of an artefact given as a path or as a packaged name.

    Raises:
        InputError: there is no such artefact.
    """
    folder = Path(path)
    if is_artefact(folder):
        return folder
    from skinseg_mobile.runtime_py.artifact.packaged import packaged_artefact, packaged_names

    packaged = packaged_artefact(str(path))
    if packaged is None or folder.exists():  # a broken folder is no other artefact of its name
        raise InputError(
            f"{path} has no manifest.json, so it is not an artefact. Name another folder or export"
            " the artefact again."
            if folder.exists()
            else f"{path} is neither a folder nor a packaged net."
            f" {meant(str(path), packaged_names())}Write an artefact with `skinseg-mobile export`."
        )
    return packaged


def open_segmenter(folder: Path, manifest: Manifest, engine: str = AUTO) -> Segmenter:
    """Open the model of a manifest that was read before."""
    net = open_engine(folder, manifest, engine)
    return Segmenter(manifest.label, net, *manifest.side, manifest.threshold, manifest.rules)


def open_engine(folder: Path, manifest: Manifest, name: str = AUTO, *, threads: int = 1) -> Engine:
    """Return the engine `name` with the artefact's model loaded and compared with its manifest.

    Raises:
        InputError: no such engine, or not for this target, or the model is damaged or another.
        NotRunError: the engine does not run on this machine.
    """
    spec = fitting_spec(manifest, name)
    if reason := spec.missing:
        raise NotRunError(reason)
    engine = spec.open(manifest.model_in(folder, threads))
    require_honest(manifest, engine.described)
    return engine


def fitting_spec(manifest: Manifest, name: str) -> EngineSpec:
    """Return the spec of the engine `name`.

    Raises:
        InputError: no such engine, or not for this target.
    """
    if name not in (AUTO, *ENGINES):
        known = choices(name, (AUTO, *ENGINES))
        raise InputError(f"The engine '{name}' does not exist. {known}")
    spec = spec_of(name, manifest.target)
    if manifest.target not in spec.targets:
        raise InputError(
            f"The engine {name} runs {' and '.join(spec.targets)} files, and {manifest.label} is"
            f" {manifest.target}. Use --engine {engine_for(manifest.target).name}."
        )
    return spec


def spec_of(name: str, target: str) -> EngineSpec:
    """Return the spec of an engine that exists; `auto` is a target's own."""
    return engine_for(target) if name == AUTO else ENGINES[name]


def engine_for(target: str) -> EngineSpec:
    """Return what `auto` takes: a target's first engine, or the one that this system prefers."""
    system = platform.system()
    own = TARGETS[target].engines
    return next((engine for engine in own if engine.first_on == system), own[0])


def available_engines(target: str | None = None) -> list[Availability]:
    """Return every engine of a target, or all, with the reason where this machine lacks one."""
    return [
        Availability(spec.name, spec.targets, reason is None, reason, spec.kind, spec.about)
        for spec in ENGINES.values()
        if target is None or target in spec.targets
        for reason in [spec.missing]
    ]
