"""Runs the whole gate: every artefact on every engine that fits it, in processes of their own.

What this machine cannot run is judged "not run" and listed. An engine that gate.toml names must
run; with `all`, each known one may be missing, as Core ML is off a Mac.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import is_artefact, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import packaged_artefact
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.load import AUTO, ENGINES, find_artefact
from skinseg_mobile.runtime_py.errors import InputError, MissingExtraError, SkinsegError
from skinseg_mobile.runtime_py.gate.config import GateConfig, Plan
from skinseg_mobile.runtime_py.gate.evaluate_artifact import Against, Checked, OpenNet, examine
from skinseg_mobile.runtime_py.gate.judge import not_run
from skinseg_mobile.runtime_py.gate.reports.folder import verdict_of
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.predict.predictions import Predictions, write_predictions
from skinseg_mobile.runtime_py.progress import bar, track

ALL = "all"
SLOW = ("arm64", "x86", "coreml-reference")
SHOWN = 3
"""Worst photographs that the report shows of each artefact."""


@dataclass(frozen=True)
class Job:
    """One artefact on one engine; `required`: gate.toml names the engine."""

    artefact: Path
    engine: str
    required: bool


@dataclass(frozen=True)
class Gate:
    """All judgements, in the order of the jobs, and the verdict of the whole."""

    verdict: Verdict
    checked: tuple[Checked, ...]


def run_gate(config: GateConfig, open_net: OpenNet) -> Gate:
    """Judge all that gate.toml names.

    Raises:
        InputError: it names nothing that is there, or something is damaged; nothing has run then.
    """
    jobs = jobs_of(config.run)
    with tempfile.TemporaryDirectory() as folder:
        against = _prepared(config.run, open_net, Path(folder) / "reference.npz")
        checked = _run_all(jobs, against, config, open_net)
    judgements = [item.judgement for item in checked]
    return Gate(verdict_of(judgements, [job.required for job in jobs]), tuple(checked))


def jobs_of(plan: Plan) -> list[Job]:
    """Return the jobs of a plan.

    Raises:
        InputError: a pattern that matches no artefact, a damaged one, or an unknown engine.
    """
    unknown = sorted(set(plan.engines) - {ALL, AUTO, *ENGINES})
    if unknown:
        known = ", ".join((ALL, AUTO, *ENGINES))
        raise InputError(f"an engine must be one of {known}, got '{unknown[0]}'")
    jobs = [
        Job(folder, engine, required=engine in plan.engines)
        for folder in dict.fromkeys(f for text in plan.artefacts for f in _folders(text))
        for engine in _engines(plan.engines, read_manifest(folder).target)
    ]
    idle = set(plan.engines) - {ALL, *(job.engine for job in jobs)}
    if idle:
        raise InputError(f"an engine must fit an artefact, {min(idle)} fits none; leave it out")
    return jobs


def _engines(names: Sequence[str], target: str) -> list[str]:
    """Return those of the named engines that fit a target; `all` stands for every known one."""
    fitting = [name for name, kind in ENGINES.items() if target in kind.targets]
    return [n for n in (AUTO, *fitting) if n in names or (ALL in names and n != AUTO)]


def _folders(text: str) -> list[Path]:
    path = Path(text)
    found = sorted(p for p in path.parent.glob(path.name) if is_artefact(p))
    if found or (packaged := packaged_artefact(path.name)) is None:
        return found or [find_artefact(text)]
    return [packaged]


def _prepared(plan: Plan, open_net: OpenNet, path: Path) -> Against:
    """Run the reference once and save what it says, so that no process runs it again."""
    data = Path(plan.data) if plan.data else None
    against = Against(data, plan.split, plan.reference)
    if data is None or plan.reference is None or Path(plan.reference).is_file():
        return against
    net, digest = open_net(plan.reference, AUTO)
    samples = select(read_dataset(data), split_named(plan.split) if plan.split else None)
    maps = {s.id: net.at_net_size(read_pair(s)[0]) for s in track(samples, "reference")}
    write_predictions(Predictions(digest, net.label, maps), path)
    return replace(against, reference=str(path))


def _run_all(
    jobs: Sequence[Job], against: Against, config: GateConfig, open_net: OpenNet
) -> list[Checked]:
    """Run the jobs in processes; one process runs them right here."""
    workers = min(config.run.workers or _cores(), len(jobs))
    one = _Examine(against, config, open_net)
    with bar() as progress:
        task = progress.add_task("judging", total=len(jobs), note="")

        found: dict[Job, Checked] = {}
        for job, checked in _in_processes(jobs, one, workers) if workers > 1 else _here(jobs, one):
            found[job] = checked
            progress.update(task, advance=1, note=f"{job.artefact.name}, {job.engine}")
    return [found[job] for job in jobs]


def _here(jobs: Sequence[Job], one: "_Examine") -> Iterator[tuple[Job, Checked]]:
    return ((job, one(job)) for job in jobs)


def _in_processes(
    jobs: Sequence[Job], one: "_Examine", workers: int
) -> Iterator[tuple[Job, Checked]]:
    """Yield what is done; the slow engines start first, so that none is waited for in the end."""
    context = multiprocessing.get_context("spawn")  # engines hold threads, which a fork would lose
    order = sorted(jobs, key=lambda job: not job.engine.startswith(SLOW))
    with ProcessPoolExecutor(workers, context, _silence) as pool:
        try:
            futures = {pool.submit(one, job): job for job in order}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            raise SkinsegError(
                "an engine must not end its process, one did or the memory was used up; set"
                " workers = 1 in gate.toml to see which"
            ) from error


@dataclass(frozen=True)
class _Examine:
    """What a process needs beside its job."""

    against: Against
    config: GateConfig
    open_net: OpenNet

    def __call__(self, job: Job) -> Checked:
        if job.engine != AUTO and ENGINES[job.engine].slow and not job.required:
            return _not_run(job, f"{job.engine} takes minutes; name it in run.engines of gate.toml")
        try:
            return examine(
                str(job.artefact),
                self.against,
                open_net=self.open_net,
                engine=job.engine,
                config=self.config,
                shown=SHOWN,
            )
        except MissingExtraError as error:
            return _not_run(job, str(error))


def _not_run(job: Job, reason: str) -> Checked:
    manifest = read_manifest(job.artefact)
    return Checked(not_run(manifest.label, manifest.precision, reason, job.engine))


def _silence() -> None:
    """Show no bars of the processes: the gate has its own."""
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
