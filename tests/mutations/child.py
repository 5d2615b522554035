"""Runs a range of mutations in a process of its own, so that a vendor's crash ends no test run.

    python -m tests.mutations.child KIND FIRST COUNT [COREML]      in an empty folder

One JSON line before each case and one behind it; what ends otherwise than in a result or in one
sentence is told as it is. A pickle, a file written elsewhere or a foreign file read is told too.
"""

import faulthandler
import json
import os
import random
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.bench.memory import peak_bytes
from skinseg_mobile.runtime_py.errors import SkinsegError
from tests.mutations.cases import Case, cases

SECONDS = 20
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def guard(root: Path, seen: list[str]) -> None:
    """Note every pickled object, every file opened to write outside `root`, every foreign file."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "pickle.find_class":
            seen.append(f"unpickled {arguments[0]}.{arguments[1]}")
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.fsdecode(arguments[0])
            inside = Path(path).resolve().is_relative_to(root) or path == os.devnull
            if "passwd" in path or (arguments[2] & WRITES and not inside):
                seen.append(f"opened {path}")

    sys.addaudithook(watch)


def outcome(case: Case, seed: int, seen: list[str]) -> str:
    """Run one case: `result`, `refused`, or what went wrong."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        try:
            case(random.Random(seed), Path(folder))
            found = "result"
        except SkinsegError as error:
            sentence = str(error)
            found = "refused" if sentence and "\n" not in sentence else f"no sentence: {sentence}"
        except BaseException as error:
            found = f"raised {type(error).__name__}: {error}"
    return f"{found}; {seen.pop()}" if seen else found


def main() -> None:
    """Tell of each case on stdout; vendors' own words go to stderr."""
    kind, first, count, *rest = sys.argv[1:]
    tell = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    warnings.simplefilter("error")
    case, _ = cases(*map(Path, rest))[kind]
    seen: list[str] = []
    guard(Path.cwd(), seen)
    for seed in range(int(first), int(first) + int(count)):
        print(json.dumps({"seed": seed}), file=tell)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        found = outcome(case, seed, seen)
        peak = peak_bytes()
        assert peak is not None  # Windows alone cannot say
        print(json.dumps({"outcome": found, "megabytes": peak >> 20}), file=tell)
    faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
