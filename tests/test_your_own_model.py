"""docs/your-own-model.md works as it stands: its files are written, its commands run in order."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.imports import ROOT
from tests.refused import Run

PAGE = (ROOT / "docs" / "your-own-model.md").read_text()
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_page_works(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _, name, text in BLOCK.findall(PAGE):
        if name:
            (tmp_path / name).write_text(text)
    for kind, name, text in BLOCK.findall(PAGE):
        lines = text.replace("\\\n", " ").splitlines()
        for line in {"sh": lines, "python": [f"python {name}"]}.get(kind, []):
            done(line, run)
    assert (tmp_path / "runs" / "same" / "checkpoint.json").is_file()
    assert (tmp_path / "report" / "report.html").is_file()


def done(line: str, run: Run) -> None:
    """Run a shell line with the project's own code; our commands in this process, torch is here."""
    program, *arguments = shlex.split(line)
    if program == "skinseg-mobile":
        code, out, err = run(*arguments)
        assert code == 0, (line, out[-3000:], err[-3000:])
        return
    assert program == "python", line
    place = os.pathsep.join((str(ROOT / ".imports"), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": place}
    found = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout[-3000:] + found.stderr[-3000:]
