"""An older build of this repository beside today's, for ratios of the two in one run."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
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
    build: Path,
    *arguments: object,
    codes: tuple[int, ...] = (0,),
    python: str = sys.executable,
    cores: int | None = None,
) -> str:
    """Run Python with a build's code, on the first `cores` processors; return what it prints.

    Raises:
        SystemExit: its exit code is none of `codes`.
    """
    more = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # engines that lie beside
    path = os.pathsep.join(filter(None, (str(build / ".imports"), str(build), *more)))
    environment = {**os.environ, "PYTHONPATH": path}
    command = [python, *map(str, arguments)]
    on = ("taskset", "--cpu-list", f"0-{cores - 1}") if cores else ()
    done = subprocess.run(  # in the build's folder, where `-m` looks first
        [*on, *command], cwd=build, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def write_plan(file: Path, **of_run: object) -> Path:
    """Write a gate.toml of these values of `[run]`."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in of_run.items()]
    file.write_text("\n".join(["[run]", *lines, ""]))
    return file


@dataclass(frozen=True)
class Took:
    """Seconds on the clock, and of all processors, which others on the machine hardly change."""

    wall: float
    processor: float

    def over(self, other: "Took") -> dict[str, float]:
        """Return the ratios to another's."""
        return {
            "by the clock": round(self.wall / other.wall, 3),
            "in processor time": round(self.processor / other.processor, 3),
        }

    def __add__(self, other: "Took") -> "Took":
        return Took(self.wall + other.wall, self.processor + other.processor)


def seconds(
    build: Path, *arguments: object, codes: tuple[int, ...] = (0,), cores: int | None = None
) -> Took:
    """Return how long `run` takes."""
    started, used = time.perf_counter(), _processor_seconds()
    run(build, *arguments, codes=codes, cores=cores)
    return Took(time.perf_counter() - started, _processor_seconds() - used)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
