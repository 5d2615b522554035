"""Every section of docs/extending.md works, applied to a copy of the project as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.copies import copy_of_the_project
from tests.imports import ROOT

PAGE = ROOT / "docs" / "extending.md"
SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MOST_LINES = 40
"""Of code a section."""


def sections() -> dict[str, str]:
    """Return the page's sections by their headings."""
    return {found[1]: found[2] for found in SECTION.finditer(PAGE.read_text())}


def apply(section: str, copy: Path) -> None:
    """Write a section's files, change its lines, run its commands; each must succeed."""
    for kind, name, text in BLOCK.findall(section):
        if kind == "sh":
            run(text, copy)
        elif kind == "diff":
            change(copy / name, text)
        else:
            path = copy / name
            assert not path.exists(), f"{name} is there already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def change(path: Path, diff: str) -> None:
    """Insert each `+` line behind the line before it in `diff`, which stands in the file once."""
    lines, at = path.read_text().splitlines(), -1
    for line in diff.splitlines():
        sign, text = line[0], line[1:]
        if sign == "+":
            at += 1
            lines.insert(at, text)
            continue
        assert lines.count(text) == 1, f"{path.name} must have this line once: {text}"
        at = lines.index(text)
        if sign == "-":
            del lines[at]
            at -= 1
    path.write_text("\n".join(lines) + "\n")


def run(commands: str, copy: Path) -> None:
    """Run shell lines in the copy, with its own code first."""
    place = os.pathsep.join((str(copy / ".imports"), str(copy)))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "-euc", commands],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": place, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("name", sections())
def test_a_section_works(name: str, tmp_path: Path) -> None:
    apply(sections()[name], copy_of_the_project(tmp_path / "copy"))


@pytest.mark.parametrize("name", sections())
def test_a_section_is_short(name: str) -> None:
    lines = [line for _, _, text in BLOCK.findall(sections()[name]) for line in text.splitlines()]
    assert 0 < sum(bool(line.strip()) for line in lines) <= MOST_LINES
