"""What a newcomer waits for: `--help`, all exports of the packaged student, their gate, the demo.

python -m benchmarks.timings
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.context import publish

COMMAND = str(Path(sys.executable).parent / "skinseg-mobile")


def main() -> None:
    """Measure and print seconds; `--help` is the median of five."""
    with tempfile.TemporaryDirectory() as folder:
        helps = sorted(_seconds("--help") for _ in range(5))
        exports = _seconds(
            "export", "--target", "all", "--precision", "all", "--out", f"{folder}/all"
        )
        gate = Path(folder) / "gate.toml"
        gate.write_text('[run]\nartefacts = ["all/*"]\n')
        judged = _seconds("gate", str(gate), "--out", f"{folder}/report")
        demo = _seconds("demo", "--out", f"{folder}/demo")
    publish({"help": helps[2], "all exports": exports, "gate": judged, "demo": demo})


def _seconds(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - started, 2)


if __name__ == "__main__":
    main()
