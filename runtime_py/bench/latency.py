"""Milliseconds an inference, of several nets in turn: what slows the machine slows all of them."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import bar

WARM_UP = 3
ONE_THREAD = time.perf_counter if sys.platform == "win32" else time.thread_time
"""The CPU time of what runs on the calling thread alone: wall-clock time as an idle machine has it,
also on a busy one. Windows counts it in steps of 16 ms, so that wall-clock time must do."""


def require_one(option: str, number: int) -> None:
    """Raise InputError where a number is below 1."""
    if number < 1:
        raise InputError(f"{option} is {number}. Give 1 or more.")


@dataclass(frozen=True)
class Latency:
    """Wall-clock milliseconds of one net at one number of threads, resizing left out."""

    threads: int
    repeats: int
    p50_ms: float
    p95_ms: float


def time_in_turn(
    calls: Sequence[Callable[[], object]],
    repeats: int,
    label: str | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> NDArray[np.float64]:
    """Return (repeats, calls) milliseconds of `clock`; progress is shown where it has a `label`.

    Every round makes every call once, the first of them another each time.
    """
    taken = np.empty((repeats, len(calls)))
    with bar(shown=label is not None) as progress:
        task = progress.add_task(label or "", total=repeats + WARM_UP, note="")
        for number in range(-WARM_UP, repeats):
            for turn in range(len(calls)):
                which = (number + turn) % len(calls)
                started = clock()
                calls[which]()
                if number >= 0:
                    taken[number, which] = (clock() - started) * 1e3
            progress.advance(task)
    return taken


def latency_of(taken: NDArray[np.float64], threads: int) -> Latency:
    """Return the quantiles of one engine's milliseconds."""
    p50, p95 = (round(float(value), 3) for value in np.quantile(taken, (0.5, 0.95)))
    return Latency(threads, len(taken), p50, p95)
