"""All 2,000 mutations: `python -m tests.mutations.run [--share 1.0] [--coreml ARTEFACT]`.

Prints a table and exits 1 where one ended neither in a result nor in one sentence. Crashes of a
vendor's native parser on a model whose hash was made right are counted apart: no hash protects
from whoever writes the hashes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutations.cases import cases

MOST_MEGABYTES = 1000
NATIVE = ("tflite", "onnx")
"""Kinds in which a vendor's native code parses what was spoiled."""


@dataclass
class Report:
    """What became of one kind's cases."""

    kind: str
    outcomes: Counter[str] = field(default_factory=Counter[str])
    crashes: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    megabytes: int = 0
    seconds: float = 0.0

    def see(self, seed: int, line: dict[str, object]) -> None:
        found = str(line["outcome"])
        self.megabytes = max(self.megabytes, int(str(line["megabytes"])))
        self.outcomes[found if found in ("result", "refused") else "wrong"] += 1
        if found not in ("result", "refused"):
            self.wrong.append(f"{self.kind} {seed}: {found}")

    def crash(self, seed: int, code: int) -> None:
        self.outcomes["crashed"] += 1
        (self.crashes if self.kind in NATIVE else self.wrong).append(
            f"{self.kind} {seed}: its process ended with {code}"
        )


def run_kind(kind: str, first: int, count: int, coreml: Path | None = None) -> Report:
    """Run seeds `first` to `first + count`; after a crash go on behind it."""
    report, end, started = Report(kind), first + count, time.monotonic()
    while first < end:
        lines, code = _child(kind, first, end - first, coreml)
        pairs = zip(lines[::2], lines[1::2], strict=False)
        for begun, ended in pairs:
            report.see(int(str(begun["seed"])), ended)
        first += len(lines) // 2
        if first < end:
            report.crash(first, code)
            first += 1
    report.seconds = time.monotonic() - started
    return report


def _child(
    kind: str, first: int, count: int, coreml: Path | None
) -> tuple[list[dict[str, object]], int]:
    arguments = [kind, str(first), str(count), *([str(coreml)] if coreml else [])]
    path = os.pathsep.join(filter(None, sys.path))  # the very code that this process imports
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "tests.mutations.child", *arguments],
            cwd=folder,
            env={"PYTHONPATH": path, "PATH": "/bin", "TMPDIR": folder, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def main() -> None:
    """Run every kind and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--coreml", type=Path)
    options = parser.parse_args()
    reports = [
        run_kind(kind, 0, max(1, round(count * options.share)), options.coreml)
        for kind, (_, count) in cases(options.coreml).items()
    ]
    for r in reports:
        print(f"{r.kind:14} {dict(r.outcomes)} {r.megabytes} MB {r.seconds:.0f} s", flush=True)
    for line in [line for r in reports for line in (*r.crashes, *r.wrong)]:
        print(line)
    bad = any(r.wrong or r.megabytes > MOST_MEGABYTES for r in reports)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
