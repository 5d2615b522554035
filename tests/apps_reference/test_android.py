"""The Android app: its core gives Python's numbers on the JVM, and its sources fit Android.

`apps_reference/android/check` does the work; here are the inputs that only Python can make. With
SKINSEG_REQUIRE_JVM=1 a machine without Java fails instead of skipping.
"""

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import ai_edge_litert
import pytest

from skinseg_mobile.export.adopt.adopt_file import Wanted, adopt_file
from skinseg_mobile.export.adopt.page import read_page, text_of
from skinseg_mobile.export.adopt.values import IMAGENET
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.contract import ColourOrder, Contract, Filter, Fit, OutputKind
from skinseg_mobile.runtime_py.device.check import check_device_report
from skinseg_mobile.runtime_py.device.images import write_images
from skinseg_mobile.runtime_py.device.report import Dtype, read_device_report
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from tests.export.adopt.nets import TwoClasses, write_tflite
from tests.refused import Run

HOME = Path(__file__).parents[2] / "apps_reference" / "android"
MAIN = HOME / "app" / "src" / "main"
LITERT = Path(ai_edge_litert.__path__[0]) / "libLiteRt.so"
ANDROID = "{http://schemas.android.com/apk/res/android}"
TOOLS = "{http://schemas.android.com/tools}"
THEIRS = Contract(mean=IMAGENET[0], deviation=IMAGENET[1], output=OutputKind.SOFTMAX, channel=1)


@pytest.fixture(scope="module")
def java() -> None:
    if shutil.which("java") is None and not os.environ.get("SKINSEG_REQUIRE_JVM"):
        pytest.skip("no Java here: apt-get install openjdk-17-jdk-headless")


@pytest.fixture(scope="module")
def core(java: None) -> None:
    """Compile the core and its tests, once."""
    del java
    check("compile")


def check(step: str, artefacts: dict[str, Path] | None = None, **paths: Path) -> str:
    """Run one step of the script; return what it prints."""
    named = ":".join(f"{key}={path}" for key, path in (artefacts or {}).items())
    environment = {name: str(path) for name, path in paths.items()}
    environment |= {**os.environ, "SKINSEG_LITERT": str(LITERT), "SKINSEG_ARTEFACTS": named}
    done = subprocess.run(
        [HOME / "check", step], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.usefixtures("core")
def test_core_is_python(tmp_path: Path) -> None:
    """All vectors, the refusals, and the real LiteRT; its device report passes `parity`."""
    artefact = find_artefact(DEFAULT_NET)
    golden, report = tmp_path / "golden", tmp_path / "device-report.json"
    write_images(artefact, golden)
    out = check("run", {"tflite-int8": artefact}, SKINSEG_GOLDEN=golden, SKINSEG_REPORT=report)
    assert "OK (" in out
    assert check_device_report(DEFAULT_NET, report).verdict is Verdict.PASSED


@pytest.mark.slow
@pytest.mark.usefixtures("core")
def test_other_artefacts(artefacts: dict[str, Path], run: Run, tmp_path: Path) -> None:
    """int8 that enters, leaves and is reported as 8 bits; float probabilities."""
    chosen = {key: artefacts[key] for key in ("tflite-int8-io", "tflite-fp32")}
    named = [word for path in chosen.values() for word in ("--artefact", path)]
    vectors, golden, report = (tmp_path / name for name in ("vectors", "golden", "report.json"))
    assert run("vectors", vectors, *named)[0] == 0
    write_images(chosen["tflite-int8-io"], golden)
    paths = {"SKINSEG_VECTORS": vectors, "SKINSEG_GOLDEN": golden, "SKINSEG_REPORT": report}
    assert "OK (" in check("run", chosen, **paths)
    assert read_device_report(report).encoding.dtype is Dtype.INT8
    judged = check_device_report(str(chosen["tflite-int8-io"]), report)
    assert judged.verdict is Verdict.PASSED


@pytest.mark.slow
@pytest.mark.usefixtures("core")
@pytest.mark.parametrize(
    "contract",
    [
        replace(THEIRS, fit=Fit.LETTERBOX, filter=Filter.BILINEAR, pad=114),
        replace(THEIRS, fit=Fit.CROP, colour=ColourOrder.BGR, inverted=True, channel=0),
    ],
    ids=lambda contract: contract.fit,
)
def test_a_file_of_others_with_a_contract_of_its_own(
    contract: Contract, run: Run, tmp_path: Path
) -> None:
    """Two classes at half the size; a report holds probabilities where the file holds logits."""
    page, theirs = tmp_path / "contract.toml", tmp_path / "theirs"
    page.write_text(text_of(contract, 0.5))
    file = write_tflite(TwoClasses(), tmp_path / "their.tflite")
    assert adopt_file(file, Wanted("theirs", read_page(page)), theirs).adopted
    vectors, golden, report = (tmp_path / name for name in ("vectors", "golden", "report.json"))
    assert run("vectors", vectors, "--artefact", theirs)[0] == 0
    write_images(theirs, golden)
    paths = {"SKINSEG_VECTORS": vectors, "SKINSEG_GOLDEN": golden, "SKINSEG_REPORT": report}
    assert "OK (" in check("run", {"tflite-fp32": theirs}, **paths)
    assert read_device_report(report).encoding.dtype is Dtype.FLOAT32
    judged = check_device_report(str(theirs), report)
    failed = [check.name for check in judged.checks if check.verdict is Verdict.FAILED]
    assert failed == ["reference"]  # the net finds what is dark, and scenes have more than that


@pytest.mark.slow
@pytest.mark.usefixtures("java")
def test_app_fits_android() -> None:
    """Types against Android's own classes, manifest and resources; a wrong type is reported."""
    check("app")


@pytest.mark.slow
@pytest.mark.usefixtures("java")
def test_style() -> None:
    check("style")


def test_one_version_everywhere() -> None:
    """The LiteRT tested here, that of Gradle and that of reports; so with Kotlin."""
    catalogue = tomllib.loads((HOME / "gradle" / "libs.versions.toml").read_text())["versions"]
    engine = (MAIN / "kotlin" / "skinseg" / "app" / "LiteRtEngine.kt").read_text()
    assert catalogue["litert"] == version("ai-edge-litert")
    assert f'"LiteRT {catalogue["litert"]}"' in engine
    assert f"kotlin-compiler@{catalogue['kotlin']} " in (HOME / "check").read_text()


def strings(language: str) -> dict[str, str]:
    rows = ElementTree.parse(MAIN / "res" / f"values{language}" / "strings.xml").getroot()
    return {row.attrib["name"]: row.text or "" for row in rows}


@pytest.mark.parametrize("language", ["-de", "-es"])
def test_every_sentence_is_translated(language: str) -> None:
    english, other = strings(""), strings(language)
    assert list(other) == list(english)
    for name, text in english.items():
        assert re.findall(r"%\d\$\S*?[sdf]", other[name]) == re.findall(r"%\d\$\S*?[sdf]", text)


def test_the_app_cannot_reach_the_network() -> None:
    manifest = ElementTree.parse(MAIN / "AndroidManifest.xml").getroot()
    asked = manifest.findall("uses-permission")
    kept = [p.attrib[f"{ANDROID}name"] for p in asked if f"{TOOLS}node" not in p.attrib]
    removed = [
        p.attrib[f"{ANDROID}name"] for p in asked if p.attrib.get(f"{TOOLS}node") == "remove"
    ]
    assert kept == ["android.permission.CAMERA"]
    assert "android.permission.INTERNET" in removed
