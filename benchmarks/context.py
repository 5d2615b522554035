"""What every published number must name: command, commit, machine, versions."""

import json
import platform
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.storage.atomic import write_file

ROOT = Path(__file__).parent.parent
PACKAGES = (
    *("numpy", "torch", "onnxruntime", "ai-edge-litert", "onnxruntime-qnn", "coremltools"),
    *("coreai-core", "coreai-torch", "executorch", "ncnn", "pnnx"),
)


def publish(results: dict[str, Any], path: Path | None = None) -> None:
    """Print results with their context as one JSON object, or write it to `path`."""
    text = json.dumps({**context(), "results": results}, indent=2, ensure_ascii=False)
    if path is None:
        print(text)
    else:
        write_file(path, text + "\n")


def context() -> dict[str, Any]:
    """Return command, commit, machine and versions."""
    return {
        "command": " ".join(["python -m", f"benchmarks.{Path(sys.argv[0]).stem}", *sys.argv[1:]]),
        "commit": _git("describe", "--always", "--dirty"),
        "machine": f"{_processor()}, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    """Leave out what is not installed: training machines have no engines."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _git(*arguments: str) -> str:
    with suppress(FileNotFoundError):  # no git there
        command = ["git", *arguments]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return found.stdout.strip() or "unknown"
    return "unknown"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.processor()
