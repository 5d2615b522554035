"""ONNX Runtime writes nothing below HOME and reports nothing: it is told so before its import."""

import os
import subprocess
import sys
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.emulated import x86
from skinseg_mobile.runtime_py.engines.emulated.place import environment_of

CODE = """
import os, sys
import skinseg_mobile.runtime_py
assert "onnxruntime" not in sys.modules
import onnxruntime
onnxruntime.get_available_providers()
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""


def run(home: Path, *arguments: str) -> str:
    """Run Python with an empty home and without the variable."""
    kept = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        kept.pop(name, None)
    found = subprocess.run(
        [sys.executable, *arguments],
        env={**kept, "HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout


def test_the_variable_is_set_before_the_import(tmp_path: Path) -> None:
    assert run(tmp_path, "-c", CODE).strip() == "1"
    assert list(tmp_path.iterdir()) == []


def test_a_gate_leaves_no_file_in_an_empty_home(dark: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    run(home, "-m", "skinseg_cli", "parity", str(dark))
    run(home, "-m", "skinseg_cli", "verify", DEFAULT_NET)
    assert list(home.rglob("*")) == []


def test_emulated_programs_are_told_too(tmp_path: Path) -> None:
    assert environment_of(tmp_path)["ORT_DISABLE_TELEMETRY"] == "1"
    assert x86.environment()["ORT_DISABLE_TELEMETRY"] == "1"
