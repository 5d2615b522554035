"""The house keeps its own rules: arrows point down, packages are listed, vendors stay outside."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {"runtime_py": 0, "train": 1, "compress": 2, "export": 2, "skinseg_cli": 3}
FOLDERS = [name for name in LAYERS if name != "skinseg_cli"]
VENDORS = {
    "torch", "torchvision", "onnx", "onnxruntime", "litert_torch", "ai_edge_litert",
    "coremltools", "tensorflow", "accelerate", "cryptography", "numpy", "PIL", "jinja2",
}  # fmt: skip
IN_BASE = {"numpy", "PIL", "rich", "typer", "jinja2", "safetensors", "skinseg_mobile"}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_import_points_up(folder: str) -> None:
    for path in sources(folder):
        for name in imports_of(path):
            layer = name.removeprefix("skinseg_mobile.").partition(".")[0]
            if name.startswith("skinseg_mobile.") and layer != folder:
                assert LAYERS[layer] < LAYERS[folder], f"{path} imports {name}"


def test_runtime_imports_only_the_base_install() -> None:
    for path in sources("runtime_py"):
        tops = {name.partition(".")[0] for name in imports_of(path)}
        assert tops <= IN_BASE | set(sys.stdlib_module_names), path


def test_every_folder_is_a_listed_package() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = [
        path.parent for folder in FOLDERS for path in sources(folder) if path.name == "__init__.py"
    ]
    names = ["skinseg_mobile." + ".".join(path.relative_to(ROOT).parts) for path in folders]
    assert sorted(listed) == sorted(names)


def test_command_line_starts_without_vendors() -> None:
    code = "import skinseg_cli, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    )
    assert not VENDORS & {name.partition(".")[0] for name in loaded}


def test_files_hold_one_idea() -> None:
    for folder in FOLDERS:
        for path in sources(folder):
            assert len(path.read_text().splitlines()) <= 350, path


def test_doctests() -> None:
    import doctest
    import importlib

    for name in ("runtime_py.resize", "runtime_py.metrics", "train.config"):
        module = importlib.import_module(f"skinseg_mobile.{name}")
        result = doctest.testmod(module)
        assert result.attempted > 0
        assert result.failed == 0
