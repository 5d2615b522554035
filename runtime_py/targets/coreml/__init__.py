"""Core ML packages: the reference interpreter, and Core ML itself on macOS."""

import platform
from functools import partial
from importlib.metadata import version

from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.targets.spec import EngineSpec, Lazy, TargetSpec
from skinseg_mobile.runtime_py.vendors import place_of

BUILT_FOR = "Python 3.11 to 3.13, on x86-64 Linux or macOS"
"""The computers that coremltools has libraries for."""
_HERE = "skinseg_mobile.runtime_py.targets.coreml"


def lacks_compiled_part() -> str | None:
    """Say that coremltools lacks its libraries: pip builds it without where it has no wheel."""
    place = place_of("coremltools")
    if place is None or any(place.glob("libmilstoragepython*")):
        return None
    python = ".".join(platform.python_version_tuple()[:2])
    here = f"Python {python} on {platform.machine()} {platform.system()}"
    return (
        f"coremltools {version('coremltools')} has no libraries for {here}, and cannot write"
        f" weights: install it with {BUILT_FOR}"
    )


def _lacks_macos() -> str | None:
    system = platform.system()
    return lacks_compiled_part() if system == "Darwin" else f"Core ML needs macOS, this is {system}"


def _reference(name: str, rounding: str) -> EngineSpec:
    engine = Lazy(f"{_HERE}.engine:CoremlReferenceEngine")
    opened = partial(engine, rounding=rounding)
    rounded = "rounded to their declared types" if rounding == "declared" else "not rounded"
    about = f"what the package means, by our own executor, results {rounded}"
    return EngineSpec(name, ("coreml",), opened, kind=EngineClass.REFERENCE, about=about)


def _native(name: str, unit: str, kind: EngineClass, first_on: str = "") -> EngineSpec:
    engine = Lazy(f"{_HERE}.engine:CoremlEngine")
    return EngineSpec(
        name=name,
        targets=("coreml",),
        open=partial(engine, unit=unit),
        module="coremltools",
        package="coremltools",
        extra="coreml",
        lacks=_lacks_macos,
        kind=kind,
        about="Core ML itself on a Mac",
        first_on=first_on,
    )


TARGET = TargetSpec(
    name="coreml",
    file="model.mlpackage",
    precisions=(
        Precision.FP32,
        Precision.FP16,
        Precision.INT8,
        Precision.W8,
        Precision.PAL6,
        Precision.PAL4,
    ),
    default=Precision.FP16,
    inspect=Lazy(f"{_HERE}.engine:inspect"),
    engines=(
        _reference("coreml-reference", "declared"),
        _reference("coreml-reference:none", "none"),
        _native("coreml:cpu", "CPU_ONLY", EngineClass.CPU),
        _native("coreml:gpu", "CPU_AND_GPU", EngineClass.GPU),
        _native("coreml:ane", "CPU_AND_NE", EngineClass.NPU, first_on="Darwin"),
    ),
    suffixes=("weights/weight.bin", ".espresso.weights"),
    foreign=Lazy(f"{_HERE}.foreign:foreign"),
    weights="Data/com.apple.CoreML/weights/weight.bin",
)
