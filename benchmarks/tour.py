"""Runs the README's tour in an empty folder and prints it with its real output.

python benchmarks/tour.py            print
python benchmarks/tour.py --write    replace the tour in README.md
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TOUR = re.compile(r"(<!-- tour -->\n).*?(<!-- /tour -->)", re.DOTALL)


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
        README.write_text(TOUR.sub(lambda found: found[1] + tour + found[2], text))
    else:
        print(tour)


def commands(text: str) -> list[str]:
    """Return the commands of the tour in a README."""
    found = TOUR.search(text)
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
