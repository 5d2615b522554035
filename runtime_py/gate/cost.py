"""What a file costs: megabytes, parameters, latency against a baseline; None where unknown."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.engines.engine import Engine
from skinseg_mobile.runtime_py.gate.find import Facts
from skinseg_mobile.runtime_py.manifest import Manifest
from skinseg_mobile.runtime_py.packaged import packaged_checkpoint

REPEATS = 15
WEIGHTS = "weights.safetensors"
_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
"""Tensors that a checkpoint holds and nobody trained."""
Tensor = NDArray[np.float32]


def facts_of(
    manifest: Manifest, reference: str | None, latency: tuple[float, float] | None
) -> Facts:
    """Return the facts of an artefact; parameters are counted in its checkpoint, where that is."""
    places = [Path(reference)] if reference else []
    packaged = packaged_checkpoint(manifest.checkpoint)
    counts = (parameters_in(place) for place in (*places, *([packaged] if packaged else [])))
    return Facts(
        megabytes=manifest.model_bytes / 1e6,
        parameters=next((count for count in counts if count is not None), None),
        latency_ms=latency[0] if latency else None,
        latency_ratio=latency[0] / latency[1] if latency else None,
    )


def parameters_in(checkpoint: Path) -> int | None:
    """Count a checkpoint's parameters from the header of its weights, without reading them."""
    path = checkpoint / WEIGHTS
    if not path.is_file():
        return None
    with path.open("rb") as file:  # 8 bytes of length, then JSON: the format's own description
        header: dict[str, dict[str, list[int]]] = json.loads(
            file.read(int.from_bytes(file.read(8), "little"))
        )
    return sum(
        math.prod(tensor["shape"])
        for name, tensor in header.items()
        if name != "__metadata__" and not name.endswith(_STATISTICS)
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
