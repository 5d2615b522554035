"""Core AI's conformance: generated cases through our engine, then coreai-torch's own tests.

python -m tests.conformance.run_coreai            all of it (ten minutes)
python -m tests.conformance.run_coreai --slice    the cases of one shape (a minute)

The tests come out of coreai-torch's source distribution, in the version that is installed, and run
as they are: they drive the vendor's runtime, not our engine. Exit code 1: something failed.
"""

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from tests.conformance.coreai_cases import SHAPES, TYPES, run_group

LEAST_CASES = 300
LEAST_PASSED = 8
"""Of the vendor's own tests."""
HELPERS = "\nfrom ."
"""Four of its eight test files import modules beside them, which the distribution lacks."""


def main() -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--slice", action="store_true")
    one = parser.parse_args().slice
    failed = run_cases(SHAPES[:1] if one else SHAPES, least=0 if one else LEAST_CASES)
    return int(failed or (not one and run_own_tests()))


def run_cases(shapes: tuple[tuple[int, int, int, int], ...], least: int) -> bool:
    """Run every case of some shapes; say whether one failed or there were too few."""
    counts = Counter[str]()
    for kind in TYPES:
        for shape in shapes:
            with tempfile.TemporaryDirectory() as folder:
                found = run_group(shape, kind, Path(folder))
            for case in found:
                known = "known wrong" if case.is_known_wrong else "passed"
                counts[known if case.passed else "failed"] += 1
                if not case.passed:
                    print(f"failed: {case.name}, gap {case.gap:.2g}, limit {case.limit:g}")
    print(f"Core AI cases: {dict(counts)}")
    return bool(counts["failed"]) or counts["passed"] < least


def run_own_tests() -> bool:
    """Run coreai-torch's own tests; say whether one failed, or fewer passed than before."""
    name = f"coreai-torch=={version('coreai-torch')}"
    with tempfile.TemporaryDirectory() as place:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", place]
        subprocess.run([*fetch, "--no-binary", "coreai-torch", name], check=True)
        (archive,) = Path(place).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
        (tests,) = Path(place).glob("*/tests")
        command = [sys.executable, "-m", "pytest", "tests", "-c", os.devnull, "--rootdir=.", "-q"]
        command += ["-p", "no:cacheprovider", "-p", "no:anyio", "-W", "ignore", "--tb=line"]
        lacking = [path for path in tests.glob("test_*.py") if HELPERS in path.read_text()]
        command += [f"--ignore={path.relative_to(tests.parent)}" for path in lacking]
        done = subprocess.run(command, cwd=tests.parent, capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-1:] or [done.stderr.strip()[-200:]]
    passed = re.search(r"(\d+) passed", last[0])
    print(f"coreai-torch's own tests: {last[0]}; {len(lacking)} files lack their helpers")
    print("\n".join(line for line in done.stdout.splitlines() if line.startswith("FAILED")))
    return done.returncode != 0 or passed is None or int(passed[1]) < LEAST_PASSED


if __name__ == "__main__":
    raise SystemExit(main())
