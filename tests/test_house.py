"""The house keeps its own rules; the numbers here are today's, they may only fall."""

import ast
import json
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.imports import (
    HOUSE,
    PREFIX,
    ROOT,
    children,
    circle,
    code_lines,
    folders,
    importers,
    imports_of,
    modules,
    name_of,
    ours,
    sources,
    tree,
)

LAYERS = {"runtime_py": 0, "train": 1, "compress": 2, "export": 2, "skinseg_cli": 3}
VENDORS = {
    "torch", "torchvision", "onnx", "onnxruntime", "litert_torch", "ai_edge_litert",
    "coremltools", "tensorflow", "accelerate", "cryptography", "numpy", "PIL", "jinja2",
}  # fmt: skip
IN_BASE = {"numpy", "PIL", "rich", "jinja2", "safetensors", "skinseg_mobile"}
TERMINAL = {"typer", "rich"}
DRAWS_IN_THE_TERMINAL = "runtime_py.progress"

FILES = 15
MORE_FILES = {
    "runtime_py.gate.checks": 19,  # one a check: adding one is adding a file
    "train.nets": 19,  # one a net or a part of one
    "train.synth": 24,  # one a thing that is drawn
}
"""Folders that hold more files than `FILES`; `__init__.py` is not counted."""
FILES_AT_ROOT = {"runtime_py": 8, "train": 12}

ONE_FILE_EACH = (
    "runtime_py.gate.checks.", "runtime_py.targets.coreml.interpreter.ops.", "skinseg_cli.",
    "train.data.layouts.", "train.nets.", "runtime_py.dossier.formats.",
)  # fmt: skip
"""Where a check, an operation, a command, a layout, a net or a format is added by adding a file."""
SMALL_WITH_ONE_IMPORTER = 15
"""Other modules under 80 lines that one module imports."""
WITHOUT_A_TEST = 60
"""Modules that nothing in `tests` imports."""


@pytest.mark.parametrize("folder", HOUSE)
def test_no_import_points_up(folder: str) -> None:
    for path in sources(folder):
        for name in ours(path):
            layer = name.partition(".")[0]
            if layer != folder:
                assert LAYERS[layer] < LAYERS[folder], f"{path} imports {name}"


@pytest.mark.parametrize("folder", folders())
def test_no_folder_holds_a_circle(folder: str) -> None:
    assert circle(children(folder)) == []


def test_runtime_imports_only_the_base_install() -> None:
    for path in sources("runtime_py"):
        tops = {name.partition(".")[0] for name in _statements(path)}
        assert tops <= IN_BASE | set(sys.stdlib_module_names), path


def _statements(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_only_the_command_line_draws_in_the_terminal() -> None:
    found = {
        name
        for name, path in modules().items()
        if {other.partition(".")[0] for other in imports_of(path)} & TERMINAL
        and not name.startswith("skinseg_cli")
    }
    assert found == {DRAWS_IN_THE_TERMINAL}


def test_every_folder_is_a_listed_package() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    names = [name if name.startswith("skinseg_cli") else PREFIX + name for name in folders()]
    assert sorted(listed) == sorted(names)


def test_command_line_starts_without_vendors() -> None:
    code = "import skinseg_cli, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    )
    assert not VENDORS & {name.partition(".")[0] for name in loaded}


def test_files_hold_one_idea() -> None:
    long = {name for name, path in modules().items() if code_lines(path) > 350}
    assert not long


def test_folders_hold_few_files() -> None:
    counts = Counter(
        name.rpartition(".")[0]
        for name, path in modules().items()
        if path.name != "__init__.py" and "." in name
    )
    limits = dict.fromkeys(counts, FILES) | FILES_AT_ROOT | MORE_FILES
    assert {folder: n for folder, n in counts.items() if n > limits[folder]} == {}


def test_no_two_classes_share_a_name() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for name, path in modules().items():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(name)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_small_modules_live_in_their_importer() -> None:
    small = {
        name
        for name, found in importers().items()
        if len(found) == 1 and code_lines(modules()[name]) < 80 and name not in folders()
        if not name.startswith(ONE_FILE_EACH)
    }
    assert len(small) <= SMALL_WITH_ONE_IMPORTER, small


def test_modules_have_tests() -> None:
    tested = frozenset[str]().union(*(ours(path) for path in sources("tests")))
    untested = modules().keys() - tested - set(folders())
    assert len(untested) <= WITHOUT_A_TEST, sorted(untested)


def test_tests_mirror_the_house() -> None:
    """A folder of `tests` below a folder of the house has the house's name, and can run alone."""
    below = {path.parent for path in sources("tests") if path.name.startswith("test_")}
    names = {name_of(path / "__init__.py").removeprefix("tests.") for path in below}
    assert {name for name in names if name.partition(".")[0] in HOUSE} <= set(folders())
    assert all((path / "__init__.py").is_file() for path in below)
