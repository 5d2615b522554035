"""The packaged student narrowed further: a search within a budget, and what it found.

    python -m benchmarks.search DATA --teacher SOFT_MASKS --work runs/search

Goes on with `--work` where it was left; candidates that are there are not trained again. Files in
`benchmarks/results/search.json`, pictures in `docs/search-*.svg`.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.context import ROOT, publish
from skinseg_mobile.compress.auto.result import FRONT
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import read_json

RESULTS = ROOT / "benchmarks/results/search.json"
BUDGET = ("--budget-mb", "0.5", "--max-drop", "0.01")


def main() -> None:
    """Search, then publish the table and the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    command = [
        sys.executable, "-m", "skinseg_cli", "compress", "auto", DEFAULT_NET, *BUDGET,
        "--data", str(arguments.data), "--teacher", arguments.teacher, "--out", str(arguments.work),
    ]  # fmt: skip
    ended = subprocess.run(command, check=False).returncode
    if ended not in (0, InputError.exit_code):  # a budget that cannot be met is a result, too
        sys.exit(ended)
    publish(read_json(arguments.work / FRONT), RESULTS)
    for picture in arguments.work.glob("front-tflite-*.svg"):
        shutil.copyfile(picture, ROOT / "docs" / picture.name.replace("front", "search"))


if __name__ == "__main__":
    main()
