"""docs/your-own-model.md works as it stands: its files are written, its commands run in order."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.imports import ROOT

PAGE = (ROOT / "docs" / "your-own-model.md").read_text()
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_page_works(tmp_path: Path) -> None:
    for _, name, text in BLOCK.findall(PAGE):
        if name:
            (tmp_path / name).write_text(text)
    for kind, name, text in BLOCK.findall(PAGE):
        if kind == "sh":
            run(text, tmp_path)
        elif kind == "python":
            run(f"python {name}", tmp_path)
    assert (tmp_path / "runs" / "same" / "checkpoint.json").is_file()
    assert (tmp_path / "report" / "report.html").is_file()


def run(commands: str, folder: Path) -> None:
    """Run shell lines with the project's own code first."""
    place = os.pathsep.join((str(ROOT / ".imports"), str(ROOT)))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "-euc", commands.replace("skinseg-mobile ", "python -m skinseg_cli ")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": place, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
