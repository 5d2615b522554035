"""A photograph of 12 megapixels to a tensor of 192² in the apps' Kotlin and Swift.

    python -m benchmarks.ports --against COMMIT [--rounds 3]

Each row is the ratio of two medians: this build's and that of a commit, run in turn, one thread.
The tools are those of `apps_reference/android/check fetch` and `apps_reference/ios/check --full`.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.build import build_of
from benchmarks.context import ROOT, publish

MAINS = ROOT / "tests" / "apps_reference" / "speed"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "skinseg-mobile"
KOTLIN = CACHE / "android" / "kotlin-compiler" / "package"
WARM_UP = 2


def main() -> None:
    """Print the ratios as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", required=True, help="A commit of this repository.")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        build_of(arguments.against, Path(scratch) / "build") as other,
    ):
        rows = {
            language: _row(
                [build(ROOT, _empty(scratch)), build(other, _empty(scratch))], arguments.rounds
            )
            for language, build in (("Kotlin", _kotlin), ("Swift", _swift))
        }
    publish({"photograph": "4000×3000", "tensor": "192²", "against": arguments.against, **rows})


def _row(commands: list[list[str]], rounds: int) -> dict[str, float]:
    """Run both builds in turn; return their medians in milliseconds and the ratio."""
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for command, found in zip(commands, times, strict=True):
            found += [float(line) for line in _run(*command).split()][WARM_UP:]
    ours, theirs = (float(np.median(found)) for found in times)
    return {"ms": round(ours, 1), "ms of the build": round(theirs, 1), "ratio": ours / theirs}


def _empty(scratch: str) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))


def _kotlin(build: Path, out: Path) -> list[str]:
    """Compile the core with the small program beside it; return the command that runs it."""
    core = build / "apps_reference" / "android" / "core" / "src" / "main" / "kotlin"
    compiler = ("-cp", str(KOTLIN / "lib" / "kotlin-compiler.jar"))
    sources = (str(core), str(MAINS / "Speed.kt"))
    name = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"
    _run("java", *compiler, name, "-kotlin-home", str(KOTLIN), "-d", str(out), *sources)
    classes = f"{out}:{KOTLIN / 'lib' / 'kotlin-stdlib.jar'}"
    return ["java", "-XX:+UseSerialGC", "-cp", classes, "skinseg.core.SpeedKt"]


def _swift(build: Path, out: Path) -> list[str]:
    """Do the same with the iOS app's core."""
    (out / "main.swift").write_text((MAINS / "main.swift").read_text())
    ios = build / "apps_reference" / "ios"
    core = sorted((ios / "SkinCore" / "Sources" / "SkinCore").glob("*.swift"))
    sources = [f"/source/{file.relative_to(ios).as_posix()}" for file in core]
    run = [str(ROOT / "apps_reference" / "ios" / "toolchain"), str(ios), str(out)]
    options = ("-O", "-wmo", "-o", "/build/speed")
    _run(*run, "swiftc", *options, *sources, "/build/main.swift")
    return [*run, "/build/speed"]


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
