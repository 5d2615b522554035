"""What a file costs: megabytes, parameters, latency against a baseline; None where unknown."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.engines.engine import Engine
from skinseg_mobile.runtime_py.gate.find import Facts
from skinseg_mobile.runtime_py.manifest import Manifest

REPEATS = 15
Tensor = NDArray[np.float32]


def facts_of(manifest: Manifest, latency: tuple[float, float] | None = None) -> Facts:
    """Return the facts of an artefact; `latency` is its milliseconds and the baseline's."""
    return Facts(
        megabytes=manifest.model_bytes / 1e6,
        parameters=manifest.parameters,
        latency_ms=latency[0] if latency else None,
        latency_ratio=latency[0] / latency[1] if latency else None,
    )


def latency_of(
    engine: Engine, baseline: Engine, tensor: Tensor, other: Tensor
) -> tuple[float, float]:
    """Return median milliseconds of both; they take turns, so that a busy machine slows both."""
    runs: list[Callable[[], object]] = [lambda: engine(tensor), lambda: baseline(other)]
    times = np.array([[_milliseconds(run) for run in runs] for _ in range(REPEATS + 1)])
    first, second = np.median(times[1:], axis=0).tolist()  # the first turn warms up
    return first, second


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1e3
