"""A gate on many machines: each measures a share of the images, and one judges all together.

A shard is a folder: `0.json` holds what the first job found of the shard's images, and so on;
`shard.json` says of which gate it is, with the hashes of the others. Floats read back exactly, so
the merged report has the bytes of one run.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.data.shard import Shard
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.cases import Case, CaseSet
from skinseg_mobile.runtime_py.gate.checks import CHECKS
from skinseg_mobile.runtime_py.gate.config import Budgets, GateConfig, RunConfig
from skinseg_mobile.runtime_py.gate.evaluate_artifact import Examined, judged
from skinseg_mobile.runtime_py.gate.report import Measured, measured_of
from skinseg_mobile.runtime_py.gate.run import SHOWN, Gate, Job, gate_of, jobs_of, run_jobs
from skinseg_mobile.runtime_py.gate.strips import worst_ids
from skinseg_mobile.runtime_py.storage.atomic import new_folder, read_json, sha256, write_file
from skinseg_mobile.runtime_py.storage.from_json import NotFinite, rebuild

RECORD = "shard.json"
MOST_NAMED = 20


@dataclass(frozen=True)
class ShardJob:
    """A job as every machine knows it: by the artefact's hash, not by its path."""

    manifest_sha256: str
    engine: str
    required: bool


@dataclass(frozen=True)
class ShardPlan:
    """What all shards of a gate have in common."""

    tool: str
    config: GateConfig
    """Without `run`, whose paths may differ between machines."""
    jobs: tuple[ShardJob, ...]
    reference: str
    checkpoint: str
    images: str
    """SHA-256 of how many images of which split were chosen, and of their ids in order."""
    content: str
    """SHA-256 of the dataset's files and groups, and of saved predictions."""


NAMES: Mapping[str, str] = {
    "tool": "another version of skinseg-mobile",
    "config": "other limits, budgets or bootstrap values",
    "jobs": "other artefacts or engines",
    "reference": "another reference",
    "checkpoint": "a reference of another checkpoint",
    "images": "other images",
    "content": "other pixels, masks, groups or saved predictions",
}
"""What is said of a shard whose plan differs from the first one's."""


@dataclass(frozen=True)
class ShardRecord:
    """What `shard.json` holds."""

    shard: Shard
    plan: ShardPlan
    files: tuple[str, ...]
    """SHA-256 of each job's file, in the order of the jobs."""

    def __post_init__(self) -> None:
        if len(self.files) != len(self.plan.jobs):
            raise ValueError(f"it has {len(self.plan.jobs)} jobs and {len(self.files)} files")


def write_shard(
    config: GateConfig, cases: CaseSet | None, content: str, shard: Shard, out: Path
) -> None:
    """Measure a shard of `cases` and write its folder; no verdict is made from a part.

    `content` is the hash of all that the whole set is read from.

    The latency budget, which needs no image, is measured by shard 1.

    Raises:
        InputError: there is no dataset, `out` cannot be written, or as `run_gate`.
    """
    if cases is None:
        raise InputError(
            "--shard needs a dataset, and gate.toml names none. Set run.data and run.reference, or"
            " leave --shard out: golden images are few."
        )
    jobs = jobs_of(config.run)
    measured = config if shard.number == 1 else replace(config, budgets=Budgets())
    with new_folder(out) as folder:
        write = partial(_write_found, folder, tuple(jobs))
        files = run_jobs(jobs, _part(cases, shard), measured, write)
        record = ShardRecord(shard, _plan(config, jobs, cases, content), tuple(files))
        write_file(folder / RECORD, _json({"record": record, "sha256": _hash(record)}))


def merge_shards(folders: Sequence[Path]) -> Gate:
    """Judge all shards of a gate together, as one run does.

    Raises:
        InputError: a shard is missing, comes twice, is damaged, or is of another gate.
    """
    found = sorted(
        ((_read_record(folder), folder) for folder in folders),
        key=lambda item: item[0].shard.number,
    )
    _require_whole(found)
    plan = found[0][0].plan
    checked = [
        judged(_together({f: _read_found(f, r, job) for r, f in found}, plan), plan.config)
        for job in range(len(plan.jobs))
    ]
    return gate_of(checked, [job.required for job in plan.jobs])


def _part(cases: CaseSet, shard: Shard) -> CaseSet:
    numbers = shard.select(range(len(cases.ids)))
    ids, files = (tuple(shard.select(items)) for items in (cases.ids, cases.files))
    return replace(cases, ids=ids, files=files, read=partial(_read_numbered, cases.read, numbers))


def _read_numbered(read: Callable[[int], Case], numbers: Sequence[int], number: int) -> Case:
    return read(numbers[number])


def _plan(config: GateConfig, jobs: Sequence[Job], cases: CaseSet, content: str) -> ShardPlan:
    baseline = config.budgets.baseline
    budgets = replace(config.budgets, baseline=Path(baseline).name if baseline else None)
    return ShardPlan(
        f"skinseg-mobile {version('skinseg-mobile')}",
        replace(config, budgets=budgets, run=RunConfig()),
        tuple(ShardJob(sha256(j.artefact / MANIFEST), j.engine, j.required) for j in jobs),
        cases.label,
        cases.checkpoint_sha256 or "",
        _digest(cases.chosen, cases.ids),
        content,
    )


def _digest(chosen: str, ids: Sequence[str]) -> str:
    text = "\0".join((chosen, *ids))
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _write_found(folder: Path, jobs: Sequence[Job], job: Job, found: Examined) -> str:
    """Write what a job found and return the file's hash."""
    path = folder / f"{jobs.index(job)}.json"
    write_file(path, _json(found))
    return sha256(path)


def _json(value: object) -> str:
    """Return dataclasses and arrays as JSON, floats exactly."""

    def plain(part: Any) -> Any:
        return part.tolist() if isinstance(part, np.ndarray | np.generic) else vars(part)

    return json.dumps(value, ensure_ascii=False, default=plain)


def _hash(record: object) -> str:
    return hashlib.sha256(_json(record).encode(errors="backslashreplace")).hexdigest()


def _read_record(folder: Path) -> ShardRecord:
    path = folder / RECORD
    if not path.exists():
        raise InputError(f"{folder} holds no {RECORD}. Name folders that `gate --shard K/N` wrote.")
    content = read_json(path)
    try:
        if content.get("sha256") != _hash(content.get("record")):
            raise ValueError("its content does not have the SHA-256 in it")
        return rebuild(ShardRecord, content["record"])
    except ValueError as error:
        raise _damaged(path, error) from error


def _read_found(folder: Path, record: ShardRecord, job: int) -> Examined:
    path = folder / f"{job}.json"
    if sha256(path) != record.files[job]:
        raise _damaged(path, ValueError("its SHA-256 is not the one in shard.json"))
    try:
        found = rebuild(Examined, json.loads(path.read_bytes(), parse_constant=NotFinite))
        return replace(found, measured=_typed(found.measured) if found.measured else None)
    except ValueError as error:
        raise _damaged(path, error) from error


def _typed(measured: Measured) -> Measured:
    """Return JSON values as what the checks have measured."""
    kinds = {check.name: get_type_hints(check.measure)["return"] for check in CHECKS}
    values = (
        {name: rebuild(kind, found.get(name), name) for name, kind in kinds.items()}
        for found in measured.values
    )
    return replace(measured, values=tuple(values))


def _damaged(path: Path, error: ValueError) -> InputError:
    return InputError(f"{path} is damaged ({error}). Run this shard again, into a new folder.")


def _require_whole(found: Sequence[tuple[ShardRecord, Path]]) -> None:
    """Raise InputError where the shards, in order, are not all and each of one gate."""
    first, where = found[0]
    for record, folder in found[1:]:
        if record.shard.of != first.shard.of:
            raise InputError(
                f"{folder} is shard {record.shard} and {where} is {first.shard}. Merge the shards"
                " of one N."
            )
        for name, other in NAMES.items():
            if getattr(record.plan, name) != getattr(first.plan, name):
                raise InputError(
                    f"{folder} was measured with {other} than {where}. Run the shards again with"
                    " the same version, gate.toml, artefacts and data."
                )
    places: dict[int, Path] = {}
    for record, folder in found:
        if record.shard.number in places:
            raise InputError(
                f"Shard {record.shard} comes twice, in {places[record.shard.number]} and {folder}."
                " Name one of them."
            )
        places[record.shard.number] = folder
    of = first.shard.of
    absent = (f"{number}/{of}" for number in range(1, of + 1) if number not in places)
    missing = list(islice(absent, MOST_NAMED + 1))
    if missing:
        many, more = len(missing) > 1, len(missing) > MOST_NAMED
        raise InputError(
            f"{'Shards' if many else 'Shard'} {', '.join(missing[:MOST_NAMED])}"
            f"{' and more' if more else ''} {'are' if many else 'is'} missing. Run"
            f" `skinseg-mobile gate gate.toml --shard {missing[0]} --out NEW`"
            f"{' and so on' if many else ''}, then merge all {of}."
        )


def _together(parts: Mapping[Path, Examined], plan: ShardPlan) -> Examined:
    """Return what one job found of all images, its shards in order.

    Raises:
        InputError: the machines ran it differently, or the images are not the set's.
    """
    (where, first), *others = parts.items()
    for folder, part in others:
        if _how(part) != _how(first):
            raise InputError(
                f"{folder} says '{_how(part)}' and {where} '{_how(first)}'. Run the shards again"
                " with the same engines and the same versions of them."
            )
    if first.measured is None:
        return first
    measured = [part.measured for part in parts.values() if part.measured]
    found = measured_of(
        first.measured.subject,
        (pair for part in measured for pair in zip(part.images, part.values, strict=True)),
    )
    if _digest(found.subject.chosen, [image.id for image in found.images]) != plan.images:
        raise InputError(
            f"The shards beside {where} do not hold each image of the set once. Run them again."
        )
    strips = {strip.id: strip for part in parts.values() for strip in part.strips}
    worst = worst_ids(found.images, SHOWN)
    if undrawn := [id_ for id_ in worst if id_ not in strips]:
        raise InputError(
            f"The shards beside {where} hold no picture of {undrawn[0]}. Run them again."
        )
    return Examined(found, tuple(strips[id_] for id_ in worst))


def _how(part: Examined) -> str:
    """Return on what a job ran, or that it did not, as sentences say it."""
    if part.measured is None:
        assert part.not_run is not None
        return f"{part.not_run.artefact}, {part.not_run.engine}: not run"
    subject = part.measured.subject
    return f"{subject.artefact}, {subject.engine}"
