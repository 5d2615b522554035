"""The base install alone, in an environment of its own: no torch, and still predict and parity."""

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from skinseg_mobile.runtime_py.packaged import DEFAULT_NET
from tests.dark import disc

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a fresh environment that holds the base install."""
    folder = tmp_path_factory.mktemp("base")
    source = copy_of_the_project(folder / "source")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    command = [programs / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    constraints = ["--quiet", "--constraint", source / "constraints.txt"]
    subprocess.run([*command, *constraints, source], check=True)
    return programs


def copy_of_the_project(out: Path) -> Path:
    """Copy what git would clone: pip builds inside the source folder and leaves files there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if (ROOT / name).is_file():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, out / name)
    return out


@pytest.fixture
def call(programs: Path, tmp_path: Path) -> Call:
    """Run the installed command in an empty folder."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [programs / "skinseg-mobile", *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_it_is_small(programs: Path) -> None:
    command = [programs / "python", "-m", "pip", "list", "--format", "json"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout
    installed = {package["name"].lower() for package in json.loads(listed)}
    assert {"skinseg-mobile", "onnxruntime", "ai-edge-litert", "numpy", "pillow"} <= installed
    heavy = {"torch", "torchvision", "onnx", "coremltools", "tensorflow-cpu", "litert-torch"}
    assert not heavy & installed


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
