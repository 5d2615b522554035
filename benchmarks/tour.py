"""Runs the README's tour in an empty folder and prints it with its real output.

python -m benchmarks.tour            print
python -m benchmarks.tour --write    replace the tour in README.md
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.context import ROOT
from benchmarks.markdown import marked, rewritten

README = ROOT / "README.md"
MARK = "tour"


def main() -> None:
    """Run every command of the README's tour and show what it printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    text = README.read_text()
    with tempfile.TemporaryDirectory() as folder:
        blocks = [f"```console\n$ {c}\n{run(c, Path(folder))}```\n" for c in commands(text)]
    tour = "\n".join(blocks)
    if arguments.write:
        README.write_text(rewritten(text, MARK, tour))
    else:
        print(tour)


def commands(text: str) -> list[str]:
    """Return the commands of the tour in a README."""
    found = marked(MARK).search(text)
    return re.findall(r"^\$ (.+)$", found[0], re.MULTILINE) if found else []


def run(command: str, folder: Path) -> str:
    """Run one command as a user would, in `folder`, and return what it printed.

    Raises:
        SystemExit: the command failed.
    """
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


if __name__ == "__main__":
    main()
