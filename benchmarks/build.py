"""An older build of this repository beside today's, for ratios of the two in one run."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.context import ROOT


@contextmanager
def build_of(commit: str, folder: Path) -> Generator[Path]:
    """Check a commit out into the new `folder`, and remove it in the end."""
    git = ("git", "worktree")
    subprocess.run([*git, "add", "--detach", "-q", folder, commit], cwd=ROOT, check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", folder], cwd=ROOT, check=True)


def run(
    build: Path, *arguments: object, codes: tuple[int, ...] = (0,), python: str = sys.executable
) -> str:
    """Run Python with a build's code and return what it prints.

    Raises:
        SystemExit: its exit code is none of `codes`.
    """
    environment = {**os.environ, "PYTHONPATH": f"{build / '.imports'}:{build}"}
    command = [python, *map(str, arguments)]
    done = subprocess.run(  # in the build's folder, where `-m` looks first
        command, cwd=build, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def write_plan(file: Path, **of_run: object) -> Path:
    """Write a gate.toml of these values of `[run]`."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in of_run.items()]
    file.write_text("\n".join(["[run]", *lines, ""]))
    return file


def seconds(build: Path, *arguments: object, codes: tuple[int, ...] = (0,)) -> float:
    """Return how long that takes."""
    started = time.perf_counter()
    run(build, *arguments, codes=codes)
    return time.perf_counter() - started
