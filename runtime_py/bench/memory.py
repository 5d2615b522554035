"""Peak memory of a net: what a fresh process needs beyond itself to load and run it.

    python -m skinseg_mobile.runtime_py.bench.memory FOLDER     prints bytes

The process first imports everything and notes what it holds; then it loads the model and runs it
three times. The peak is Linux's VmHWM, reset in between: `ru_maxrss` would start at what the
parent held when it forked. Elsewhere it is `ru_maxrss`, from which the process alone is taken off.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

RUNS = 3
_STATUS = Path("/proc/self/status")


def peak_memory(folder: Path) -> int | None:
    """Return the bytes that an artefact adds to a process at its peak; None where unknown.

    Raises:
        subprocess.CalledProcessError: the artefact does not run, which its caller knows it does.
    """
    command = [sys.executable, "-m", "skinseg_mobile.runtime_py.bench.memory", str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return int(found) if found.isdigit() else None


def _measure(folder: Path) -> int | None:
    import numpy as np

    from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
    from skinseg_mobile.runtime_py.engines.load import engine_for, open_engine
    from skinseg_mobile.runtime_py.vendors import vendor

    manifest = read_manifest(folder)
    spec = engine_for(manifest.target)
    vendor(spec.module, spec.extra)
    tensor = np.full((*manifest.side, 3), 127, np.float32)
    forget_peak()
    before = peak_bytes()
    engine = open_engine(folder, manifest)
    for _ in range(RUNS):
        engine(tensor)
    after = peak_bytes()
    return after - before if before is not None and after is not None else None


def forget_peak() -> None:
    """Let the peak start at what is held now, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int | None:
    """Return the most resident bytes of this process since `forget_peak`; None where unknown."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, others KiB


if __name__ == "__main__":
    print(_measure(Path(sys.argv[1])))
