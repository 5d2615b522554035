"""Runs the whole gate: every artefact on every engine that fits it, in processes of their own.

Images are decoded and resized once, and the reference answers once; all processes read the same
files. What this machine cannot run is "not run" and listed. An engine that gate.toml names
must run; with `all`, each known one may be missing, as Core ML is off a Mac.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from skinseg_mobile.runtime_py.artifact.manifest import parse_manifest, read_manifest
from skinseg_mobile.runtime_py.engines.load import AUTO, ENGINES, find_artefact
from skinseg_mobile.runtime_py.errors import InputError, MissingExtraError, SkinsegError, choices
from skinseg_mobile.runtime_py.gate.cases import CaseSet, golden_of
from skinseg_mobile.runtime_py.gate.config import GateConfig, RunConfig
from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked, Examined, examine, judged
from skinseg_mobile.runtime_py.gate.report import not_run
from skinseg_mobile.runtime_py.gate.stored import stored
from skinseg_mobile.runtime_py.gate.verdict import Verdict, verdict_of
from skinseg_mobile.runtime_py.images.ahead import cores
from skinseg_mobile.runtime_py.progress import bar

T = TypeVar("T")
ALL = "all"
SHOWN = 3
"""Worst images that the report shows of each artefact."""


@dataclass(frozen=True)
class Job:
    """One artefact on one engine; `required`: gate.toml names the engine."""

    artefact: Path
    engine: str
    required: bool

    @property
    def slow(self) -> bool:
        """Whether the engine takes minutes an artefact; what `auto` takes never does."""
        return self.engine != AUTO and ENGINES[self.engine].slow

    @property
    def long(self) -> bool:
        """Whether it should start first, so that none is waited for in the end."""
        return self.slow or self.engine.startswith("coreml-reference")


@dataclass(frozen=True)
class Gate:
    """All reports, in the order of the jobs, and the verdict of the whole."""

    verdict: Verdict
    checked: tuple[Checked, ...]


def run_gate(config: GateConfig, cases: CaseSet | None = None) -> Gate:
    """Check all that gate.toml names, on the golden images inside or on `cases`.

    Raises:
        InputError: it names nothing that is there, or something is damaged; nothing has run then.
    """
    jobs = jobs_of(config.run)
    checked = run_jobs(jobs, cases, config, partial(_judged, config))
    return gate_of(checked, [job.required for job in jobs])


def gate_of(checked: Sequence[Checked], required: Sequence[bool]) -> Gate:
    """Return the gate of all jobs' results; `required` says which of them must have run."""
    verdicts = [item.report.verdict for item in checked]
    return Gate(verdict_of(verdicts, required), tuple(checked))


def _judged(config: GateConfig, _: Job, found: Examined) -> Checked:
    return judged(found, config)


def jobs_of(plan: RunConfig) -> list[Job]:
    """Return the jobs of `[run]`.

    Raises:
        InputError: a pattern that matches no artefact, a damaged one, or an unknown engine.
    """
    unknown = sorted(set(plan.engines) - {ALL, AUTO, *ENGINES})
    if unknown:
        known = choices(unknown[0], (ALL, AUTO, *ENGINES))
        raise InputError(f"The engine '{unknown[0]}' does not exist. {known}")
    jobs = [
        Job(folder, engine, required=engine in plan.engines)
        for folder in dict.fromkeys(f for text in plan.artefacts for f in _folders(text))
        for engine in _engines(plan.engines, read_manifest(folder).target)
    ]
    idle = set(plan.engines) - {ALL, *(job.engine for job in jobs)}
    if idle:
        raise InputError(f"The engine {min(idle)} runs none of the artefacts. Leave it out.")
    return jobs


def _engines(names: Sequence[str], target: str) -> list[str]:
    """Return those of the named engines that fit a target; `all` stands for every known one."""
    fitting = [name for name, kind in ENGINES.items() if target in kind.targets]
    return [n for n in (AUTO, *fitting) if n in names or (ALL in names and n != AUTO)]


def _folders(text: str) -> list[Path]:
    """Return the folders that a pattern matches, broken ones too; hidden ones are leftovers."""
    path = Path(text)
    matching = path.parent.glob(path.name) if path.name else [path]  # `.` and `/` have no name
    found = [p for p in matching if p.is_dir() or p.is_symlink()]
    visible = sorted(p for p in found if path.name.startswith(".") or not p.name.startswith("."))
    return [find_artefact(found) for found in visible or [text]]


def _stored(jobs: Sequence[Job], cases: CaseSet | None, folder: Path) -> dict[Path, CaseSet]:
    """Decode and resize the images of every artefact once, before any process starts.

    Artefacts of one checkpoint hold the same golden images, which are then stored once.
    """
    artefacts = dict.fromkeys(job.artefact for job in jobs)  # `jobs_of` has checked their hashes
    manifests = {artefact: parse_manifest(artefact) for artefact in artefacts}
    frames = [manifest.frame for manifest in manifests.values()]
    if cases is not None:
        if not cases.missing:
            for manifest in manifests.values():
                cases.require_for(manifest)
            cases = stored(cases, frames, folder / "data")
        return dict.fromkeys(manifests, cases)
    sets: dict[str, CaseSet] = {}
    for artefact, manifest in manifests.items():
        name = manifest.golden_sha256
        if name not in sets:
            sets[name] = stored(golden_of(artefact), frames, folder / str(len(sets)))
    return {artefact: sets[manifest.golden_sha256] for artefact, manifest in manifests.items()}


def run_jobs(
    jobs: Sequence[Job],
    cases: CaseSet | None,
    config: GateConfig,
    finish: Callable[[Job, Examined], T],
) -> list[T]:
    """Run the jobs in processes, `finish` too; one process runs them right here.

    Raises:
        InputError: an image is unreadable, or the reference is of another checkpoint.
    """
    workers = min(config.run.workers or cores(), len(jobs))
    with tempfile.TemporaryDirectory() as folder, bar() as progress:
        one = _Examine(_stored(jobs, cases, Path(folder)), config.budgets.baseline, finish)
        task = progress.add_task("checking", total=len(jobs), note="")

        found: dict[Job, T] = {}
        for job, result in _in_processes(jobs, one, workers) if workers > 1 else _here(jobs, one):
            found[job] = result
            progress.update(task, advance=1, note=f"{job.artefact.name}, {job.engine}")
    return [found[job] for job in jobs]


def _here(jobs: Sequence[Job], one: "_Examine[T]") -> Iterator[tuple[Job, T]]:
    return ((job, one(job)) for job in jobs)


def _in_processes(jobs: Sequence[Job], one: "_Examine[T]", workers: int) -> Iterator[tuple[Job, T]]:
    """Yield what is done; the slow engines start first, so that none is waited for in the end."""
    context = multiprocessing.get_context("spawn")  # engines hold threads, which a fork would lose
    order = sorted(jobs, key=lambda job: not job.long)
    others = multiprocessing.active_children()
    with ProcessPoolExecutor(workers, context, _begin_process) as pool:
        try:
            futures = {pool.submit(one, job): job for job in order}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            raise SkinsegError(
                "An engine ended its process, or the memory was used up. Set workers = 1 in"
                " gate.toml to see which."
            ) from error
        except BaseException:  # Ctrl-C above all: no one waits for what is queued
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                if process not in others:
                    process.kill()
            raise


@dataclass(frozen=True)
class _Examine(Generic[T]):
    """What a process needs beside its job."""

    cases: Mapping[Path, CaseSet]
    baseline: str | None
    finish: Callable[[Job, Examined], T]

    def __call__(self, job: Job) -> T:
        return self.finish(job, self.found(job))

    def found(self, job: Job) -> Examined:
        if job.slow and not job.required:
            return _not_run(job, "it takes minutes; name it in `engines` to run it")
        try:
            return examine(job.artefact, self.cases[job.artefact], job.engine, self.baseline, SHOWN)
        except MissingExtraError as error:
            return _not_run(job, str(error))


def _not_run(job: Job, reason: str) -> Examined:
    manifest = parse_manifest(job.artefact)  # `jobs_of` has checked its hashes
    return Examined(not_run=not_run(manifest.label, manifest.precision, reason, job.engine))


def _begin_process() -> None:
    """End with the gate, however it ends, and show no bars: it has its own."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the gate ends its processes
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
