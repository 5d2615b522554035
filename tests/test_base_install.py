"""The base install in environments of its own: no torch, and still predict and parity.

The second has TensorFlow too, which nothing else here may meet: coremltools would import it.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from tests.copies import copy_of_the_project
from tests.dark import disc

pytestmark = pytest.mark.slow
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_project(tmp_path_factory.mktemp("base") / "source")


@pytest.fixture(scope="module")
def programs(source: Path) -> Path:
    """The `bin` folder of a fresh environment that holds the base install."""
    return installed(source, "")


@pytest.fixture(scope="module")
def with_tensorflow(source: Path) -> Path:
    """The same with the `tensorflow` extra."""
    return installed(source, "[tensorflow]")


def installed(source: Path, extra: str) -> Path:
    folder = source.with_name(f"venv{extra}")
    venv.create(folder)  # pip comes from here, and compiles nothing that is never imported
    options = ["--quiet", "--no-compile", "--constraint", source / "constraints.txt"]
    subprocess.run([*pip(folder), "install", *options, f"{source}{extra}"], check=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin")


def pip(folder: Path) -> list[str | Path]:
    """Return how to call pip for an environment."""
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder]


@pytest.fixture
def call(programs: Path, tmp_path: Path) -> Call:
    """Run the installed command in an empty folder."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [programs / "skinseg-mobile", *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def packages_of(programs: Path) -> set[str]:
    command = [*pip(programs.parent), "list", "--format", "json"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout
    return {package["name"].lower().replace("_", "-") for package in json.loads(listed)}


def test_it_is_small(programs: Path) -> None:
    packages = packages_of(programs)
    assert {"skinseg-mobile", "onnxruntime", "ai-edge-litert", "numpy", "pillow"} <= packages
    heavy = {"torch", "torchvision", "onnx", "coremltools", "tensorflow-cpu", "litert-torch"}
    assert not heavy & packages


def test_predict_works_without_torch(call: Call, tmp_path: Path) -> None:
    Image.fromarray(disc(1, (300, 400))[0]).save(tmp_path / "photo.jpg")
    found = call("predict", "photo.jpg")
    assert (found.returncode, found.stderr) == (0, "")
    assert "litert" in found.stdout
    for kind in ("mask", "overlay"):
        with Image.open(tmp_path / "predictions" / f"photo-{kind}.png") as image:
            assert image.size == (400, 300)


def test_parity_works_without_torch(call: Call) -> None:
    found = call("parity", DEFAULT_NET)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("passed")


@pytest.mark.parametrize(
    "line", ["--help", "data --help", "doctor", f"parity {DEFAULT_NET} --json"]
)
def test_commands_that_need_nothing_more(call: Call, line: str) -> None:
    found = call(*line.split())
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("line", ["nets", "export", "demo", "train --data ."])
def test_what_is_missing_says_which_extra_has_it(call: Call, line: str, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.fromarray(disc(1)[0]).save(tmp_path / "images" / "a.png")
    found = call(*line.split())
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "Error: torch is needed here and is not installed; run: pip install"
        " 'skinseg-mobile[train]'\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["images"]


@pytest.mark.parametrize(
    ("name", "content", "package", "extra"),
    [
        ("a.heic", b"\0\0\0\x18ftypheic".ljust(200, b"\0"), "pillow_heif", "heic"),
        ("a.dcm", (bytes(128) + b"DICM").ljust(200, b"\0"), "pydicom", "dicom"),
    ],
)
def test_a_format_of_an_extra_is_named(
    call: Call, tmp_path: Path, name: str, content: bytes, package: str, extra: str
) -> None:
    (tmp_path / name).write_bytes(content)
    found = call("predict", name)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        f"Error: {name} is a {extra.upper()} image: {package} is needed here and is not installed;"
        f" run: pip install 'skinseg-mobile[{extra}]'\n"
    )


def test_tensorflow_is_a_second_opinion(with_tensorflow: Path, tmp_path: Path) -> None:
    """Its reference kernels judge the packaged int8 file as LiteRT's do; no torch is there."""
    assert "torch" not in packages_of(with_tensorflow)
    reports: dict[str, dict[str, Any]] = {}
    for engine in ("litert", "tensorflow"):
        command = [with_tensorflow / "skinseg-mobile", "parity", DEFAULT_NET, "--json"]
        found = subprocess.run(
            [*command, "--engine", engine], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert found.stderr == ""
        reports[engine] = json.loads(found.stdout)
    one, other = reports["litert"], reports["tensorflow"]
    assert other["engine"] == "tensorflow 2.21.0, reference kernels"
    assert other["verdict"] == one["verdict"] == "passed"
    assert other["jaccard_artefact"] == pytest.approx(one["jaccard_artefact"], abs=0.002)
    assert other["jaccard_artefact"] != one["jaccard_artefact"], "they share no kernels"
