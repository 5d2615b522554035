"""Runs coremltools' own operation tests, out of its wheel, through our executor.

python tests/conformance/run.py            every float32 case (about half an hour)
python tests/conformance/run.py --slice    two of each test function and mode (two minutes)
    --report FILE                          where the counts go (conformance.json)
    --pin                                  writes what was executed into minimum.json

Exit code 1: a case failed, or an operation was executed less often than `minimum.json` pins.
A shim that stops firing would pass every test; the pinned counts are what would notice.
"""

import argparse
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MINIMUM = HERE / "minimum.json"
LEAST_EXECUTED = 600
"""In a full pass; any less and the plugin has stopped firing."""
SLICE = 2
"""Cases of each test function and mode in a slice."""


def main(arguments: list[str] | None = None) -> int:
    """Run the suite and judge it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--slice", action="store_true")
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--report", type=Path, default=Path("conformance.json"))
    options = parser.parse_args(arguments)
    run_suite(options.report.resolve(), SLICE if options.slice else 0)
    report: dict[str, Any] = json.loads(options.report.read_text())
    name = "slice" if options.slice else "full"
    if options.pin:
        pin(name, report)
    problems = shortfalls(name, report)
    print(json.dumps(report["outcomes"]))
    print("\n".join(problems) or "conformance: every pinned count is met")
    return 1 if problems else 0


def run_suite(report: Path, per_test: int) -> None:
    """Run pytest with the plugin in a process of its own; write the counts to `report`."""
    report.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
        "PYMIL_TEST_TARGETS": "mlprogram",
        "INCLUDE_MIL_FP32_UNIT_TESTS": "1",
        "OMP_NUM_THREADS": "1",
    }
    suite = suite_folder()
    command = [sys.executable, "-m", "pytest", str(suite), f"--rootdir={suite}", "-c", os.devnull]
    command += ["-p", "plugin", "-p", "no:cacheprovider", "-p", "no:anyio", "-q", "--tb=short"]
    command += ["-W", "ignore", f"--conformance-report={report}"]
    command += [f"--conformance-per-test={per_test}"]
    subprocess.run(command, env=environment, cwd=report.parent, check=False)
    if not report.is_file():
        raise SystemExit("the suite did not run to its end: no report was written")


def suite_folder() -> Path:
    """Return where the wheel keeps its operation tests, without importing it."""
    spec = find_spec("coremltools")
    if spec is None or spec.origin is None:
        raise SystemExit("coremltools is needed here; run: pip install 'skinseg-mobile[coreml]'")
    return Path(spec.origin).parent / "converters" / "mil" / "mil" / "ops" / "tests"


def pin(name: str, report: dict[str, Any]) -> None:
    """Write the executed counts as the minimum of `name`."""
    pinned: dict[str, Any] = json.loads(MINIMUM.read_text()) if MINIMUM.is_file() else {}
    pinned[name] = report["executed"]
    MINIMUM.write_text(json.dumps(dict(sorted(pinned.items())), indent=1) + "\n")


def shortfalls(name: str, report: dict[str, Any]) -> list[str]:
    """Return one sentence for each failure and each count below its minimum."""
    executed, outcomes = report["executed"], report["outcomes"]
    found = [f"failed: {case}" for case in report["failed"]]
    if name == "full" and outcomes.get("executed", 0) < LEAST_EXECUTED:
        found.append(f"{LEAST_EXECUTED} cases must be executed, {outcomes.get('executed', 0)} were")
    for kind, least in json.loads(MINIMUM.read_text())[name].items():
        if executed.get(kind, 0) < least:
            found.append(f"{kind}: {least} cases must be executed, {executed.get(kind, 0)} were")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
