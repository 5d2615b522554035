"""One artefact, and a baseline where there is one, measured: numbers, ratios, and on what."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, Manifest, read_manifest
from skinseg_mobile.runtime_py.bench.latency import Latency, latency_of, require_one, time_in_turn
from skinseg_mobile.runtime_py.bench.litert import Delegation, Interpreter
from skinseg_mobile.runtime_py.bench.memory import peak_memory
from skinseg_mobile.runtime_py.engines.load import (
    AUTO,
    find_artefact,
    fitting_spec,
    open_engine,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.frame import photo_in
from skinseg_mobile.runtime_py.targets import TARGETS

REPEATS = 50


@dataclass(frozen=True)
class RunCost:
    """What one artefact costs; None where it was not measured or its manifest does not say."""

    artefact: str
    latencies: tuple[Latency, ...]
    peak_memory_bytes: int | None
    model_bytes: int
    parameters: int | None
    multiply_adds: int | None
    operations: dict[str, int]
    delegation: Delegation | None


@dataclass(frozen=True)
class BenchReport:
    """All that `bench` found."""

    cost: RunCost
    baseline: RunCost | None
    ratios: dict[str, float]
    """Costs over the baseline's by name, below 1 is cheaper; empty without a baseline."""
    machine: str
    not_run: tuple[str, ...]

    @property
    def latency_ratio(self) -> float | None:
        """That of one thread, None where it was not measured."""
        return self.ratios.get(latency_name(1))


def bench(
    artefact: str,
    baseline: str | None = None,
    *,
    repeats: int = REPEATS,
    threads: int | None = None,
    engine: str = AUTO,
) -> BenchReport:
    """Measure an artefact and, in turn with it, a baseline, at one and at `threads` threads.

    Raises:
        InputError: an artefact that is damaged or not there, an engine that is not there or not
            for it, or numbers below 1 or above the machine's.
    """
    processors = os.cpu_count() or 1
    most = threads if threads is not None else processors
    require_one("--repeats", repeats)
    require_one("--threads", most)
    if most > processors:
        raise InputError(
            f"--threads {most} is more than this machine's {processors} processors. Give"
            f" {processors} or fewer."
        )
    subjects = [_Subject.find(name, engine) for name in (artefact, baseline) if name is not None]
    taken = {count: _time(subjects, count, repeats) for count in sorted({1, most})}
    costs = [
        _cost(subject, {n: found[i] for n, found in taken.items() if i in found})
        for i, subject in enumerate(subjects)
    ]
    return BenchReport(
        cost=costs[0],
        baseline=costs[1] if baseline is not None else None,
        ratios=dict(_ratios(costs[0], costs[1], taken)) if baseline is not None else {},
        machine=f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}",
        not_run=tuple(dict.fromkeys(s.not_timed for s in subjects if s.not_timed)),
    )


@dataclass(frozen=True)
class _Subject:
    folder: Path
    manifest: Manifest
    not_timed: str | None

    @classmethod
    def find(cls, name: str, engine: str) -> "_Subject":
        folder = find_artefact(name)
        manifest = read_manifest(folder)
        spec = fitting_spec(manifest, engine)
        why = None if spec.timed else f"{spec.name} was not timed: {spec.untimed}"
        return cls(folder, manifest, why)


Taken = Mapping[int, Mapping[int, NDArray[np.float64]]]
"""Milliseconds of every round, by threads and by the subject's number."""


def _time(
    subjects: Sequence[_Subject], threads: int, repeats: int
) -> dict[int, NDArray[np.float64]]:
    timed = {i: subject for i, subject in enumerate(subjects) if not subject.not_timed}
    if not timed:
        return {}
    calls = [
        partial(open_engine(s.folder, s.manifest, threads=threads), _tensor(s))
        for s in timed.values()
    ]
    taken = time_in_turn(calls, repeats, latency_name(threads))
    return dict(zip(timed, taken.T, strict=True))


def _tensor(subject: _Subject) -> NDArray[np.float32]:
    """Return the first golden photograph as the net sees it: zeros could be faster."""
    photo = read_golden(subject.folder / GOLDEN).images[0]
    return photo_in(photo, subject.manifest.frame)


def _cost(subject: _Subject, taken: Mapping[int, NDArray[np.float64]]) -> RunCost:
    """Return one artefact's cost; `taken` holds its milliseconds by threads."""
    manifest, folder = subject.manifest, subject.folder
    model = folder / manifest.model_file
    splits = TARGETS[manifest.target].reads_operations
    return RunCost(
        artefact=manifest.label,
        latencies=tuple(latency_of(found, threads) for threads, found in taken.items()),
        peak_memory_bytes=None if subject.not_timed else peak_memory(folder),
        model_bytes=manifest.model_bytes,
        parameters=manifest.parameters,
        multiply_adds=manifest.multiply_adds,
        operations=manifest.operations,
        delegation=Interpreter(model.read_bytes()).delegation() if splits else None,
    )


def latency_name(threads: int) -> str:
    """Return what a latency is called."""
    return f"latency, {threads} thread{'s' if threads > 1 else ''}"


def _ratios(cost: RunCost, baseline: RunCost, taken: Taken) -> Iterator[tuple[str, float]]:
    """Yield ratios; a latency's is the median of the rounds' own, in which both ran at once."""
    for threads, found in taken.items():
        if len(found) == 2:
            first, second = found.values()
            yield latency_name(threads), float(np.median(first / second))
    for name, first, second in (
        ("peak memory", cost.peak_memory_bytes, baseline.peak_memory_bytes),
        ("model file", cost.model_bytes, baseline.model_bytes),
        ("parameters", cost.parameters, baseline.parameters),
        ("multiply-adds", cost.multiply_adds, baseline.multiply_adds),
    ):
        if first and second:
            yield name, first / second
