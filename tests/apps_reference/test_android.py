"""The Android app's core on the JVM: Python's tensors, masks and probabilities, bit for bit.

`apps_reference/android/check` does the work; here are the inputs that only Python can make. Set
SKINSEG_REQUIRE_JVM=1 where a machine without Java must fail instead of skipping.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.artefact import find_artefact
from skinseg_mobile.runtime_py.device.check import check_device_report
from skinseg_mobile.runtime_py.device.images import write_images
from skinseg_mobile.runtime_py.gate.check import Verdict
from skinseg_mobile.runtime_py.packaged import DEFAULT_NET
from tests.refused import Run

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "apps_reference" / "android" / "check"
PACKAGED = "tflite-int8"


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    if shutil.which("java") is None and not os.environ.get("SKINSEG_REQUIRE_JVM"):
        pytest.skip("no Java here: apt-get install openjdk-17-jdk-headless")


def check(step: str, artefacts: dict[str, Path], **more: Path) -> str:
    """Run one step of the script; return what it prints."""
    import ai_edge_litert

    environment = {
        **os.environ,
        "SKINSEG_LITERT": str(Path(ai_edge_litert.__path__[0]) / "libLiteRt.so"),
        "SKINSEG_ARTEFACTS": ":".join(f"{key}={path}" for key, path in artefacts.items()),
        **{name: str(path) for name, path in more.items()},
    }
    done = subprocess.run(
        [CHECK, step], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def packaged() -> dict[str, Path]:
    return {PACKAGED: find_artefact(DEFAULT_NET)}


def test_core_is_python(packaged: dict[str, Path], tmp_path: Path) -> None:
    """All vectors, the refusals, and the real LiteRT; its device report passes `parity`."""
    write_images(packaged[PACKAGED], tmp_path / "golden")
    out = check(
        "core",
        packaged,
        SKINSEG_GOLDEN=tmp_path / "golden",
        SKINSEG_REPORT=tmp_path / "device-report.json",
    )
    assert "OK (" in out
    judged = check_device_report(DEFAULT_NET, tmp_path / "device-report.json")
    assert judged.verdict is Verdict.PASSED


@pytest.mark.slow
def test_other_artefacts(artefacts: dict[str, Path], run: Run, tmp_path: Path) -> None:
    """fp32 probabilities, and int8 that enters and leaves as 8 bits."""
    chosen = {key: artefacts[key] for key in ("tflite-fp32", "tflite-int8-io")}
    named = [word for path in chosen.values() for word in ("--artefact", path)]
    assert run("vectors", tmp_path / "vectors", *named)[0] == 0
    out = check("run", chosen, SKINSEG_VECTORS=tmp_path / "vectors")
    assert "OK (" in out


def test_app_fits_android() -> None:
    """Types against Android's own classes, manifest and resources; a wrong type is reported."""
    check("app", {})


def test_style() -> None:
    check("style", {})
